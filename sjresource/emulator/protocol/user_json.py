"""Decodes the JSON that users send: rules, scripts, faults, orders for the clock, scenarios.

The types say what is allowed, bounds included (`msgspec.Meta`). A value is decoded before anything
keeps it, and a refusal names the place of the mistake.
"""

from __future__ import annotations

import functools
from dataclasses import fields
from typing import Annotated, Any, Final, TypeVar, get_type_hints

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

T = TypeVar("T")

LONGEST_SECONDS: Final = 315_360_000
"""Ten years, the longest duration."""

_DEEPEST: Final = 100
_LONGEST_MESSAGE: Final = 256
PRINTABLE: Final = (
    r"\A[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]*\Z"  # nor changes of direction
)
"""The pattern of texts without control characters."""

Seconds = Annotated[float, Meta(ge=0, le=LONGEST_SECONDS)]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Text = Annotated[str, Meta(max_length=256, pattern=PRINTABLE)]


class JSONObject(Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of the types of JSON objects."""


class WrongInputError(ValueError):
    """A value is not what is allowed at its place; `where` is empty for the outermost value."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.where = where
        self.what = what


def read_json(text: bytes | str) -> Any:
    """Parse JSON strictly: no NaN, no half of a surrogate pair, at most 100 levels.

    Raises:
        ValueError: the text is something else.
    """
    try:
        value = msgspec.json.decode(text)
    except RecursionError:
        raise ValueError("it is too deep") from None
    _require_shallow(value)
    return value


def read_object(text: bytes) -> dict[str, Any]:
    """Return the JSON object in `text`; empty for anything else."""
    try:
        value = read_json(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def decode(value: Any, kind: type[T], where: str = "") -> T:
    """Return `value` as a `kind`, whose place is `where`.

    Raises:
        WrongInputError: it is none.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _wrong_input(str(error), kind, where) from None


def decode_members(value: Any, kind: type, where: str = "") -> dict[str, Any]:
    """Return the members that `value` gives of the dataclass `kind`, by its annotations.

    Raises:
        WrongInputError: one is wrong, is unknown, or has no default and is missing.
    """
    decoded = decode(value, _struct_of(kind), where)
    return {name: getattr(decoded, name) for name in value}


def shown(text: str, longest: int = 60) -> str:
    """Return `text` as it can be printed: escaped where it has control characters, and cut."""
    printable = text if text.isprintable() else ascii(text)[1:-1]
    return printable if len(printable) <= longest else f"{printable[:longest]}..."


@functools.cache
def _struct_of(kind: type) -> type[Struct]:
    hints = get_type_hints(kind, include_extras=True)
    members: list[Any] = [
        (field.name, hints[field.name])
        if field.default is field.default_factory  # both are missing
        else (field.name, hints[field.name] | UnsetType, UNSET)
        for field in fields(kind)
        if field.init
    ]
    return msgspec.defstruct(kind.__name__, members, forbid_unknown_fields=True, kw_only=True)


def _wrong_input(message: str, kind: Any, where: str) -> WrongInputError:
    what, _, path = message.partition(" - at `")
    path = path.removeprefix("key` in `").removeprefix("$").rstrip("`")
    if what.startswith("Invalid enum value"):
        what = f"Expected one of {_choices(kind, path.rpartition('.')[2])}"
    what = what.replace(f"matching regex {PRINTABLE!r}", "without control characters")
    return WrongInputError(
        f"{where}{path}".lstrip("."), shown(what[:1].lower() + what[1:], _LONGEST_MESSAGE)
    )


def _choices(kind: Any, member: str) -> str:
    """Return the words that `member` may be, which msgspec's message does not tell."""
    _, objects = msgspec.json.schema_components((kind,))
    members = (each["properties"] for each in objects.values())
    words: list[str | int] = next(each[member]["enum"] for each in members if member in each)
    return ", ".join(map(str, words))


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            each
            for holder in level
            if isinstance(holder, (dict, list))
            for each in (holder.values() if isinstance(holder, dict) else holder)
        ]
        if not level:
            return
    raise ValueError("it is too deep")
