"""Finds names that are no argument of a resource, and says what was probably meant.

Compilers find them in TypeScript and Go, and Python at run time; YAML, JSON and an `any` do not.
The core never sees such a name, so that its own words for it are not said as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.models import model_version
from sjresource.stack.spelling import TYPED, UNTYPED, Path
from sjresource.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sjresource.stack.spelling import Names, Spelling


class Stranger(NamedTuple):
    """A name that is none of the resource's: where it stands, and a reason for the user."""

    path: Path
    reason: str


def strangers(spelling: Spelling, values: Mapping[str, Any]) -> Iterator[Stranger]:
    """Yield every name that the resource does not have, at every depth.

    `serviceRequestPayload` is left to the core, which knows how to let pass what botocore lacks.
    """
    arguments = spelling.arguments
    for name, value in values.items():
        if name not in arguments:
            near = nearest(name, arguments)
            yield Stranger((name,), f"is no argument of {spelling.name}{near}")
        elif name != UNTYPED:
            _, within = spelling.names.members[name]
            way_out = _WAY_OUT if name == TYPED else ""
            yield from _strangers(within, value, (name,), way_out)


def without(values: Mapping[str, Any], paths: Iterable[Path]) -> dict[str, Any]:
    """Return the values without what stands at the paths."""
    left_out = set(paths)
    found: dict[str, Any] = _without(dict(values), (), left_out)
    return found


_WAY_OUT = f"; what AWS has and botocore {{version}} lacks can be given in {UNTYPED} instead"


def _strangers(names: Names, value: Any, path: Path, way_out: str) -> Iterator[Stranger]:
    for step, item in _steps(value):
        if names.items is not None:
            yield from _strangers(names.items, item, (*path, step), way_out)
        elif step in names.members:
            within = names.members[str(step)][1]
            yield from _strangers(within, item, (*path, step), way_out)
        elif names.members:
            hint = way_out.format(version=model_version())
            reason = f"is not known{nearest(str(step), names.members)}{hint}"
            yield Stranger((*path, step), reason)


def _steps(value: Any) -> Iterable[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return value.items()
    return enumerate(value) if isinstance(value, list) else ()


def _without(value: Any, path: Path, left_out: set[Path]) -> Any:
    if isinstance(value, dict):
        return {
            name: _without(item, (*path, name), left_out)
            for name, item in value.items()
            if (*path, name) not in left_out
        }
    if isinstance(value, list):
        return [_without(item, (*path, i), left_out) for i, item in enumerate(value)]
    return value
