"""What queues and service environments have in common: a name, tags, a state and a status.

Their names are derived from the resource's identity, so a create that was lost finds its own
again. Nothing raises after an effect: a create or an update that is not VALID in time returns with
the status it has. They are deleted before they are replaced, since the new one has the old one's
name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import pulumi
from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from sjresource.changes import IN_PLACE, Rules, find_changes, means_the_same
from sjresource.errors import NotFound, Refused, SjresourceError
from sjresource.identity import IDENTITY_TAG, default_name, identity_tag, with_name
from sjresource.naming import answer_properties, input_shape, to_request
from sjresource.payload import canonical
from sjresource.provider import BatchProvider, check_result, update_tags
from sjresource.settling import (
    Pace,
    retry_while_related,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.validation import failing, queue_problems, timeouts_problems

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.client import BatchClient

_SETTLES_WITHIN = 60.0
_IS_GONE_WITHIN = 600.0
"""Seconds. Deleting a queue takes as long as its jobs take to end."""


class NamedResourceProvider(BatchProvider):
    """The life of one kind of named resource; subclasses say which calls it is made of."""

    noun: ClassVar[str]
    create_operation: ClassVar[str]
    update_operation: ClassVar[str]
    describe_operation: ClassVar[str]
    describe_list: ClassVar[str]
    """The member of the describe operation's answer that lists the details."""
    name_property: ClassVar[str]
    reference_member: ClassVar[str]
    """What the update operation calls the resource."""
    arn_member: ClassVar[str]
    rules: ClassVar[Rules]
    outputs: ClassVar[tuple[str, ...]] = ("status", "status_reason")
    cleared: ClassVar[Mapping[str, Any]] = {"state": "ENABLED"}
    """What an in-place property becomes when the program no longer names it."""

    def find(self, client: BatchClient, name_or_arn: str) -> dict[str, Any]:
        """Describe it, or raise NotFound."""
        raise NotImplementedError

    def create_in(self, client: BatchClient, request: Mapping[str, Any]) -> str:
        """Create it, and give its ARN."""
        raise NotImplementedError

    def update_in(self, client: BatchClient, request: Mapping[str, Any]) -> None:
        """Change it."""
        raise NotImplementedError

    def delete_in(self, client: BatchClient, arn: str) -> None:
        """Delete it; it is DISABLED."""
        raise NotImplementedError

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise Refused if deleting it would harm what is not this stack's."""

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Hold the request against what AWS takes, and give it a name if it has none."""
        news = with_name(self.name_property, olds, news, default_name)
        problems = [
            *queue_problems(self.create_operation, news),
            *timeouts_problems(news.get("timeouts")),
        ]
        return check_result(news, failing(problems, lenient=self.checking.lenient))

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare what was wanted, or what a refresh found instead, with what is wanted."""
        return find_changes(self.rules, olds, news).diff_result()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it, or take over the one that a lost create of this resource made."""
        client = self.client()
        mark = {IDENTITY_TAG: identity_tag(props["identity"])}
        wanted = {name: props[name] for name in self.rules if name in props}
        wanted["tags"] = {**wanted.get("tags", {}), **mark}
        request = to_request(input_shape(self.create_operation), canonical(wanted))
        try:
            arn = self.create_in(client, request)
        except Refused as error:
            arn = self._own_of_that_name(client, props, error)
            self._change(client, arn, self._in_place(), props)
        return CreateResult(arn, {**props, **self._settled(client, arn)})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Record what it is now; what somebody else changed shows in the next diff."""
        inputs = {name: value for name, value in props.items() if name not in self.outputs}
        try:
            detail = self.find(self.client(id_), id_)
        except NotFound:
            return ReadResult("", {})
        live = self._properties(detail)
        drifted = {
            name: live.get(name)
            for name in self.rules
            if name != "tags" and name in inputs and not _is_same(inputs[name], live.get(name))
        }
        return ReadResult(
            detail[self.arn_member], {**inputs, **drifted, **self._outputs(live)}, inputs
        )

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change what differs, tags included."""
        client = self.client(id_)
        self._change(client, id_, find_changes(self.rules, olds, news).in_place, news)
        update_tags(client, id_, olds, news)
        return UpdateResult({**news, **self._settled(client, id_)})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Disable it, wait, delete it, wait; what is gone already is a success.

        Raises:
            Refused: it is used by what this stack does not own.
            NotSettled: it is still there when the patience ends; a second delete goes on.
        """
        client = self.client(id_)

        def find() -> dict[str, Any]:
            return self.find(client, id_)

        try:
            if find().get("status") != "DELETING":
                self._disable(client, id_, props)
                retry_while_related(
                    lambda: self.delete_in(client, id_), self._pace(_IS_GONE_WITHIN)
                )
        except NotFound:
            return
        wait_until_gone(find, self._pace(_IS_GONE_WITHIN), self.noun, id_)

    def _disable(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Let nothing new in; looked at twice, since somebody may come in between."""
        self.refuse_to_delete(client, arn, props)
        self._set_state(client, arn, "DISABLED")
        try:
            self.refuse_to_delete(client, arn, props)
        except Refused:
            self._set_state(client, arn, props.get("state") or "ENABLED")
            raise

    def _set_state(self, client: BatchClient, arn: str, state: str) -> None:
        request = {self.reference_member: arn, "state": state}
        retry_while_related(lambda: self.update_in(client, request), self._pace(_SETTLES_WITHIN))
        wait_until_settled(lambda: self.find(client, arn), self._pace(_SETTLES_WITHIN))

    def _own_of_that_name(
        self, client: BatchClient, props: Mapping[str, Any], error: Refused
    ) -> str:
        if "already exists" not in error.seen:
            raise error
        name = props[self.name_property]
        detail = self.find(client, name)
        if detail.get("tags", {}).get(IDENTITY_TAG) == identity_tag(props["identity"]):
            arn: str = detail[self.arn_member]
            return arn
        raise Refused(
            "creating",
            self.noun,
            name,
            "one of this name exists, and this resource did not make it",
            f"choose another {self.name_property}, or use the one that exists by its ARN",
        )

    def _in_place(self) -> list[str]:
        return [name for name, rule in self.rules.items() if rule == IN_PLACE]

    def _change(
        self, client: BatchClient, arn: str, names: list[str], news: Mapping[str, Any]
    ) -> None:
        changed = {
            name: self.cleared.get(name) if news.get(name) is None else canonical(news[name])
            for name in names
            if name != "tags"
        }
        request = to_request(input_shape(self.update_operation), changed)
        if request:
            request[self.reference_member] = arn
            retry_while_related(
                lambda: self.update_in(client, request), self._pace(_SETTLES_WITHIN)
            )

    def _settled(self, client: BatchClient, arn: str) -> dict[str, Any]:
        """Give the outputs once it is VALID, or as they are when time is up."""
        try:
            detail = wait_until_settled(lambda: self.find(client, arn), self._pace(_SETTLES_WITHIN))
        except SjresourceError:  # it exists: raising now would lose its id
            return {}
        return self._outputs(self._properties(detail))

    def _properties(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        answer = answer_properties(self.describe_operation, {self.describe_list: [detail]})
        (properties,) = answer.values()
        described: dict[str, Any] = properties[0]
        return described

    def _outputs(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return {name: properties[name] for name in self.outputs if properties.get(name) is not None}

    def _pace(self, seconds: float) -> Pace:
        return Pace(self.now, self.sleep, seconds)


def old_first(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Delete before replacing, unless the user said otherwise.

    A `DiffResult` can't say it: with `--replace` and `pulumi state taint` diff is not called.
    """
    return pulumi.ResourceOptions.merge(pulumi.ResourceOptions(delete_before_replace=True), opts)


def _is_same(wanted: Any, live: Any) -> bool:
    """Compare without the order of lists, which the service need not keep."""
    return means_the_same(_in_order(wanted), _in_order(live))


def _in_order(value: Any) -> Any:
    return sorted(value, key=repr) if isinstance(value, list) else value
