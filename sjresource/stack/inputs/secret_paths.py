"""The paths of the secrets among a resource's arguments, which the program passes to the provider.

A dynamic provider gets its arguments decrypted, and isn't told what was secret in them. AWS's
messages quote them, and go into the state. So the program adds an argument with the paths, without
the values, if there are any. A diff compares it only to see what has become a secret.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.status.masking import texts_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Path = list[str | int]

PROPERTY = "secret_paths"

_NAMES = ("identity", "job_queue", "quota_share_name", "region", "managed_in_program")
"""Parts of ARNs, and so no secrets. Most are Outputs: in wide stacks it would take time."""


def secret_paths(arguments: Mapping[str, Any]) -> pulumi.Input[list[Path] | None]:
    """Return the path of each secret, in any order; None if there is none, as in most states."""
    others = {
        name: value
        for name, value in arguments.items()
        if name not in _NAMES and not is_plain(value)
    }
    return pulumi.Output.from_input(_paths_or_none(others)) if others else None


def paths_in(properties: Mapping[str, Any]) -> list[Path] | None:
    """Return the paths among a resource's properties; None if nobody has looked for secrets.

    A program that gives an identity has looked, and names none if there are none.
    """
    paths = properties.get(PROPERTY)
    if paths is None and "identity" in properties:
        return []
    return paths if isinstance(paths, list) else None


def texts_at(properties: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the texts of the secrets among the properties; None if nobody has looked for any."""
    paths = paths_in(properties)
    if paths is None:
        return None
    return frozenset(text for path in paths for text in texts_in(_at(properties, path)))


def hides_more(olds: Mapping[str, Any], news: Mapping[str, Any]) -> bool:
    """Return whether a state has in the clear what the program has made a secret since.

    The engine keeps the outputs of a resource in which nothing differs, and the arguments are among
    them, so only an update hides it there.
    """
    hidden = {tuple(path) for path in paths_in(olds) or ()}
    return any(
        _at(news, path) is not None
        and not any(tuple(path[:end]) in hidden for end in range(1, len(path) + 1))
        for path in paths_in(news) or ()
    )


async def _paths_or_none(arguments: Mapping[str, Any]) -> list[Path] | None:
    return await _paths(arguments, []) or None


async def _paths(given: Any, path: Path) -> list[Path]:
    if isinstance(given, pulumi.Output):
        return [path] if await given.is_secret() else []
    found: list[Path] = []
    for step, item in _steps(given):
        found += await _paths(item, [*path, step])
    return found


def _steps(given: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(given, dict):
        yield from given.items()
    elif isinstance(given, (list, tuple)):
        yield from enumerate(given)


def _at(value: Any, path: Path) -> Any:
    """Return the value at a path; None if there is none. The engine passes indices as floats."""
    for step in path:
        if isinstance(value, (list, tuple)):
            value = dict(enumerate(value)).get(int(step))
        else:
            value = value.get(step) if isinstance(value, dict) else None
    return value
