"""What queues, environments, policies and shares have in common: a name, tags, and one life.

Their names are derived from the resource's identity, so a create that was lost finds its own
again. Nothing raises after an effect: a create or an update that is not VALID in time returns with
the status it has.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from sjresource.aws.models import answer_properties, input_shape, to_request
from sjresource.aws.payload import canonical
from sjresource.aws.presence import SECONDS
from sjresource.aws.waiters import (
    Pace,
    looks,
    retry_while_related,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.checks.queue import check_arguments
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.resources.drift import drifted
from sjresource.stack.diff import IN_PLACE, REPLACES_IF_ADDED_OR_REMOVED, Rules, find_changes
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RECORDED_TAG,
    RUN_TAG,
    default_name,
    identity_tag,
    recorded_tag,
    with_identity,
    with_name,
)
from sjresource.stack.ownership import RECORDED_BEFORE, ownership_of
from sjresource.stack.provider import BatchProvider, require_ours, update_tags
from sjresource.vocabulary import DISABLED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.stack.ownership import Ownership

PATIENCE = {"create": 60.0, "update": 60.0, "delete": 600.0}
"""Seconds, where `timeouts` says nothing. A queue is gone once the jobs in it have ended."""


_MOST_NAMES = 100
"""Default names that are tried for one resource before others hold them all."""

_DECIDED_WITHIN = 5.0
"""Seconds for an update that is under way to mark as its own what has the name that is wanted."""

_KEPT = ("create_token", "requested_name", "registered_at")
"""Outputs that an update doesn't tell anew."""


class Calls(NamedTuple):
    """The calls that a life is made of; `find` raises NotFound, `create` gives the ARN."""

    find: Callable[[BatchClient, str], dict[str, Any]]
    create: Callable[[BatchClient, Mapping[str, Any]], str]
    update: Callable[[BatchClient, Mapping[str, Any]], None]
    delete: Callable[[BatchClient, str], None]


class NamedResourceProvider(BatchProvider):
    """The life of one kind of named resource; subclasses say which calls it is made of."""

    noun: ClassVar[str]
    calls: ClassVar[Calls]
    create_operation: ClassVar[str]
    update_operation: ClassVar[str]
    describe_operation: ClassVar[str]
    describe_list: ClassVar[str | None]
    """The member of the describe operation's answer that lists the details, if it lists them."""
    name_property: ClassVar[str]
    reference_member: ClassVar[str]
    """What the update operation calls the resource."""
    arn_member: ClassVar[str]
    rules: ClassVar[Rules]
    outputs: ClassVar[tuple[str, ...]] = ("status", "status_reason")
    cleared: ClassVar[Mapping[str, Any]] = {"state": "ENABLED"}
    """What an in-place property becomes when the program no longer names it."""

    def find_named(self, client: BatchClient, props: Mapping[str, Any]) -> dict[str, Any]:
        """Describe the one that has the name that these arguments ask for, or raise NotFound."""
        return self.calls.find(client, props[self.name_property])

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Mapping[str, Any]) -> None:
        """Raise RequestFailed if deleting it would harm what is not this stack's."""

    def described(self, detail: Mapping[str, Any]) -> dict[str, Any]:
        """Turn a detail into properties, under the names of the arguments."""
        if self.describe_list is None:
            return answer_properties(self.describe_operation, detail)
        answer = answer_properties(self.describe_operation, {self.describe_list: [detail]})
        (properties,) = answer.values()
        described: dict[str, Any] = properties[0]
        return described

    def home(self, _props: Mapping[str, Any]) -> str:
        """Give the ARN among the arguments that says where it has to be; "" leaves it to config."""
        return ""

    def named(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> dict[str, Any]:
        """Return `news` with a name; see `with_name`."""
        return with_name(self.name_property, olds, news, lambda _: self.default_name(news))

    def default_name(self, props: Mapping[str, Any], *variant: str) -> str:
        """Return the name for these arguments where the program gives none, or a variant of it."""
        return default_name(props["identity"], *variant)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Hold the request against what AWS takes, and give it a name if it has none."""
        if olds:
            self.remember_deployed(news.get("identity"))
        news = self.named(olds, with_identity(olds, news))
        return check_arguments(self.settings, self.checking, self.create_operation, news)

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare what was wanted, or what a refresh found instead, with what is wanted."""
        self.remember_deployed(news.get("identity"), id_)
        # A default name that somebody else held when it was made: it has another one since, and
        # asking for either is no change.
        asked = news.get(self.name_property)
        held = {self.name_property: asked} if asked == olds.get("requested_name") else {}
        changes = find_changes(self.rules, {**olds, **held}, news)
        changes.replaces.extend(
            self.region_or_account_changed(id_, self.home(news), news.get("region"))
        )
        return changes.diff_result()

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it, or take over the one that a lost create of this resource made.

        Raises:
            RequestFailed: among others, what has the name is another's, or perhaps is.
        """
        client = self.client(self.home(props), props.get("region"))
        token = uuid.uuid4().hex
        arn, name = self._make(client, props, token)
        outputs = self._settled(client, arn, self._pace(props, "create"))
        wanted = props[self.name_property]
        other = {} if name == wanted else {self.name_property: name, "requested_name": wanted}
        return CreateResult(
            arn, {**props, **other, **self.registered_now(), **outputs, "create_token": token}
        )

    def _make(self, client: BatchClient, props: Mapping[str, Any], token: str) -> tuple[str, str]:
        """Return the ARN and the name: the wanted one, or where others hold that, another default.

        The other names are the same after a crash, so that a lost create is found under them too.
        """
        marks = {IDENTITY_TAG: identity_tag(props["identity"]), RUN_TAG: token}
        wanted = {name: props[name] for name in self.rules if name in props}
        wanted["tags"] = {**(wanted.get("tags") or {}), **marks}
        is_default = props[self.name_property] == self.default_name(props)
        others = (self.default_name(props, str(variant)) for variant in range(1, _MOST_NAMES))
        for name in (props[self.name_property], *(others if is_default else ())):
            named = {**wanted, self.name_property: name}
            request = to_request(input_shape(self.create_operation), _present(named))
            try:
                return self.calls.create(client, request), name
            except RequestFailed as error:
                if "already exists" not in error.seen.lower():
                    raise
            taken = self._take_over(client, {**props, self.name_property: name}, request)
            if taken:
                return taken, name
        raise RequestFailed(
            "creating",
            self.noun,
            props[self.name_property],
            "one of this name exists, and this resource did not make it",
            f"choose another {self.name_property}, or use the one that exists by its ARN",
        )

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Record what it is now; what somebody else changed shows in the next diff."""
        kept = {name: value for name, value in props.items() if name not in self.outputs}
        inputs = {name: value for name, value in kept.items() if name not in _KEPT}
        if "requested_name" in kept:
            inputs[self.name_property] = kept["requested_name"]
        try:
            detail = self._find_for_a_while(self.client(id_), id_)
        except NotFound:
            self.confirm_gone(self.noun, id_)
            return ReadResult("", {})
        if detail.get("status") == "DELETING":  # as good as gone: what is declared is to be made
            return ReadResult("", {})
        live = self._without_ignored_tags(self.described(detail), inputs)
        changed = drifted(self._changeable(live), {**self.cleared, **inputs}, live)
        return ReadResult(
            detail[self.arn_member], {**kept, **changed, **self._outputs(live)}, inputs
        )

    def _find_for_a_while(self, client: BatchClient, id_: str) -> dict[str, Any]:
        """Describe it; one not-found proves nothing, since what Batch shows lags behind.

        Raises:
            NotFound: it is not shown for some seconds.
        """

        def find() -> dict[str, Any] | None:
            try:
                return self.calls.find(client, id_)
            except NotFound:
                return None

        for found in looks(find, Pace(self.monotonic, self.sleep, SECONDS)):
            if found is not None:
                return found
        raise NotFound("reading", self.noun, id_)

    def _changeable(self, live: Mapping[str, Any]) -> list[str]:
        """Name what somebody else can have changed; the rest would replace, and end jobs."""
        return [
            name
            for name, rule in self.rules.items()
            if rule == IN_PLACE
            or (rule == REPLACES_IF_ADDED_OR_REMOVED and live.get(name) is not None)
        ]

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change what differs, tags and marks included.

        Raises:
            RequestFailed: among others, it is another resource's by now.
        """
        client, pace = self.client(id_), self._pace(news, "update")
        detail = self._find_for_a_while(client, id_)
        require_ours(detail, "updating", self.noun, id_, olds["identity"], news["identity"])
        changed = [
            name for name in find_changes(self.rules, olds, news).in_place if name in self.rules
        ]
        self._change(client, id_, changed, news)
        update_tags(client, id_, olds, news, _missing_marks(detail, news["identity"]))
        kept = {name: olds[name] for name in _KEPT if name in olds}
        if "requested_name" in kept:
            kept[self.name_property] = olds[self.name_property]
        return UpdateResult({**news, **kept, **self._settled(client, id_, pace)})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Disable it, wait, delete it, wait; what is gone already is a success.

        Raises:
            RequestFailed: it is another stack's by now, or used by what this stack does not own.
            WaitTimeout: it is still there when the patience ends; a second delete goes on.
        """
        client, pace = self.client(id_), self._pace(props, "delete")

        def find() -> dict[str, Any]:
            return self.calls.find(client, id_)

        try:
            detail = self._find_for_a_while(client, id_)
            if self._is_claimed_anew(detail, props):
                return
            require_ours(detail, "deleting", self.noun, id_, props["identity"])
            if detail.get("status") != "DELETING":
                self._make_ready(client, detail, props, pace)
                self._start_deleting(client, detail, pace)
        except NotFound:
            self.confirm_gone(self.noun, id_)
            return
        wait_until_gone(find, pace, self.noun, id_)

    def _is_claimed_anew(self, detail: Mapping[str, Any], props: Mapping[str, Any]) -> bool:
        """Whether a newer create of this resource has taken over what an old state names.

        So it is after `--replace` or `state taint` of what is created before the old one is
        deleted, if it was never marked as recorded; else that create is refused.
        """
        token = detail.get("tags", {}).get(RUN_TAG)
        return None not in (token, props.get("create_token")) and token != props["create_token"]

    def _make_ready(
        self, client: BatchClient, detail: Mapping[str, Any], props: Mapping[str, Any], pace: Pace
    ) -> None:
        """Let nothing new in; looked at twice, since somebody may come in between."""
        arn, state = detail[self.arn_member], detail.get("state")
        retry_while_related(lambda: self.refuse_to_delete(client, arn, props), pace)
        if state is None:
            return
        if state != DISABLED:
            self._set_state(client, arn, DISABLED, pace)
        try:
            self.refuse_to_delete(client, arn, props)
        except RequestFailed:
            self._set_state(client, arn, state, pace)
            raise

    def _start_deleting(self, client: BatchClient, detail: Mapping[str, Any], pace: Pace) -> None:
        """Delete it; one that may not be deleted is left as it was found."""
        arn, state = detail[self.arn_member], detail.get("state")
        try:
            retry_while_related(lambda: self.calls.delete(client, arn), pace)
        except RequestFailed:
            if state not in (None, DISABLED):
                self._set_state(client, arn, state, pace)
            raise

    def _set_state(self, client: BatchClient, arn: str, state: str, pace: Pace) -> None:
        request = {self.reference_member: arn, "state": state}
        retry_while_related(lambda: self.calls.update(client, request), pace)
        wait_until_settled(lambda: self.calls.find(client, arn), pace)

    def _take_over(
        self, client: BatchClient, props: Mapping[str, Any], request: Mapping[str, Any]
    ) -> str:
        """Return the ARN of what has the name already, if it is this resource's; "" if another's.

        Raises:
            RequestFailed: a state recorded it for this resource, perhaps not this stack's.
        """
        detail, whose = self._decided(client, props)
        arn: str = detail[self.arn_member]
        if self._is_undecided(whose, props):
            raise RequestFailed(
                "creating",
                self.noun,
                props[self.name_property],
                f"{arn} exists; {RECORDED_BEFORE}",
                f"choose another {self.name_property} for a new one, or take that one over after "
                f"`aws batch untag-resource --resource-arn {arn} --tag-keys {RECORDED_TAG}`",
            )
        if whose not in ("LOST", "RECORDED"):
            return ""
        if detail.get("status") == "DELETING":
            pace = self._pace(props, "delete")
            wait_until_gone(lambda: self.calls.find(client, arn), pace, self.noun, arn)
            return self.calls.create(client, request)
        client.tag_resource(arn, request["tags"])
        self._change(client, arn, self._in_place(), props)
        return arn

    def _decided(
        self, client: BatchClient, props: Mapping[str, Any]
    ) -> tuple[dict[str, Any], Ownership]:
        """Describe what has the name, and tell whose it is, if that can be told in some seconds.

        A resource that has just been renamed in the state takes its own with it, in this very `up`.
        """

        def find() -> tuple[dict[str, Any], Ownership]:
            detail = self.find_named(client, props)
            return detail, ownership_of(detail, props["identity"])

        for found in looks(find, Pace(self.monotonic, self.sleep, _DECIDED_WITHIN)):
            if not self._is_undecided(found[1], props):
                break
        return found

    def _is_undecided(self, whose: Ownership, props: Mapping[str, Any]) -> bool:
        return whose == "RECORDED" and self.deployed_id(props["identity"]) is None

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
            pace = self._pace(news, "update")
            retry_while_related(lambda: self.calls.update(client, request), pace)

    def _settled(self, client: BatchClient, arn: str, pace: Pace) -> dict[str, Any]:
        """Give the outputs once it is VALID, or as they are when time is up."""
        try:
            detail = wait_until_settled(lambda: self.calls.find(client, arn), pace)
        except SjresourceError:  # it exists: raising now would lose its id
            return {}
        return self._outputs(self.described(detail))

    def _without_ignored_tags(
        self, live: dict[str, Any], inputs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Take the tags of `aws:ignoreTags` for unchanged, whatever they are now."""
        ours = inputs.get("tags") or {}
        kept = {key: value for key, value in ours.items() if self.settings.ignores_tag(key)}
        return {**live, "tags": {**(live.get("tags") or {}), **kept}} if kept else live

    def _outputs(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        return {name: properties[name] for name in self.outputs if properties.get(name) is not None}

    def _pace(self, props: Mapping[str, Any], operation: str) -> Pace:
        seconds = (props.get("timeouts") or {}).get(operation) or PATIENCE[operation]
        return Pace(self.monotonic, self.sleep, float(seconds))


def _missing_marks(detail: Mapping[str, Any], identity: str) -> dict[str, str]:
    """Return the marks that what a state has, as this resource's, should have and has not."""
    marks = {IDENTITY_TAG: identity_tag(identity), **recorded_tag()}
    tags = detail.get("tags") or {}
    return {key: value for key, value in marks.items() if tags.get(key) != value}


def _present(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is not given; an empty object is: an empty policy has a kind."""
    return {name: canonical(value) for name, value in properties.items() if value is not None}
