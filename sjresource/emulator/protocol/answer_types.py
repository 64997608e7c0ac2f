"""Types for msgspec, made of botocore's shapes: a whole page of a list is checked by one call in C.

`problems` in `shapes.py` has the words for what does not fit, and takes 25 times as long.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import msgspec
from botocore.model import ListShape, MapShape, StringShape, StructureShape
from msgspec import UNSET, Meta, UnsetType

from sjresource.emulator.protocol.shapes import ANY_CASE

if TYPE_CHECKING:
    from botocore.model import Shape

_SIMPLE: Final[dict[str, Any]] = {
    "string": str,
    "boolean": bool,
    "integer": Annotated[int, Meta(gt=-(2**31), lt=2**31)],
    "long": Annotated[int, Meta(ge=-(2**63) + 1, le=2**63 - 1)],
}


def fits(shape: StructureShape, answer: dict[str, Any]) -> bool:
    """Return whether an answer has all that its shape requires, and nothing unknown to it."""
    try:
        msgspec.convert(answer, _structure(shape))
    except msgspec.ValidationError:
        return False
    return True


def _type(shape: Shape) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, ListShape):
        return _bounded(list[_type(shape.member)], shape)  # type: ignore[misc] # made at run time
    if isinstance(shape, MapShape):
        return dict[str, _type(shape.value)]  # type: ignore[misc] # made at run time
    words = shape.metadata.get("enum")
    if words and shape.name not in ANY_CASE:
        return Literal[tuple(words)]
    simple = _SIMPLE.get(shape.type_name, float)
    return _bounded(simple, shape) if isinstance(shape, StringShape) else simple


@functools.cache
def _structure(shape: StructureShape) -> type[msgspec.Struct]:
    members: list[Any] = [
        (name, _type(member))
        if name in shape.required_members
        else (name, _type(member) | UnsetType, UNSET)
        for name, member in shape.members.items()
    ]
    return msgspec.defstruct(shape.name, members, forbid_unknown_fields=True, kw_only=True)


def _bounded(kind: Any, shape: Shape) -> Any:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    return Annotated[kind, Meta(min_length=least, max_length=most)]
