"""Reads what users give as JSON into values of a type, within bounds, before anything keeps it.

A decoder is a function of a value and its place; it gives the value, or raises `WrongInputError`
with the place and what is wrong. Scripts, rules, faults, clock orders and scenarios are all read by
decoders that are made of the ones here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping

Decoder = Callable[[Any, str], Any]

LONGEST_SECONDS: Final = 315_360_000
"""Ten years, for whatever lasts."""

_MOST_DEEP: Final = 100
_SHOWN: Final = 60


class WrongInputError(ValueError):
    """What was given is not what is taken: where, and what is wrong with it."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where} {what}".strip())
        self.where = where
        self.what = what


def read_json(text: bytes | str) -> Any:
    """Read JSON as its standard has it: no NaN, no half of a character, not too deep.

    Raises:
        ValueError: it is something else.
    """
    decoded = text if isinstance(text, str) else text.decode()
    try:
        value = json.loads(decoded, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("it is too deep") from None
    if "\\u" in decoded:
        json.dumps(value, ensure_ascii=False).encode()
    _require_shallow(value)
    return value


def number(least: float = 0, most: float = LONGEST_SECONDS) -> Decoder:
    """Make a decoder of finite numbers."""

    def decode(value: Any, where: str) -> float:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            _refuse(where, "must be a number")
        if not least <= value <= most:  # NaN is not
            _refuse(where, f"must be a number from {least:g} to {most:g}")
        return value

    return decode


def whole(least: int = 0, most: int = 1_000_000_000) -> Decoder:
    """Make a decoder of whole numbers."""

    def decode(value: Any, where: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            _refuse(where, f"must be a whole number from {least} to {most}")
        return value

    return decode


def text(longest: int = 256, shortest: int = 0, *, controls: bool = False) -> Decoder:
    """Make a decoder of text, without control characters unless it stands for what others say."""

    def decode(value: Any, where: str) -> str:
        if not isinstance(value, str):
            _refuse(where, "must be text")
        if not shortest <= len(value) <= longest:
            _refuse(where, f"must have {shortest} to {longest} characters")
        if not controls and not value.isprintable():
            _refuse(where, "must have no control characters")
        return value

    return decode


def flag(value: Any, where: str) -> bool:
    """Decode true or false."""
    if not isinstance(value, bool):
        _refuse(where, "must be true or false")
    return value


def one_of(*choices: str) -> Decoder:
    """Make a decoder of some words."""

    def decode(value: Any, where: str) -> str:
        if not isinstance(value, str) or value not in choices:
            _refuse(where, f"must be one of {', '.join(choices)}")
        return value

    return decode


def optional(decoder: Decoder) -> Decoder:
    """Make a decoder that takes null too."""
    return lambda value, where: None if value is None else decoder(value, where)


def mapping(item: Decoder, most: int, longest_key: int = 256) -> Decoder:
    """Make a decoder of objects with any keys."""
    key = text(longest_key)

    def decode(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            _refuse(where, "must be an object")
        if len(value) > most:
            _refuse(where, f"must have at most {most} members")
        return {
            key(name, f"a name in {where}"): item(each, _below(where, shown(name)))
            for name, each in value.items()
        }

    return decode


def listing(item: Decoder, most: int, least: int = 0) -> Decoder:
    """Make a decoder of lists."""

    def decode(value: Any, where: str) -> list[Any]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            _refuse(where, f"must be a list of {least} to {most}")
        return [item(each, f"{where}[{index}]") for index, each in enumerate(value)]

    return decode


def record(known: Mapping[str, Decoder], *required: str, root: str = "") -> Decoder:
    """Make a decoder of objects with these members, of which none but `required` has to be there.

    `root` is how the outermost object is called, which has no place.
    """

    def decode(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            _refuse(where or root, "must be an object")
        unknown = [shown(name) for name in value if name not in known]
        if unknown:
            _refuse(where or root, f"unknown {', '.join(sorted(unknown)[:5])}")
        for name in required:
            known[name](value.get(name), _below(where, name))
        return {name: known[name](each, _below(where, name)) for name, each in value.items()}

    return decode


def anything(value: Any, where: str) -> Any:
    """Take whatever JSON has."""
    del where
    return value


def shown(text_given: str) -> str:
    """Cut somebody's text to what can be shown."""
    printable = text_given if text_given.isprintable() else ascii(text_given)[1:-1]
    return printable if len(printable) <= _SHOWN else f"{printable[:_SHOWN]}..."


def _below(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _refuse(where: str, what: str) -> NoReturn:
    raise WrongInputError(where, what)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(_MOST_DEEP):
        level = [
            each
            for holder in level
            if isinstance(holder, (dict, list))
            for each in (holder.values() if isinstance(holder, dict) else holder)
        ]
        if not level:
            return
    raise ValueError("it is too deep")
