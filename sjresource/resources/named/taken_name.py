"""What has the name that a new resource is to have: may the create take it, and if not, why. Pure.

| whose it is, by its tags (`ownership`)    | the create                                        |
| ----------------------------------------- | ------------------------------------------------- |
| LOST                                      | takes it over, unless it can't become what is     |
|                                           | wanted: then it is refused                        |
| RECORDED, and this stack's state has it   | the same: it is a replacement                     |
| RECORDED                                  | is refused: the user is asked                     |
| anything else, and the name is a default  | tries another default name                        |
| anything else                             | is refused                                        |

Of one that is being deleted a preview says nothing, since its name may be free by then; the create
waits for that if the resource is to take it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.models import property_name
from sjresource.stack.identity import RECORDED_TAG
from sjresource.stack.ownership import RECORDED_BEFORE, ownership_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.aws.batch import ResourceKind
    from sjresource.stack.ownership import Ownership

    Reason = tuple[str, str]
    """Why a create is refused, and what to do."""


def may_take(owner: Ownership) -> bool:
    """Return whether a create takes it over, unless that is undecided."""
    return owner in ("LOST", "RECORDED")


def is_undecided(owner: Ownership, *, is_deployed: bool) -> bool:
    """Return whether the user has to say whose it is.

    Args:
        owner: whose it is, by its tags.
        is_deployed: whether the state has the resource, so that the create replaces it.
    """
    return owner == "RECORDED" and not is_deployed


def why_refused(
    kind: ResourceKind, detail: Mapping[str, Any], identity: str, *, is_default: bool
) -> Reason | None:
    """Return why the create of what no state has would be refused; None if it would not.

    Args:
        kind: its kind.
        detail: what has the name.
        identity: the new resource's.
        is_default: whether the name is the resource's default one.
    """
    if detail.get("status") in ("DELETING", "DELETED"):
        return None
    owner = ownership_of(detail, identity)
    if is_undecided(owner, is_deployed=False):
        return undecided(kind, detail[kind.arn])
    return None if may_take(owner) or is_default else not_ours(kind)


def undecided(kind: ResourceKind, arn: str) -> Reason:
    """Return that nobody can tell whose it is."""
    advice = (
        f"choose another {property_name(kind.name)} for a new one, or take that one over after "
        f"`aws batch untag-resource --resource-arn {arn} --tag-keys {RECORDED_TAG}`"
    )
    return f"{arn} exists; {RECORDED_BEFORE}", advice


def not_ours(kind: ResourceKind) -> Reason:
    """Return that it is somebody else's."""
    return (
        "one of this name exists, and this resource did not make it",
        f"choose another {property_name(kind.name)}, or use the one that exists by its ARN",
    )


def of_another_kind(kind: ResourceKind, arn: str, argument: str) -> Reason:
    """Return that it is this resource's, and can't be made what is wanted now."""
    return (
        f"{arn} is this resource's and differs in {argument}, which AWS neither adds nor removes",
        f"delete it, or choose another {property_name(kind.name)}",
    )
