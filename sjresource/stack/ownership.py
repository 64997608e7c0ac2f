"""Whose a job or a named resource is, told from its tags alone. Pure.

| the tags say                                   | it is       | a create of the resource |
| ---------------------------------------------- | ----------- | ------------------------ |
| this identity, or one of its aliases; no state | `LOST`      | takes it: a lost create  |
| the same; recorded by a state                  | `RECORDED`  | asks, unless it replaces |
| this resource of another stack; no state       | `UNDECIDED` | asks, for a job          |
| the resource ended it and gave it up           | `RELEASED`  | leaves it                |
| anything else                                  | `FOREIGN`   | leaves it                |

A job is marked as recorded once the engine has written down its id (`declaration`). What was
recorded is in some state, or was in one that is lost, rolled back, or renamed since: whose it is
can't be known from here. What was not recorded is in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sjresource.stack.identity import (
    IDENTITY_TAG,
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
    "a state has recorded it: this stack's, before it was lost or rolled back, or that of a stack "
    "or resource that was renamed and not brought up since"
)
"""Why it can't be told whose something `RECORDED` is."""

Standing = Literal["LOST", "RECORDED", "UNDECIDED", "RELEASED", "FOREIGN"]


def standing(detail: Detail, identity: str, aliases: Iterable[str] = ()) -> Standing:
    """Return what the thing with these tags is to a resource; see the module's table.

    Args:
        detail: the job, queue, environment, policy or share, as Batch describes it.
        identity: the resource's.
        aliases: identities that the resource had before, as its program says.
    """
    owner = _tags(detail).get(IDENTITY_TAG, "")
    if is_given_up(detail):
        return "RELEASED"
    if owner in {identity_tag(each) for each in (identity, *aliases)}:
        return "RECORDED" if is_recorded(detail) else "LOST"
    if is_recorded(detail):
        return "FOREIGN"
    return "UNDECIDED" if owner and same_place(owner, identity) else "FOREIGN"


def is_recorded(detail: Detail) -> bool:
    """Whether some stack's state has, or had, its id."""
    return RECORDED_TAG in _tags(detail)


def has_ended(detail: Detail) -> bool:
    """Whether there is nothing left to end of a job; it may still be on its way to its end."""
    return detail.get("status") in TERMINAL or bool(detail.get("isTerminated"))


def is_given_up(detail: Detail) -> bool:
    """Whether its stack has ended a job and wants it no more; see `ending`."""
    return RELEASED_TAG in _tags(detail) and has_ended(detail)


def other_owner(detail: Detail, *identities: str) -> str:
    """Return whose it is by now, readable, if it is another's than these identities'; else "".

    What has no identity any more, since somebody took the tag away, is no other's.
    """
    owner = _tags(detail).get(IDENTITY_TAG, "")
    ours = {identity_tag(identity) for identity in identities}
    return readable_owner(owner) if owner and owner not in ours else ""


def _tags(detail: Detail) -> Mapping[str, str]:
    return detail.get("tags") or {}
