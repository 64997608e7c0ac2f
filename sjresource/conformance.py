"""Whether a value has the shape that botocore's model describes.

Stricter than botocore's own ParamValidator, which looks at neither enums nor upper bounds, and
told in the user's words: each problem has its path, and says the kind of what was given, never the
value.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.payload import is_unknown, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from botocore.model import Shape


class Problem(NamedTuple):
    """One mistake: where it is, and what must be there instead."""

    path: str
    reason: str


@dataclass(frozen=True)
class Conformance:
    """One way to walk a shape.

    `name_of` turns a member's name into the one that the user gave; `optional` holds required
    members that we fill in.
    """

    name_of: Callable[[str], str]
    optional: frozenset[str] = frozenset()

    def problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        """Find every problem in what stands at `path`; what is unknown or None has none."""
        if is_unknown(value) or value is None:
            return
        if not _is_kind(shape, value):
            yield Problem(path, f"must be {_article(shape)}, got {kind_of(value)}")
        elif shape.type_name == "structure":
            yield from self._structure_problems(shape, value, path)
        elif shape.type_name == "list":
            for position, item in enumerate(value):
                yield from self.problems(shape.member, item, f"{path}[{position}]")
            yield from _size_problems(shape, len(value), path, "items")
        elif shape.type_name == "map":
            for key, item in value.items():
                yield from self.problems(shape.value, item, f"{path}.{key}")
            yield from _size_problems(shape, len(value), path, "entries")
        else:
            yield from _scalar_problems(shape, value, path)

    def _structure_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        known = {self.name_of(member): member for member in shape.members}
        for name in sorted(set(value) - set(known)):
            yield Problem(join(path, name), f"is not known{_nearest(name, known)}")
        for member in shape.required_members:
            if value.get(self.name_of(member)) is None and member not in self.optional:
                yield Problem(join(path, self.name_of(member)), "is required")
        for name, item in value.items():
            if name in known:
                yield from self.problems(shape.members[known[name]], item, join(path, name))


def _scalar_problems(shape: Any, value: Any, path: str) -> Iterator[Problem]:
    if shape.type_name == "string":
        if shape.enum and value not in shape.enum:
            yield Problem(path, f"must be one of {_some(shape.enum)}{_nearest(value, shape.enum)}")
        yield from _size_problems(shape, len(value), path, "characters")
    elif shape.type_name in ("integer", "long", "float", "double"):
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if (low is not None and value < low) or (high is not None and value > high):
            yield Problem(path, f"must be {_range(low, high)}")


def _size_problems(shape: Shape, size: int, path: str, unit: str) -> Iterator[Problem]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if (low is not None and size < low) or (high is not None and size > high):
        yield Problem(path, f"must have {_range(low, high)} {unit}, got {size}")


def _is_kind(shape: Shape, value: Any) -> bool:
    kinds: dict[str, Callable[[Any], bool]] = {
        "structure": lambda v: isinstance(v, dict),
        "map": lambda v: isinstance(v, dict),
        "list": lambda v: isinstance(v, (list, tuple)),
        "string": lambda v: isinstance(v, str),
        "boolean": lambda v: isinstance(v, bool),
        "integer": _is_integer,
        "long": _is_integer,
        "float": _is_number,
        "double": _is_number,
    }
    return kinds.get(shape.type_name, lambda _: True)(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and float(value).is_integer()


def _article(shape: Shape) -> str:
    return {
        "structure": "an object",
        "map": "an object",
        "list": "a list",
        "string": "a string",
        "boolean": "a boolean",
        "integer": "an integer",
        "long": "an integer",
    }.get(shape.type_name, "a number")


def _range(low: Any, high: Any) -> str:
    if high is None:
        return f"at least {low}"
    return f"from {low or 0} to {high}"


_SHOWN = 8


def _some(allowed: Collection[str]) -> str:
    shown = ", ".join(list(allowed)[:_SHOWN])
    return shown if len(allowed) <= _SHOWN else f"{shown}, … ({len(allowed)} in all)"


def _nearest(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else ""


def join(path: str, name: str) -> str:
    """Write the path of a member: `tags`, `retry_strategy.attempts`."""
    return f"{path}.{name}" if path else name
