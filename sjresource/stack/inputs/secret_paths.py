"""Which places of a resource's arguments are secret: told by the program, without the values.

A dynamic provider gets its arguments decrypted, and isn't told what was secret in them. AWS's words
quote them, and go into the state. So the program adds an argument that names the places, which
compares with nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.status.masking import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Place = list[str | int]

PROPERTY = "secret_paths"


_NAMES = ("identity", "job_queue", "quota_share_name", "region", "managed_in_program")
"""What is in every ARN is no secret, and an Output in most programs: wide stacks have many."""


def secret_paths(arguments: Mapping[str, Any]) -> pulumi.Input[list[Place]]:
    """Return the path of each secret, in no order that means anything."""
    others = {
        name: value
        for name, value in arguments.items()
        if name not in _NAMES and not is_plain(value)
    }
    return pulumi.Output.from_input(_places(others, [])) if others else []


def texts_at(properties: Mapping[str, Any]) -> frozenset[str] | None:
    """Return what is secret in properties that name their places; None if they name none.

    So it is with the state of an earlier version.
    """
    places = properties.get(PROPERTY)
    if not isinstance(places, list):
        return None
    return frozenset(text for place in places for text in texts_in(_at(properties, place)))


async def _places(given: Any, place: Place) -> list[Place]:
    if isinstance(given, pulumi.Output):
        return [place] if await given.is_secret() else []
    found: list[Place] = []
    for step, item in _steps(given):
        found += await _places(item, [*place, step])
    return found


def _steps(given: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(given, dict):
        yield from given.items()
    elif isinstance(given, (list, tuple)):
        yield from enumerate(given)


def _at(value: Any, place: Place) -> Any:
    """Return what stands there, None if it can't be found; the engine hands numbers as floats."""
    for step in place:
        if isinstance(value, (list, tuple)):
            value = dict(enumerate(value)).get(int(step))
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
