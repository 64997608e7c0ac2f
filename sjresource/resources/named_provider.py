"""The life that queues, environments, policies and shares have in common.

What the engine asks for is here, each kind's own rules in the kind's file, and the calls of AWS in
`named/`. Nothing raises once a create or an update has had its effect: what is not VALID in time is
returned with the status that it has.
"""

from __future__ import annotations

import uuid
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from pulumi.dynamic import CheckResult, CreateResult, DiffResult, ReadResult, UpdateResult

from sjresource.aws.models import answer_properties, property_name
from sjresource.checks.failures import damaged_check, with_default_name_told
from sjresource.checks.queue import check_arguments, warn_if_new_and_unreachable
from sjresource.errors import NotFound, SjresourceError
from sjresource.resources.drift import find_drift, without_ignored_tags
from sjresource.resources.named.creation import NamedCreate
from sjresource.resources.named.deletion import disable_and_delete, is_created_anew
from sjresource.resources.named.foreseen import with_taken_name
from sjresource.resources.named.live_resource import REMOVED_VALUES, LiveResource, timeout_of
from sjresource.stack.damage import require_intact
from sjresource.stack.diff import Rules, find_changes, needs_rewriting
from sjresource.stack.identity import (
    IDENTITY_TAG,
    default_name,
    identity_tag,
    is_known_identity,
    recorded_tag,
    with_identity,
    with_name,
)
from sjresource.stack.inputs.secret_paths import hides_more
from sjresource.stack.ownership import (
    require_marked,
    require_ours,
)
from sjresource.stack.provider import BatchProvider, update_tags
from sjresource.stack.spelling.resources import core_state, is_native

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.aws.batch import BatchClient, ResourceKind

    Properties = Mapping[str, Any]
    Detail = dict[str, Any]

_NEEDED_TO_DELETE = ("identity", "timeouts", "create_token", "job_queue")
"""Properties of a state without which it can't be deleted; any other may be damaged."""

_MOST_NAMES = 100
"""Default names that are tried for one resource before others hold them all."""

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
        checked, identity = self.check_surroundings(olds, checked), checked.inputs.get("identity")
        is_new = not olds and is_known_identity(identity) and self.deployed_id(identity) is None
        return self._with_taken_name(checked) if is_new else checked

    def _with_taken_name(self, checked: CheckResult) -> CheckResult:
        """Return a new resource's check with a failure if the name is somebody else's."""
        props = checked.inputs
        return with_taken_name(
            checked,
            self.kind,
            self.settings_at(self.region_source(props), props.get("region")),
            self.checking,
            is_default=props.get(self.name_property) == self.default_name(props),
            may_be_elsewhere=self.may_be_elsewhere(props),
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
        arn, name = NamedCreate(
            client,
            self.kind,
            self.rules,
            props,
            self._names(props),
            is_deployed=self.deployed_id(props["identity"]) is not None,
            front=self.front,
            clock=self.clock,
        ).create_or_take_over(token)
        live = LiveResource(client, self.kind, arn, self.clock)
        outputs = self._outputs_once_settled(live, timeout_of(props, "create"))
        wanted = props[self.name_property]
        self.__dict__.get("_to_be_replaced", {}).pop(props["identity"], None)
        other = {} if name == wanted else {self.name_property: name, "requested_name": wanted}
        return CreateResult(
            arn, {**props, **other, **self.registered_now(), **outputs, "create_token": token}
        )

    def _names(self, props: Properties) -> Iterator[str]:
        """Yield the wanted name; if that is a default one, then the others that may be tried."""
        wanted = props[self.name_property]
        yield wanted
        if wanted == self.default_name(props):
            for variant in range(1, _MOST_NAMES):
                yield self.default_name(props, str(variant))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Return the live status, and the values that somebody else changed, for the next diff."""
        require_intact(self.kind.noun, id_, props)
        kept = {name: value for name, value in props.items() if name not in self.outputs}
        inputs = {name: value for name, value in kept.items() if name not in _KEPT}
        if "requested_name" in kept:
            inputs[self.name_property] = kept["requested_name"]
        try:
            detail = self._live(id_).find()
        except NotFound:
            self.confirm_gone(self.kind.noun, id_)
            return ReadResult("", {})
        if detail.get("status") == "DELETING":  # as good as gone: what is declared is to be made
            return ReadResult("", {})
        described = self.described(detail)
        live = without_ignored_tags(described, inputs, self.settings.ignores_tag)
        changed = find_drift(self.rules, {**REMOVED_VALUES, **inputs}, live)
        return ReadResult(detail[self.kind.arn], {**kept, **changed, **self._outputs(live)}, inputs)

    def _live(self, id_: str) -> LiveResource:
        return LiveResource(self.client(id_), self.kind, id_, self.clock)

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
        live = self._live(id_)
        detail = live.find()
        require_ours(detail, "updating", self.kind.noun, id_, olds["identity"], news["identity"])
        timeout = timeout_of(news, "update")
        changed = find_changes(self.rules, olds, news).in_place
        live.change([name for name in changed if name in self.rules], news, timeout)
        update_tags(live.client, id_, olds, news, _missing_tags(detail, news["identity"]))
        outputs = self._outputs_once_settled(live, timeout)
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

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Disable it, wait, delete it, wait; what is gone already is a success.

        Raises:
            RequestFailed: it is another stack's by now, or another one under its name, or used by
                what this stack does not own.
            WaitTimeout: it still exists after the timeout; a second delete goes on.
        """
        require_intact(self.kind.noun, id_, props, names=_NEEDED_TO_DELETE)
        live, timeout = self._live(id_), timeout_of(props, "delete")
        try:
            detail = live.find()
            if is_created_anew(detail, props):
                return
            require_ours(detail, "deleting", self.kind.noun, id_, props["identity"])
            if "create_token" in props:  # what was imported never had marks
                require_marked(detail, "deleting", self.kind.noun, id_)
            if detail.get("status") != "DELETING":
                guard = partial(self.refuse_to_delete, live.client, id_, props)
                is_replaced = id_ in self._to_be_replaced.values()
                disable_and_delete(live, detail, guard, timeout, is_replaced=is_replaced)
        except NotFound:
            self.confirm_gone(self.kind.noun, id_)
            return
        live.wait_until_gone(timeout)

    def _outputs_once_settled(self, live: LiveResource, timeout: float) -> dict[str, Any]:
        """Return the outputs once it is VALID, or as they are after the timeout."""
        try:
            detail = live.settled(timeout)
        except SjresourceError:  # it exists: raising now would lose its id
            return {}
        return self._outputs(self.described(detail))

    def _outputs(self, properties: Properties) -> dict[str, Any]:
        return {name: properties[name] for name in self.outputs if properties.get(name) is not None}


def _missing_tags(detail: Detail, identity: str) -> dict[str, str]:
    """Return the marks of a recorded resource that this one has not, or has with other values."""
    marks = {IDENTITY_TAG: identity_tag(identity), **recorded_tag()}
    tags = detail.get("tags") or {}
    return {key: value for key, value in marks.items() if tags.get(key) != value}
