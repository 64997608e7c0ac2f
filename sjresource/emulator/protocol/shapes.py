"""Checks JSON values against botocore's shapes: types, required members, enums, lengths.

Not by botocore's ParamValidator: it takes a bool for a number, knows no enum and no maximum, and
its messages hold the values, which may be secret. Bounds that stand in a shape's documentation only
are not checked here.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

ANY_CASE: Final = frozenset({"ServiceJobRetryAction"})
"""Enums whose values AWS takes in any case, though its models don't say so:
https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-train/tests/integ/train/aws_batch/test_queue.py"""
_SHOWN: Final = 64
_LARGEST: Final = {"integer": 2**31, "long": 2**63}
_TYPES: Final[dict[str, tuple[type | tuple[type, ...], str]]] = {
    "structure": (dict, "an object"),
    "map": (dict, "an object"),
    "list": (list, "a list"),
    "string": (str, "a string"),
    "boolean": (bool, "true or false"),
}
_HOLDERS: Final = (StructureShape, ListShape, MapShape)
_NUMBER: Final = ((int, float), "a number")


def known_members(shape: Shape, value: Any) -> Any:
    """Return `value` without null members and those that the model does not know."""
    if isinstance(shape, StructureShape):
        return {
            name: known_members(member, value[name])
            for name, member in shape.members.items()
            if value.get(name) is not None
        }
    if isinstance(shape, ListShape):
        return [known_members(shape.member, item) for item in value]
    return value


def without_defaults(shape: Shape, value: Any, defaults: Mapping[str, Any]) -> Any:
    """Return `value` without optional members that are empty, false, or their name's default."""
    if isinstance(shape, StructureShape):
        kept, members = {}, _members(shape)
        for name, item in value.items():
            required, member = members[name]
            if required or _is_answered(item, defaults.get(name)):
                kept[name] = without_defaults(member, item, defaults) if member else item
        return kept
    if isinstance(shape, ListShape):
        return [without_defaults(shape.member, item, defaults) for item in value]
    if isinstance(shape, MapShape):
        return {key: without_defaults(shape.value, item, defaults) for key, item in value.items()}
    return value


@functools.cache
def _members(shape: StructureShape) -> dict[str, tuple[bool, Shape | None]]:
    """Return of each member whether it is required, and its shape if that holds others."""
    return {
        name: (name in shape.required_members, member if isinstance(member, _HOLDERS) else None)
        for name, member in shape.members.items()
    }


def _is_answered(item: Any, default: Any) -> bool:
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return bool(item != default)
    return bool(item)


def problems(shape: Shape, value: Any, path: str = "", *, strict: bool = False) -> Iterator[str]:
    """Yield what is wrong with `value`, by path; `strict` refuses unknown and null members too."""
    problem = _type_problem(shape, value, path)
    if problem is not None:
        yield problem
        return
    if not (strict and isinstance(shape, MapShape)):
        yield from _bound_problems(shape, value, path)
    if isinstance(shape, StructureShape):
        yield from _missing(shape, value, path)
        if strict:
            unknown = [name for name in value if name not in shape.members]
            yield from (f"{path}{name} is not a member of {shape.name}" for name in unknown)
    for member, item, below in _inside(shape, value, path):
        if strict or item is not None or not isinstance(shape, StructureShape):
            yield from problems(member, item, below, strict=strict)


def type_problems(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Yield where `value` has another type than the model's, or lacks a member; no bounds.

    Members that the outermost object lacks are left out, too.
    """
    problem = _type_problem(shape, value, path)
    if problem is not None:
        yield problem
        return
    if isinstance(shape, StructureShape) and path:
        yield from _missing(shape, value, path)
    for member, item, below in _inside(shape, value, path):
        if item is not None or not isinstance(shape, StructureShape):
            yield from type_problems(member, item, below)


def _type_problem(shape: Shape, value: Any, path: str) -> str | None:
    name = path.rstrip(".") or "the request"
    kind = shape.type_name
    allowed, expected = _TYPES.get(kind, _NUMBER)
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "boolean"):
        return f"{name} must be {expected}"
    if kind in _LARGEST and not (isinstance(value, int) and abs(value) < _LARGEST[kind]):
        return f"{name} must be an integer"
    return None


def _missing(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    missing = [name for name in shape.required_members if value.get(name) is None]
    yield from (f"{path}{name} is required" for name in missing)


def _inside(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    """Yield what a value holds: shape, value and path of each known member or item."""
    if isinstance(shape, StructureShape):
        for name, item in value.items():
            if name in shape.members:
                yield shape.members[name], item, f"{path}{name}."
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield shape.member, item, f"{path.rstrip('.')}[{index}]."
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield shape.value, item, f"{path}{key[:_SHOWN]}."


def _bound_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    name = path.rstrip(".")
    if isinstance(shape, MapShape):
        for key in value:
            yield from _bound_problems(shape.key, key, f"{path}(key)")
    if isinstance(value, (str, list, dict)):
        least, most = shape.metadata.get("min"), shape.metadata.get("max")
        if least is not None and len(value) < least:
            yield f"{name} must have a length of at least {least}"
        if most is not None and len(value) > most:
            yield f"{name} must have a length of at most {most}"
    words = shape.metadata.get("enum")
    if words and (value.upper() if shape.name in ANY_CASE else value) not in words:
        yield f"{name} must be one of {', '.join(words)}, not {value[:_SHOWN]!r}"
