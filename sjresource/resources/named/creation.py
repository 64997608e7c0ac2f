"""How a queue, environment, policy or share is created once, even if a create before it was lost.

Its name is what it is found by: AWS refuses a second one of a name, and the tags of the first say
whose that is (`taken_name`). Default names are derived from the identity, the others that are tried
where somebody else has one too: so a lost create is found under each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import input_shape, property_name, to_request
from sjresource.aws.payload import canonical
from sjresource.aws.waiters import poll
from sjresource.errors import NotFound, RequestFailed
from sjresource.resources.named.live_resource import LiveResource, timeout_of
from sjresource.resources.named.taken_name import (
    is_undecided,
    may_take,
    not_ours,
    of_another_kind,
    undecided,
)
from sjresource.stack.diff import REPLACES, REPLACES_IF_ADDED_OR_REMOVED
from sjresource.stack.identity import IDENTITY_TAG, RUN_TAG, identity_tag
from sjresource.stack.ownership import ownership_of
from sjresource.stack.plugin_notes import note_maker
from sjresource.stack.provider import require_unshared

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient, ResourceKind
    from sjresource.aws.waiters import WaiterClock
    from sjresource.stack.diff import Rules
    from sjresource.stack.ownership import Ownership

    Properties = Mapping[str, Any]
    Detail = dict[str, Any]

_DECIDED_WITHIN = 5.0
"""Seconds in which an update that is under way may mark the resource that has the wanted name."""


@dataclass(frozen=True)
class NamedCreate:
    """The create of one resource, under the first of its names that it can have."""

    client: BatchClient
    kind: ResourceKind
    rules: Rules
    props: Properties
    names: Iterable[str]
    """The wanted name; if that is a default one, then the other default names."""
    is_deployed: bool
    """Whether the state has the resource, so that this create replaces it."""
    front: str
    """Whose create it is; see `provider`."""
    clock: WaiterClock

    def create_or_take_over(self, token: str) -> tuple[str, str]:
        """Return the ARN and the name of what is there now.

        Args:
            token: tells this create from every other one of the resource.

        Raises:
            RequestFailed: among others, the name is another resource's, or may be.
        """
        for name in self.names:
            named = {**self.props, self._argument: name}
            request = self._request(named, token)
            try:
                return self._make(request), name
            except RequestFailed as error:
                if "already exists" not in error.seen.lower():
                    raise
            taken = self._take_over(named, request)
            if taken:
                return taken, name
        raise self._refused(self.props, not_ours(self.kind))

    def _make(self, request: Properties) -> str:
        arn = self.client.create(self.kind, request)
        note_maker(arn, self.front)
        return arn

    def _request(self, props: Properties, token: str) -> Properties:
        """Return the request; an empty object stays in it: an empty policy has a kind."""
        marks = {IDENTITY_TAG: identity_tag(props["identity"]), RUN_TAG: token}
        wanted = {name: props[name] for name in self.rules if name in props}
        wanted["tags"] = {**(wanted.get("tags") or {}), **marks}
        given = {name: canonical(value) for name, value in wanted.items() if value is not None}
        request: Properties = to_request(input_shape(self.kind.create), given)
        return request

    def _take_over(self, props: Properties, request: Properties) -> str:
        """Return the ARN of what has the name, if it is this resource's; "" if it is another's.

        Raises:
            RequestFailed: a state recorded it for this resource, perhaps not this stack's.
        """
        try:
            detail, owner = self._find_owner(props)
        except NotFound:  # it has just gone
            return self._make(request)
        found = LiveResource(self.client, self.kind, detail[self.kind.arn], self.clock)
        if may_take(owner) and detail.get("status") == "DELETING":
            found.wait_until_gone(timeout_of(props, "delete"))
            return self._make(request)
        if is_undecided(owner, is_deployed=self.is_deployed):
            raise self._refused(props, undecided(self.kind, found.arn))
        if not may_take(owner):
            return ""
        noun, name = self.kind.noun, props[self._argument]
        require_unshared(self.front, found.arn, "creating", noun, name)
        for fixed in self._added_or_removed(props, detail):
            raise self._refused(props, of_another_kind(self.kind, found.arn, fixed))
        self.client.tag_resource(found.arn, request["tags"])
        changeable = [name for name, rule in self.rules.items() if rule != REPLACES]
        found.change(changeable, props, timeout_of(props, "update"))
        return found.arn

    def _added_or_removed(self, props: Properties, detail: Detail) -> Iterator[str]:
        """Yield the arguments that AWS adds to nothing that exists, and takes from none."""
        live = {property_name(member): value for member, value in detail.items()}
        for name, rule in self.rules.items():
            if rule == REPLACES_IF_ADDED_OR_REMOVED:
                wanted, found = props.get(name), live.get(name)
                if (wanted is None and found) or (wanted and found is None):
                    yield name

    def _find_owner(self, props: Properties) -> tuple[Detail, Ownership]:
        """Describe what has the name, and return whose it is as far as some seconds can show.

        A resource that has just been renamed in the state takes its own with it, in the same `up`.
        """
        scope = self.kind.listed_by
        within = props[property_name(scope)] if scope else ""

        def find() -> tuple[Detail, Ownership]:
            detail = self.client.find_by_name(self.kind, props[self._argument], within)
            return detail, ownership_of(detail, props["identity"])

        def is_decided(found: tuple[Detail, Ownership]) -> bool:
            detail, owner = found
            is_open = is_undecided(owner, is_deployed=self.is_deployed)
            return detail.get("status") == "DELETING" or not is_open

        return poll(find, is_decided, self.clock.sleep, self.clock.backoff(_DECIDED_WITHIN))

    def _refused(self, props: Properties, why: tuple[str, str]) -> RequestFailed:
        return RequestFailed("creating", self.kind.noun, props[self._argument], *why)

    @property
    def _argument(self) -> str:
        """The argument that is the name."""
        return property_name(self.kind.name)
