"""Checks JSON values against botocore's shapes: types, required members, enums, lengths.

What a shape's documentation says in words only is not checked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.model import ListShape, MapShape, StructureShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botocore.model import Shape

_ANY_CASE: Final = frozenset({"ServiceJobRetryAction"})
"""Enums whose values AWS takes in any case, though its models don't say so:
https://github.com/aws/sagemaker-python-sdk/blob/master/sagemaker-train/tests/integ/train/aws_batch/test_queue.py"""
_SHOWN: Final = 64
_INTEGERS: Final = {"integer": 2**31, "long": 2**63}
_HOLDERS: Final = (
    (StructureShape, dict, "an object"),
    (MapShape, dict, "an object"),
    (ListShape, list, "a list"),
)


def known_members(shape: Shape, value: Any) -> Any:
    """Drop the members that the model does not know, and those that are null."""
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
    """Drop the members that are not required and are empty, false, or the default of their name."""
    if isinstance(shape, StructureShape):
        return {
            name: without_defaults(shape.members[name], item, defaults)
            for name, item in value.items()
            if name in shape.required_members or _says_something(item, defaults.get(name))
        }
    if isinstance(shape, ListShape):
        return [without_defaults(shape.member, item, defaults) for item in value]
    if isinstance(shape, MapShape):
        return {key: without_defaults(shape.value, item, defaults) for key, item in value.items()}
    return value


def _says_something(item: Any, default: Any) -> bool:
    if isinstance(item, (int, float)) and not isinstance(item, bool):
        return bool(item != default)
    return bool(item)


def problems(shape: Shape, value: Any, path: str = "", *, strict: bool = False) -> Iterator[str]:
    """Tell what is wrong with `value`, by path; `strict` refuses unknown and null members too."""
    if isinstance(shape, StructureShape):
        yield from _structure_problems(shape, value, path, strict=strict)
    elif isinstance(shape, ListShape):
        yield from _list_problems(shape, value, path, strict=strict)
    elif isinstance(shape, MapShape):
        yield from _map_problems(shape, value, path, strict=strict)
    else:
        yield from _scalar_problems(shape, value, path)


def type_problems(shape: Shape, value: Any, path: str = "") -> Iterator[str]:
    """Tell where `value` has another type than the model's, or lacks a member; bounds are left out.

    What the outermost object lacks is left out too.
    """
    name = path.rstrip(".") or "the request"
    for kind, wanted, said in _HOLDERS:
        if isinstance(shape, kind):
            if not isinstance(value, wanted):
                yield f"{name} must be {said}"
                return
            yield from _lacking(shape, value, path)
            for member, item, below in _inside(shape, value, path):
                yield from type_problems(member, item, below)
            return
    if shape.type_name != "string":
        yield from _scalar_problems(shape, value, path)
    elif not isinstance(value, str):
        yield f"{name} must be a string"


def _lacking(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and path:
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"{path}{name} is required"


def _inside(shape: Shape, value: Any, path: str) -> Iterator[tuple[Shape, Any, str]]:
    """Go through what a value of the right type holds."""
    if isinstance(shape, StructureShape):
        for key, item in value.items():
            if key in shape.members and item is not None:
                yield shape.members[key], item, f"{path}{key}."
    elif isinstance(shape, ListShape):
        for index, item in enumerate(value):
            yield shape.member, item, f"{path.rstrip('.')}[{index}]."
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield shape.value, item, f"{path}{key}."


def _structure_problems(
    shape: StructureShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path or 'the request'} must be an object"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"{path}{name} is required"
    for name, item in value.items():
        if name not in shape.members:
            if strict:
                yield f"{path}{name} is not a member of {shape.name}"
        elif item is not None or strict:
            yield from problems(shape.members[name], item, f"{path}{name}.", strict=strict)


def _list_problems(
    shape: ListShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path.rstrip('.')} must be a list"
        return
    yield from _length_problems(shape, value, path)
    for index, item in enumerate(value):
        yield from problems(shape.member, item, f"{path.rstrip('.')}[{index}].", strict=strict)


def _map_problems(
    shape: MapShape,
    value: Any,
    path: str,
    *,
    strict: bool,
) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path.rstrip('.')} must be an object"
        return
    if not strict:
        yield from _length_problems(shape, value, path)
    for key, item in value.items():
        if not strict:
            yield from _length_problems(shape.key, key, f"{path}(key).")
        yield from problems(shape.value, item, f"{path}(value).", strict=strict)


def _scalar_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    name = path.rstrip(".")
    kind = shape.type_name
    if kind == "string":
        yield from _string_problems(shape, value, name)
    elif kind == "boolean":
        if not isinstance(value, bool):
            yield f"{name} must be true or false"
    elif not isinstance(value, (int, float)) or isinstance(value, bool):
        yield f"{name} must be a number"
    elif kind in _INTEGERS and (isinstance(value, float) or abs(value) >= _INTEGERS[kind]):
        yield f"{name} must be an integer"


def _string_problems(shape: Shape, value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{name} must be a string"
        return
    yield from _length_problems(shape, value, name)
    allowed = shape.metadata.get("enum")
    if allowed and (value.upper() if shape.name in _ANY_CASE else value) not in allowed:
        yield f"{name} must be one of {', '.join(allowed)}, not {value[:_SHOWN]!r}"


def _length_problems(shape: Shape, value: Any, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    name = path.rstrip(".")
    if least is not None and len(value) < least:
        yield f"{name} must have a length of at least {least}"
    if most is not None and len(value) > most:
        yield f"{name} must have a length of at most {most}"
