"""A problem that AWS's answers show, and whether the same `up` may be about to repair it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.batch import QUOTA_SHARE
from sjresource.aws.payload import is_unknown
from sjresource.errors import SjresourceError
from sjresource.problem import Problem
from sjresource.stack.identity import IDENTITY_TAG, stack_tag_prefix

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.batch import BatchClient

    Detail = Mapping[str, Any]


class LiveProblem(NamedTuple):
    """A path in the arguments, a reason, and the resources at AWS that it comes from.

    If one of the resources is this stack's own, the same `up` may be about to repair it. A problem
    without resources stays in any case.
    """

    path: str
    reason: str
    resources: tuple[Detail, ...] = ()

    @property
    def problem(self) -> Problem:
        """The problem as a check reports it."""
        return Problem(self.path, self.reason)

    def is_of_stack(self, client: BatchClient, identity: Any) -> bool:
        """Return whether a resource carries the tag of the stack that `identity` belongs to."""
        if not isinstance(identity, str) or is_unknown(identity):
            return False
        prefix = stack_tag_prefix(identity)
        tags = (_tags_of(client, resource) for resource in self.resources)
        return any(each.get(IDENTITY_TAG, "").startswith(prefix) for each in tags)


def _tags_of(client: BatchClient, resource: Detail) -> Mapping[str, str]:
    """Return a resource's tags; the list of a queue's shares comes without them."""
    if "tags" not in resource and "quotaShareArn" in resource:
        try:
            resource = client.find(QUOTA_SHARE, resource["quotaShareArn"])
        except SjresourceError:
            return {}
    tags: Mapping[str, str] = resource.get("tags", {})
    return tags
