"""Checks a value against the shape that botocore's model describes.

Stricter than botocore's own ParamValidator, which ignores enums, patterns and upper bounds. Each
problem has the path as the user wrote it, and the type of what was given, never the value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.models import model_version
from sjresource.aws.payload import is_unknown, json_type
from sjresource.checks.values.patterns import matches, meaning, refusal
from sjresource.problem import Problem, join, mismatch
from sjresource.suggestions import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from botocore.model import Shape


@dataclass(frozen=True)
class ShapeValidator:
    """Finds the problems of values of a shape.

    `name_of` turns a member's name into the one that users write; `optional` holds required members
    that sjresource fills in. With `as_text` the request is a text to botocore, which sends it
    whatever it holds.
    """

    name_of: Callable[[str], str]
    optional: frozenset[str] = frozenset()
    as_text: bool = False

    def problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        """Yield every problem of the value at `path`; unknown values and None have none.

        An empty list or map means the same as None, and is not sent.
        """
        if is_unknown(value) or value is None:
            return
        type_words, has_type = _TYPES.get(shape.type_name, _ANY_TYPE)
        if not has_type(value):
            # AWS takes numbers as text in many places, hyperparameters above all.
            advice = "; write it as text" if shape.type_name == "string" else ""
            problem = mismatch(path, f"must be {type_words}", f"{json_type(value)}{advice}")
            number = value if _is_number(value) and shape.type_name in _NUMBERS else None
            yield problem._replace(unsendable=not self.as_text, number=number)
        elif shape.type_name == "structure":
            yield from self._structure_problems(shape, value, path)
        elif shape.type_name == "list":
            yield from self._list_problems(shape, value, path)
        elif shape.type_name == "map":
            yield from self._map_problems(shape, value, path)
        elif shape.type_name == "string":
            yield from self._string_problems(shape, value, path)
        elif shape.type_name != "boolean":
            yield from self._number_problems(shape, value, path)

    def _misshapen(self, path: str, reason: str) -> Problem:
        """Return a problem that botocore refuses too, unless the request is a text to it."""
        return Problem(path, reason, unsendable=not self.as_text)

    def _structure_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        known = {self.name_of(member): member for member in shape.members}
        for name in sorted(set(value) - set(known)):
            yield self._misshapen(
                join(path, name),
                _unknown_member(name, known, passes=self.as_text),
            )
        for member in shape.required_members:
            given = value.get(self.name_of(member))
            if (given is None or given == []) and member not in self.optional:
                yield self._misshapen(join(path, self.name_of(member)), "is required")
        for name, item in value.items():
            if name in known:
                yield from self.problems(shape.members[known[name]], item, join(path, name))

    def _list_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        for position, item in enumerate(value):
            if item is None:
                reason = "must not be null: within a list it is sent as it is; leave it out"
                yield self._misshapen(f"{path}[{position}]", reason)
            yield from self.problems(shape.member, item, f"{path}[{position}]")
        if value:
            yield from self._size_problems(shape, len(value), path, "items")

    def _map_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        for key, item in value.items():
            yield from self._string_problems(shape.key, key, f"{path}.{key}", is_name=True)
            yield from self.problems(shape.value, item, f"{path}.{key}")
        if value:
            yield from self._size_problems(shape, len(value), path, "entries")

    def _string_problems(
        self, shape: Any, value: str, path: str, *, is_name: bool = False
    ) -> Iterator[Problem]:
        if shape.enum:
            if value not in shape.enum and not _ignores_case(shape, value):
                yield must_be_one_of(path, value, shape.enum)
            return
        pattern = shape.metadata.get("pattern")
        words = meaning(pattern) if pattern and len(value) < _SHORT else None
        for_short = f"; it must be {words}" if words else ""
        outside = list(self._size_problems(shape, len(value), path, "characters"))
        yield from (each._replace(reason=f"{each.reason}{for_short}") for each in outside)
        # A pattern is not run on what is too long for it: it could take very long.
        if pattern and not outside and not matches(pattern, value):
            yield Problem(path, refusal(pattern, value, is_name=is_name))
        elif not _is_text(value):
            yield Problem(path, "must be text, got half of a surrogate pair", unsendable=True)

    def _number_problems(self, shape: Any, value: Any, path: str) -> Iterator[Problem]:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        most = _LARGEST.get(shape.type_name, math.inf)
        outside = mismatch(path, f"must be {_range(low, high)}", "a number")._replace(number=value)
        if low is not None and value < low:
            yield outside._replace(unsendable=not self.as_text)
        elif high is not None and value > high:
            yield outside
        elif not -most <= value <= most:
            words = f"must be from {-most} to {most}"
            yield mismatch(path, words, "a number")._replace(number=value)

    def _size_problems(self, shape: Shape, size: int, path: str, unit: str) -> Iterator[Problem]:
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        reason = f"must have {_range(low, high)} {unit}, got {size}"
        if low is not None and size < low:
            yield self._misshapen(path, reason)
        elif high is not None and size > high:
            yield Problem(path, reason)


def must_be_one_of(path: str, value: Any, allowed: Collection[str]) -> Problem:
    """Return a problem that says which values this botocore knows."""
    return Problem(
        path,
        f"must be one of {_some(allowed)}{nearest(str(value), allowed)} "
        f"(as botocore {model_version()} knows it; {_way_out(passes=True)})",
    )


_SHORT = 20
"""A shorter text of the wrong length is probably something else: what is meant is shown then."""


def _ignores_case(shape: Any, value: str) -> bool:
    """Return whether case is ignored: AWS's SDK sends "Retry" for RETRY, and Batch takes it."""
    return shape.name == "ServiceJobRetryAction" and value.upper() in shape.enum


_NUMBERS = frozenset({"integer", "long", "float", "double"})

_LARGEST = {"integer": 2**31 - 1, "long": 2**63 - 1}


def _is_number(value: Any) -> bool:
    if isinstance(value, float):
        return not math.isnan(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "structure": ("an object", lambda value: isinstance(value, dict)),
    "map": ("an object", lambda value: isinstance(value, dict)),
    "list": ("a list", lambda value: isinstance(value, (list, tuple))),
    "string": ("a string", lambda value: isinstance(value, str)),
    "boolean": ("a boolean", lambda value: isinstance(value, bool)),
    "integer": ("an integer", _is_integer),
    "long": ("an integer", _is_integer),
    "float": ("a number", _is_number),
    "double": ("a number", _is_number),
}
_ANY_TYPE: tuple[str, Callable[[Any], bool]] = ("a number", lambda _: True)


def _is_text(value: str) -> bool:
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def _range(low: Any, high: Any) -> str:
    if high is None:
        return f"at least {low}"
    return f"from {low or 0} to {high}"


_SHOWN = 8


def _some(allowed: Collection[str]) -> str:
    shown = ", ".join(list(allowed)[:_SHOWN])
    return shown if len(allowed) <= _SHOWN else f"{shown}, … ({len(allowed)} in all)"


def _unknown_member(name: str, known: Collection[str], *, passes: bool) -> str:
    """Return what is said of a name that is no member; `validation: warn` lets it pass or not."""
    way_out = _way_out(passes=passes)
    return f"is not known to botocore {model_version()}{nearest(name, known)}; {way_out}"


def _way_out(*, passes: bool) -> str:
    if passes:
        return "if AWS has it by now, `pulumi config set sjresource:validation warn`"
    return "if AWS has it by now, update botocore"
