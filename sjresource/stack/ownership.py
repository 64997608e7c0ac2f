"""Whose a job or a named resource is, decided by its tags alone. Pure.

| the tags say                                   | it is       | a create of the resource |
| ---------------------------------------------- | ----------- | ------------------------ |
| this identity, or one of its aliases; no state | `LOST`      | takes it: a lost create  |
| the same; recorded by a state                  | `RECORDED`  | asks, unless it replaces |
| this resource of another stack; no state       | `UNDECIDED` | asks, for a job          |
| the resource ended it and released it          | `RELEASED`  | leaves it                |
| anything else                                  | `FOREIGN`   | leaves it                |

A resource is tagged as recorded once the engine has written its id into the state (`registration`).
What was recorded is in some state, or was in one that is lost, rolled back, or renamed since: which
one can't be known from here. What was not recorded is in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sjresource.errors import RequestFailed
from sjresource.stack.identity import (
    IDENTITY_TAG,
    OWN_TAGS,
    RECORDED_TAG,
    RELEASED_TAG,
    identity_tag,
    readable_owner,
    same_place,
)
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Detail = Mapping[str, Any]

RECORDED_BEFORE = (
    "a state has recorded it: this stack's, before it was lost or rolled back, or retained it on a "
    "delete; or that of a stack or resource that was renamed and not brought up since"
)
"""Why nobody can tell whose something `RECORDED` is."""

Ownership = Literal["LOST", "RECORDED", "UNDECIDED", "RELEASED", "FOREIGN"]


def ownership_of(detail: Detail, identity: str, aliases: Iterable[str] = ()) -> Ownership:
    """Return whose the thing with these tags is, for one resource; see the module's table.

    Args:
        detail: the job, queue, environment, policy or share, as Batch describes it.
        identity: the resource's.
        aliases: identities that the resource had before, as its program says.
    """
    owner = owner_tag(detail)
    if is_released(detail):
        return "RELEASED"
    if owner in {identity_tag(each) for each in (identity, *aliases)}:
        return "RECORDED" if is_recorded(detail) else "LOST"
    if is_recorded(detail):
        return "FOREIGN"
    return "UNDECIDED" if owner and same_place(owner, identity) else "FOREIGN"


def is_recorded(detail: Detail) -> bool:
    """Return whether some stack's state has, or had, its id."""
    return RECORDED_TAG in _tags(detail)


def has_ended(detail: Detail) -> bool:
    """Return whether a job needs no termination any more; it may still be stopping."""
    return detail.get("status") in TERMINAL or bool(detail.get("isTerminated"))


def is_released(detail: Detail) -> bool:
    """Return whether its stack has ended a job and no longer wants it; see `termination`."""
    return RELEASED_TAG in _tags(detail) and has_ended(detail)


def owner_tag(detail: Detail) -> str:
    """Return the identity that the tags name; "" if there is none."""
    return _tags(detail).get(IDENTITY_TAG, "")


def other_owner(detail: Detail, *identities: str) -> str:
    """Return the readable identity of another owner than these; "" if there is none.

    A resource without the identity tag, because somebody removed it, has no other owner.
    """
    owner = owner_tag(detail)
    ours = {identity_tag(identity) for identity in identities}
    return readable_owner(owner) if owner and owner not in ours else ""


def require_ours(
    detail: Mapping[str, Any], doing: str, noun: str, id_: str, *identities: str
) -> None:
    """Make sure that what an old state names has not moved to another stack or resource since.

    Raises:
        RequestFailed: by its tags it is another's.
    """
    owner = other_owner(detail, *identities)
    if owner:
        raise RequestFailed(
            doing,
            noun,
            id_,
            f"it is the resource {owner} of a Pulumi stack by now, which this state is older than",
            "forget it here with `pulumi state delete`; if it is this stack's after all, run "
            f"`pulumi up` first, or, of what was imported, remove its tag {IDENTITY_TAG}",
        )


def require_marked(detail: Detail, doing: str, noun: str, id_: str) -> None:
    """Make sure that what a stack has made is still that, where its name may be used again.

    The ARN of a queue is its name. One that somebody deleted and made anew has none of the marks
    that a create sets; where AWS tells no tags at all, it may be either.

    Raises:
        RequestFailed: it has none of them.
    """
    if "tags" in detail and not OWN_TAGS & set(_tags(detail)):
        raise RequestFailed(
            doing,
            noun,
            id_,
            "it has none of the tags with which this stack made it: somebody has deleted that one "
            "and made this one under its name, or has removed them",
            "forget it here with `pulumi state delete`; if it is this stack's, give it one back "
            f"with `aws batch tag-resource --resource-arn {id_} --tags {RECORDED_TAG}=true`",
        )


def _tags(detail: Detail) -> Mapping[str, str]:
    return detail.get("tags") or {}
