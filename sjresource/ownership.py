"""Whose a job or a named resource is, told from its tags alone. Pure.

| the tags say                                   | it is       | a create of the resource |
| ---------------------------------------------- | ----------- | ------------------------ |
| this identity, or one of its aliases; no state | `LOST`      | takes it: a lost create  |
| this identity; recorded by a state             | `RECORDED`  | asks, unless it replaces |
| this resource of another stack; no state       | `UNDECIDED` | asks, for a job          |
| the resource gave it up                        | `RELEASED`  | leaves it                |
| anything else                                  | `FOREIGN`   | leaves it                |

A job is marked as recorded once the engine has written down its id (`declaration`). What was
recorded is in some state, or was in one that is lost, rolled back, or renamed since: whose it is
can't be known from here. What was not recorded is in no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sjresource.identity import (
    IDENTITY_TAG,
    RECORDED,
    RELEASED,
    STATE_TAG,
    identity_tag,
    readable_owner,
    same_place,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Tags = Mapping[str, str]

RECORDED_BEFORE = (
    "a state has recorded it: this stack's, before it was lost or rolled back, or that of a stack "
    "or resource that was renamed and not brought up since"
)
"""Why it can't be told whose something `RECORDED` is."""

Standing = Literal["LOST", "RECORDED", "UNDECIDED", "RELEASED", "FOREIGN"]


def standing(tags: Tags, identity: str, aliases: Iterable[str] = ()) -> Standing:
    """Return what the thing with these tags is to a resource; see the module's table.

    Args:
        tags: all tags of the job, queue, environment, policy or share.
        identity: the resource's.
        aliases: identities that the resource had before, as its program says.
    """
    owner = tags.get(IDENTITY_TAG, "")
    if is_released(tags):
        return "RELEASED"
    if owner == identity_tag(identity):
        return "RECORDED" if is_recorded(tags) else "LOST"
    if is_recorded(tags):
        return "FOREIGN"
    if owner in {identity_tag(alias) for alias in aliases}:
        return "LOST"
    return "UNDECIDED" if owner and same_place(owner, identity) else "FOREIGN"


def is_recorded(tags: Tags) -> bool:
    """Whether some stack's state has, or had, the id of what has these tags."""
    return tags.get(STATE_TAG) == RECORDED


def is_released(tags: Tags) -> bool:
    """Whether the resource that had it gave it up."""
    return tags.get(STATE_TAG) == RELEASED


def other_owner(detail: Mapping[str, Any], *identities: str) -> str:
    """Return whose it is by now, readable, if it is another's than these identities'; else "".

    What has no identity any more, since somebody took the tag away, is no other's.
    """
    owner: str = (detail.get("tags") or {}).get(IDENTITY_TAG, "")
    ours = {identity_tag(identity) for identity in identities}
    return readable_owner(owner) if owner and owner not in ours else ""
