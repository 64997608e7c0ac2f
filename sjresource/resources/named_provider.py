"""The life that queues, environments, policies and shares have in common.

Their default names are derived from the resource's identity, so that a create that was lost is
found again. Nothing raises once a create or an update has had its effect: what is not VALID in time
is returned with the status that it has.
"""

from __future__ import annotations

import uuid
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from sjresource.aws.models import answer_properties, input_shape, property_name, to_request
from sjresource.aws.payload import canonical, is_unknown
from sjresource.aws.waiters import (
    InUse,
    poll,
    retry_while_in_use,
    retry_while_not_found,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.checks.failures import damaged_check, with_default_name_told, with_failures
from sjresource.checks.preview import PREVIEW
from sjresource.checks.queue import check_arguments, warn_if_new_and_unreachable
from sjresource.checks.values.lookups import text_at
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.problem import Problem
from sjresource.resources.drift import find_drift, without_ignored_tags
from sjresource.sanitize import plain
from sjresource.stack.damage import require_intact
from sjresource.stack.diff import IN_PLACE, Rules, find_changes, needs_rewriting
from sjresource.stack.identity import (
    IDENTITY_TAG,
    RECORDED_TAG,
    RUN_TAG,
    default_name,
    identity_tag,
    is_known_identity,
    name_of,
    recorded_tag,
    stack_tag_prefix,
    with_identity,
    with_name,
)
from sjresource.stack.inputs.secret_paths import hides_more
from sjresource.stack.ownership import (
    RECORDED_BEFORE,
    owner_tag,
    ownership_of,
    require_marked,
    require_ours,
)
from sjresource.stack.plugin_notes import note_maker
from sjresource.stack.provider import BatchProvider, update_tags
from sjresource.stack.pulumi_cli.command_line import pulumi_command_line
from sjresource.stack.spelling.resources import core_state, is_native
from sjresource.vocabulary import DISABLED
from sjresource.warning import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient, ResourceKind
    from sjresource.stack.ownership import Ownership

    Properties = Mapping[str, Any]
    Detail = dict[str, Any]

DEFAULT_TIMEOUTS = {"create": 60.0, "update": 60.0, "delete": 600.0}
"""Seconds, where `timeouts` names none. A queue is gone once the jobs in it have ended."""

REMOVED_VALUES = {"state": "ENABLED", "job_state_time_limit_actions": []}
"""What an in-place property becomes when the program no longer names it; else None."""

_LET_IT_BE_REPLACED_FIRST = (
    "they are changed only once its replacement is there, which the resource option "
    "delete_before_replace makes after this: leave that out, or delete them first"
)

_PERHAPS_ELSEWHERE = "it is made where its environment is, which is not known yet"

_TOLD_AFTER = 20.0
"""Seconds of a delete's wait for what uses the resource, until it is told of."""
_STAYS = "one that a resource option, such as deleted_with, leaves in AWS is never gone"
_NEEDED_TO_DELETE = ("identity", "timeouts", "create_token", "job_queue")
"""Properties of a state without which it can't be deleted; any other may be damaged."""

_MOST_NAMES = 100
"""Default names that are tried for one resource before others hold them all."""

_DECIDED_WITHIN = 5.0
"""Seconds in which an update that is under way may mark the resource that has the wanted name."""

_DELETED_FIRST_WITHIN = 20.0
"""Seconds that a delete before its own replacement waits for users of the resource to go: those
that depend on it are changed only once the new one is there, so they don't go by themselves."""

_KEPT = ("create_token", "requested_name", "registered_at")
"""Outputs of the create that every update keeps."""


class NamedResourceProvider(BatchProvider):
    """The life of one kind of resource that has a name."""

    kind: ClassVar[ResourceKind]
    rules: ClassVar[Rules]
    outputs: ClassVar[tuple[str, ...]] = ("status",)
    _to_be_replaced: Mapping[str, str] = MappingProxyType({})
    """The ids that this operation replaces and has made no replacement for, by identity."""

    def refuse_to_delete(self, client: BatchClient, arn: str, props: Properties) -> None:
        """Raise RequestFailed if deleting it would harm what is not this stack's."""
        raise NotImplementedError

    def check_surroundings(self, olds: Properties, checked: CheckResult) -> CheckResult:
        """Check what is around the resource too; by default only whether AWS can be asked."""
        settings = self.settings_at("", checked.inputs.get("region"))
        return warn_if_new_and_unreachable(checked, olds, settings, self.checking)

    def described(self, detail: Detail) -> dict[str, Any]:
        """Return a detail as properties, under the names of the arguments."""
        kind = self.kind
        if kind.details is None:
            return answer_properties(kind.describe, detail)
        answer = answer_properties(kind.describe, {kind.details: [detail]})
        described: dict[str, Any] = answer[property_name(kind.details)][0]
        return described

    def region_source(self, _props: Properties) -> str:
        """Return the ARN among the arguments whose region counts; "" leaves it to the config."""
        return ""

    def may_be_elsewhere(self, _props: Properties) -> bool:
        """Return whether its region follows from an argument that is not known yet."""
        return False

    def with_name(self, olds: Properties, news: Properties) -> dict[str, Any]:
        """Return `news` with a name; see `identity.with_name`."""
        return with_name(self.name_property, olds, news, lambda _: self.default_name(news))

    def default_name(self, props: Properties, *variant: str) -> str:
        """Return the name if the program gives none, or a variant of it if others hold that."""
        return default_name(props["identity"], *variant)

    @property
    def name_property(self) -> str:
        """The argument that is the name."""
        return property_name(self.kind.name)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Check the arguments against what AWS takes, and add a name if there is none."""
        if olds:
            self.remember_deployed(news.get("identity"))
        olds = core_state(self.kind.noun, olds, news.get("identity"))
        if olds and (damaged := damaged_check(self.kind.noun, olds, news)):
            return damaged
        has_name = news.get(self.name_property) is not None
        news = self.with_name(olds, with_identity(olds, news))
        checked = check_arguments(self.settings, self.checking, self.kind.create, news)
        if not has_name:
            checked = with_default_name_told(checked, self.name_property)
        return self._with_taken_name(olds, self.check_surroundings(olds, checked))

    def _with_taken_name(self, olds: Properties, checked: CheckResult) -> CheckResult:
        """Return a new resource's check with a failure if the name is somebody else's.

        What this stack's mark is on is only warned of: the same `up` may rename what has it.
        """
        props = checked.inputs
        name, identity = text_at(props, self.name_property), props.get("identity")
        if olds or checked.failures or not self.checking.preflight or not name:
            return checked
        if not is_known_identity(identity) or self.deployed_id(identity) is not None:
            return checked
        within = text_at(props, property_name(self.kind.listed_by)) if self.kind.listed_by else ""
        region = props.get("region")
        if within is None or is_unknown(region):
            return checked
        settings = self.settings_at(self.region_source(props), region)
        detail = PREVIEW.find_named(settings, self.kind, name, within)
        why = self._why_refused(detail, props) if detail else None
        # What --replace names looks like a new one.
        if detail is None or not why or pulumi_command_line().may_replace(name_of(identity)):
            return checked
        is_ours = owner_tag(detail).startswith(stack_tag_prefix(identity))
        problem = Problem(self.name_property, f"is taken: {'; '.join(why)}")
        if self.may_be_elsewhere(props) and not is_ours:
            told = f"{self.kind.noun} ({name_of(identity)}): {problem.path} {problem.reason}"
            PREVIEW.warn(plain(f"checking {told}; {_PERHAPS_ELSEWHERE}"))
            return checked
        found = [(problem, is_ours)]
        return with_failures(checked, PREVIEW.failing(self.kind.noun, props, found, self.checking))

    def _why_refused(self, detail: Properties, props: Properties) -> tuple[str, str] | None:
        """Return why a create leaves what has its name alone, and what to do; None if it doesn't.

        Of a default name that is another's it takes a variant.
        """
        if detail.get("status") in ("DELETING", "DELETED"):
            return None
        owner = ownership_of(detail, props["identity"])
        if self._is_undecided(owner, props):
            return self._undecided(detail[self.kind.arn])
        is_default = props[self.name_property] == self.default_name(props)
        return None if owner in ("LOST", "RECORDED") or is_default else self._not_ours()

    def _undecided(self, arn: str) -> tuple[str, str]:
        advice = (
            f"choose another {self.name_property} for a new one, or take that one over after "
            f"`aws batch untag-resource --resource-arn {arn} --tag-keys {RECORDED_TAG}`"
        )
        return f"{arn} exists; {RECORDED_BEFORE}", advice

    def _not_ours(self) -> tuple[str, str]:
        return (
            "one of this name exists, and this resource did not make it",
            f"choose another {self.name_property}, or use the one that exists by its ARN",
        )

    def diff(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare the arguments with those before, or with what a refresh found instead."""
        self.remember_deployed(news.get("identity"), id_)
        is_rewritten = needs_rewriting(olds, news)
        olds = core_state(self.kind.noun, olds, news.get("identity"))
        require_intact(self.kind.noun, id_, olds, whole=True)
        changes = find_changes(self.rules, self.as_asked(olds, news), news)
        changes.replaces.extend(
            self.region_or_account_changed(id_, self.region_source(news), news.get("region"))
        )
        if changes.replaces and is_known_identity(news.get("identity")):
            self.__dict__.setdefault("_to_be_replaced", {})[news["identity"]] = id_
        return changes.diff_result(is_rewritten=is_rewritten)

    def as_asked(self, olds: Properties, news: Properties) -> Properties:
        """Return the old state with the name that was asked for, if that is asked for again.

        A default name may have been somebody else's at the create: the resource has another one,
        and asking for either is no change.
        """
        asked = news.get(self.name_property)
        return {**olds, self.name_property: asked} if asked == olds.get("requested_name") else olds

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create it, or take over the one that a lost create of this resource made.

        Raises:
            RequestFailed: among others, the name is another resource's, or may be.
        """
        client = self.client(self.region_source(props), props.get("region"))
        token = uuid.uuid4().hex
        arn, name = self._create_or_take_over(client, props, token)
        outputs = self._outputs_once_settled(client, arn, _timeout(props, "create"))
        wanted = props[self.name_property]
        self.__dict__.get("_to_be_replaced", {}).pop(props["identity"], None)
        other = {} if name == wanted else {self.name_property: name, "requested_name": wanted}
        return CreateResult(
            arn, {**props, **other, **self.registered_now(), **outputs, "create_token": token}
        )

    def _create_or_take_over(
        self, client: BatchClient, props: Properties, token: str
    ) -> tuple[str, str]:
        """Return the ARN and the name: the wanted one, or another default if others hold that.

        The other names are the same after a crash, so that a lost create is found under them too.
        """
        marks = {IDENTITY_TAG: identity_tag(props["identity"]), RUN_TAG: token}
        wanted = {name: props[name] for name in self.rules if name in props}
        wanted["tags"] = {**(wanted.get("tags") or {}), **marks}
        is_default = props[self.name_property] == self.default_name(props)
        others = (self.default_name(props, str(variant)) for variant in range(1, _MOST_NAMES))
        for name in (props[self.name_property], *(others if is_default else ())):
            named = {**wanted, self.name_property: name}
            request = to_request(input_shape(self.kind.create), _given(named))
            try:
                arn = client.create(self.kind, request)
            except RequestFailed as error:
                if "already exists" not in error.seen.lower():
                    raise
            else:
                note_maker(arn, self.front)
                return arn, name
            taken = self._take_over(client, {**props, self.name_property: name}, request)
            if taken:
                return taken, name
        raise RequestFailed(
            "creating",
            self.kind.noun,
            props[self.name_property],
            *self._not_ours(),
        )

    def _take_over(self, client: BatchClient, props: Properties, request: Properties) -> str:
        """Return the ARN of what has the name, if it is this resource's; "" if it is another's.

        Raises:
            RequestFailed: a state recorded it for this resource, perhaps not this stack's.
        """
        try:
            detail, owner = self._find_owner(client, props)
        except NotFound:  # it has just gone
            return client.create(self.kind, request)
        arn: str = detail[self.kind.arn]
        if owner in ("LOST", "RECORDED") and detail.get("status") == "DELETING":
            self._wait_until_gone(client, arn, _timeout(props, "delete"))
            return client.create(self.kind, request)
        if self._is_undecided(owner, props):
            raise RequestFailed(
                "creating",
                self.kind.noun,
                props[self.name_property],
                *self._undecided(arn),
            )
        if owner not in ("LOST", "RECORDED"):
            return ""
        self.require_unshared(arn, "creating", self.kind.noun, props[self.name_property])
        client.tag_resource(arn, request["tags"])
        in_place = [name for name, rule in self.rules.items() if rule == IN_PLACE]
        self._change(client, arn, in_place, props)
        return arn

    def _find_owner(self, client: BatchClient, props: Properties) -> tuple[Detail, Ownership]:
        """Describe what has the name, and return whose it is as far as some seconds can show.

        A resource that has just been renamed in the state takes its own with it, in the same `up`.
        """
        scope = self.kind.listed_by
        within = props[property_name(scope)] if scope else ""

        def find() -> tuple[Detail, Ownership]:
            detail = client.find_by_name(self.kind, props[self.name_property], within)
            return detail, ownership_of(detail, props["identity"])

        def is_decided(found: tuple[Detail, Ownership]) -> bool:
            detail, owner = found
            return detail.get("status") == "DELETING" or not self._is_undecided(owner, props)

        return poll(find, is_decided, self.sleep, self.clock.backoff(_DECIDED_WITHIN))

    def _is_undecided(self, owner: Ownership, props: Properties) -> bool:
        return owner == "RECORDED" and self.deployed_id(props["identity"]) is None

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the live status, and the values that somebody else changed, for the next diff."""
        require_intact(self.kind.noun, id_, props)
        kept = {name: value for name, value in props.items() if name not in self.outputs}
        inputs = {name: value for name, value in kept.items() if name not in _KEPT}
        if "requested_name" in kept:
            inputs[self.name_property] = kept["requested_name"]
        try:
            detail = self._find(self.client(id_), id_)
        except NotFound:
            self.confirm_gone(self.kind.noun, id_)
            return ReadResult("", {})
        if detail.get("status") == "DELETING":  # as good as gone: what is declared is to be made
            return ReadResult("", {})
        described = self.described(detail)
        live = without_ignored_tags(described, inputs, self.settings.ignores_tag)
        changed = find_drift(self.rules, {**REMOVED_VALUES, **inputs}, live)
        return ReadResult(detail[self.kind.arn], {**kept, **changed, **self._outputs(live)}, inputs)

    def _find(self, client: BatchClient, arn: str) -> Detail:
        return retry_while_not_found(partial(client.find, self.kind, arn), self.clock)

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change what differs, tags and marks included.

        Nothing is asked of AWS where the state alone changes, to hide what has become a secret.

        Raises:
            RequestFailed: among others, it is another resource's by now.
        """
        is_moved = is_native(olds)
        olds = core_state(self.kind.noun, olds, news["identity"])
        require_intact(self.kind.noun, id_, olds, whole=True)
        if not is_moved and self._only_hides(olds, news):
            return UpdateResult({**news, **self._kept(olds), **self._outputs(olds)})
        client = self.client(id_)
        detail = self._find(client, id_)
        require_ours(detail, "updating", self.kind.noun, id_, olds["identity"], news["identity"])
        changed = find_changes(self.rules, olds, news).in_place
        self._change(client, id_, [name for name in changed if name in self.rules], news)
        update_tags(client, id_, olds, news, _missing_tags(detail, news["identity"]))
        outputs = self._outputs_once_settled(client, id_, _timeout(news, "update"))
        return UpdateResult({**news, **self._kept(olds), **outputs})

    def _kept(self, olds: Properties) -> dict[str, Any]:
        kept = {name: olds[name] for name in _KEPT if name in olds}
        if "requested_name" in kept:
            kept[self.name_property] = olds[self.name_property]
        return kept

    def _only_hides(self, olds: Properties, news: Properties) -> bool:
        """Return whether an update only has to hide secrets; what is not VALID is waited for."""
        if "status" in self.outputs and olds.get("status") != "VALID":
            return False
        changes = find_changes(self.rules, self.as_asked(olds, news), news)
        return not changes and hides_more(olds, news)

    def _change(self, client: BatchClient, arn: str, names: list[str], news: Properties) -> None:
        changed = {
            name: REMOVED_VALUES.get(name) if news.get(name) is None else canonical(news[name])
            for name in names
            if name != "tags"
        }
        request = to_request(input_shape(self.kind.update), changed)
        if request:
            self._update(client, arn, request, _timeout(news, "update"))

    def _update(self, client: BatchClient, arn: str, request: Properties, timeout: float) -> None:
        referring = {self.kind.reference: arn, **request}
        retry_while_in_use(lambda: client.update(self.kind, referring), self.clock, timeout)

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Disable it, wait, delete it, wait; what is gone already is a success.

        Raises:
            RequestFailed: it is another stack's by now, or another one under its name, or used by
                what this stack does not own.
            WaitTimeout: it still exists after the timeout; a second delete goes on.
        """
        require_intact(self.kind.noun, id_, props, names=_NEEDED_TO_DELETE)
        client, timeout = self.client(id_), _timeout(props, "delete")
        try:
            detail = self._find(client, id_)
            if _is_created_anew(detail, props):
                return
            require_ours(detail, "deleting", self.kind.noun, id_, props["identity"])
            if "create_token" in props:  # what was imported never had marks
                require_marked(detail, "deleting", self.kind.noun, id_)
            if detail.get("status") != "DELETING":
                self._drain(client, detail, props, timeout)
                self._start_deleting(client, detail, timeout)
        except NotFound:
            self.confirm_gone(self.kind.noun, id_)
            return
        self._wait_until_gone(client, id_, timeout)

    def _drain(
        self, client: BatchClient, detail: Detail, props: Properties, timeout: float
    ) -> None:
        """Disable it; the guard is asked before and after, since jobs may come in between."""
        arn, state = detail[self.kind.arn], detail.get("state")
        guard = partial(self.refuse_to_delete, client, arn, props)
        if arn in self._to_be_replaced.values():
            self._require_unused_by_now(guard, min(timeout, _DELETED_FIRST_WITHIN))
        else:
            retry_while_in_use(self._telling_of_a_wait(guard, timeout), self.clock, timeout)
        if state is None:
            return
        if state != DISABLED:
            self._set_state(client, arn, DISABLED, timeout)
        try:
            guard()
        except RequestFailed:
            self._set_state(client, arn, state, timeout)
            raise

    def _telling_of_a_wait(self, guard: Callable[[], None], timeout: float) -> Callable[[], None]:
        """Return the guard, which warns once it has been asked for a while."""
        clock = self.clock
        tell_at = clock.now() + _TOLD_AFTER
        told = False

        def telling() -> None:
            nonlocal told
            try:
                guard()
            except InUse as error:
                if not told and clock.now() >= tell_at:
                    told = True
                    warn(f"{error}; waiting for these to go, {timeout:g} s at most; {_STAYS}")
                raise

        return telling

    def _require_unused_by_now(self, guard: Callable[[], None], timeout: float) -> None:
        """Make sure that nothing uses what is deleted before its replacement is made.

        Raises:
            RequestFailed: something of this stack does. Waiting longer would not help.
        """
        try:
            retry_while_in_use(guard, self.clock, timeout)
        except InUse as error:
            raise RequestFailed(
                error.doing, error.noun, error.identifier, error.seen, _LET_IT_BE_REPLACED_FIRST
            ) from None

    def _start_deleting(self, client: BatchClient, detail: Detail, timeout: float) -> None:
        """Delete it; one that may not be deleted gets the state back that it had."""
        arn, state = detail[self.kind.arn], detail.get("state")
        try:
            retry_while_in_use(partial(client.delete, self.kind, arn), self.clock, timeout)
        except RequestFailed:
            if state not in (None, DISABLED):
                self._set_state(client, arn, state, timeout)
            raise

    def _set_state(self, client: BatchClient, arn: str, state: str, timeout: float) -> None:
        self._update(client, arn, {"state": state}, timeout)
        wait_until_settled(partial(client.find, self.kind, arn), self.clock, timeout)

    def _wait_until_gone(self, client: BatchClient, arn: str, timeout: float) -> None:
        find = partial(client.find, self.kind, arn)
        wait_until_gone(find, self.clock, timeout, self.kind.noun, arn)

    def _outputs_once_settled(
        self, client: BatchClient, arn: str, timeout: float
    ) -> dict[str, Any]:
        """Return the outputs once it is VALID, or as they are after the timeout."""
        find = partial(client.find, self.kind, arn)
        try:
            detail = wait_until_settled(find, self.clock, timeout)
        except SjresourceError:  # it exists: raising now would lose its id
            return {}
        return self._outputs(self.described(detail))

    def _outputs(self, properties: Properties) -> dict[str, Any]:
        return {name: properties[name] for name in self.outputs if properties.get(name) is not None}


def _timeout(props: Properties, operation: str) -> float:
    return float((props.get("timeouts") or {}).get(operation) or DEFAULT_TIMEOUTS[operation])


def _is_created_anew(detail: Detail, props: Properties) -> bool:
    """Return whether a newer create of this resource has taken over what an old state names.

    This happens after `--replace` or `state taint` of what is created before the old one is
    deleted, if it was never marked as recorded; else that create is refused.
    """
    token = detail.get("tags", {}).get(RUN_TAG)
    return None not in (token, props.get("create_token")) and token != props["create_token"]


def _missing_tags(detail: Detail, identity: str) -> dict[str, str]:
    """Return the marks of a recorded resource that this one has not, or has with other values."""
    marks = {IDENTITY_TAG: identity_tag(identity), **recorded_tag()}
    tags = detail.get("tags") or {}
    return {key: value for key, value in marks.items() if tags.get(key) != value}


def _given(properties: Properties) -> dict[str, Any]:
    """Return the properties without None; an empty object stays: an empty policy has a kind."""
    return {name: canonical(value) for name, value in properties.items() if value is not None}
