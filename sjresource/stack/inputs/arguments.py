"""Converts a resource's arguments to JSON, and Outputs of JSON, which the engine can store.

Pulumi's serializer accepts more (assets, resources), which then fails during the update with a
Python error. So a value that isn't JSON is refused where the resource is declared, with its path
and type. A value with one obvious meaning is converted: a resource to its id, an asset among the
triggers to a digest of its content. Values are not shown, since they may be secret.
"""

from __future__ import annotations

import datetime as dt
import enum
import numbers
import sys
import uuid
from collections import UserString
from collections.abc import (
    Awaitable,
    Callable,
    ItemsView,
    KeysView,
    Mapping,
    Sequence,
    ValuesView,
)
from dataclasses import dataclass, is_dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_unknown
from sjresource.problem import Problem
from sjresource.stack.inputs.asset_digest import UnreadableAssetError, content_of
from sjresource.stack.inputs.output_text import is_output_text

if TYPE_CHECKING:
    from collections.abc import Iterable

_OF_CONTENT = ("triggers",)
"""The arguments in which an asset stands for its content; AWS accepts no files."""

_LARGEST = sys.float_info.max

_OURS = "identity"

_NAMES = ("job_queue", "quota_share_name", "scheduling_policy_arn", "region")
"""Arguments that are outputs of resources, hence JSON, in most programs: wide stacks have many."""


def require_name(noun: str, name: Any) -> None:
    """Check a resource's name.

    Raises:
        pulumi.RunError: it is no text, or was made of an Output.
    """
    if isinstance(name, pulumi.Output) or is_output_text(name):
        reason = (
            "a resource's name must be known at once, and this one was made of an Output; "
            "use a text of the program's, and put the Output into an argument such as job_name"
        )
        raise _refusal(noun, "?", [Problem("resource_name", reason)])
    if not isinstance(name, str) or not name or not _is_text(name):
        reason = f"must be a text, got {type_of(name) if name != '' else 'an empty one'}"
        raise _refusal(noun, "?", [Problem("resource_name", reason)])


def json_arguments(noun: str, name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as JSON, and Outputs of JSON.

    Raises:
        pulumi.RunError: a value in them is no JSON and has no obvious meaning.
    """
    require_name(noun, name)
    converter = _Converter(noun, name)
    try:
        converted = {
            argument: converter.argument(argument, arguments[argument]) for argument in arguments
        }
    except RecursionError:
        problem = Problem("an argument", "is nested too deeply, or holds itself")
        raise _refusal(noun, name, [problem]) from None
    converter.raise_problems()
    return converted


@dataclass
class _Converter:
    """Converts one resource's arguments, and collects the problems."""

    noun: str
    name: str

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []

    def argument(self, name: str, value: Any) -> Any:
        if isinstance(value, pulumi.Output) and name in _NAMES:
            return value
        return value if _is_json(value) or name == _OURS else self.convert(value, name)

    def raise_problems(self) -> None:
        if self.problems:
            raise _refusal(self.noun, self.name, self.problems)

    def convert(self, value: Any, path: str) -> Any:
        if is_unknown(value):
            return value
        fitting = (make for kind, make in _CONVERSIONS if isinstance(value, kind))
        return next(fitting, _Converter.refused)(self, value, path)

    def same(self, value: Any, _path: str) -> Any:
        return value

    def value_of(self, value: Any, path: str) -> Any:
        return self.convert(value.value, path)

    def members(self, value: Mapping[Any, Any], path: str) -> dict[Any, Any]:
        return {key: self._member(key, item, path) for key, item in value.items()}

    def items(self, value: Sequence[Any], path: str) -> list[Any]:
        return [self.convert(item, f"{path}[{at}]") for at, item in enumerate(value)]

    def text(self, value: str, path: str) -> str:
        if not _is_text(value):
            self.problems.append(Problem(path, "holds half of a surrogate pair, which is no text"))
        return value

    def _member(self, key: Any, item: Any, path: str) -> Any:
        if not isinstance(key, str) or not _is_text(key):
            self.problems.append(
                Problem(path, f"has a name that is {type_of(key)}; names are text")
            )
            return None
        return self.convert(item, f"{path}.{key}")

    def number(self, value: Any, path: str) -> int | float | None:
        if path.startswith(_OF_CONTENT) and isinstance(value, float):
            return value  # a loss that diverged is a value as well, and equals itself
        if not -_LARGEST <= value <= _LARGEST:
            self._refuse(path, value, "a number must be finite, and of at most 308 digits")
            return None
        return int(value) if isinstance(value, numbers.Integral) else float(value)

    def output(self, value: Any, path: str) -> pulumi.Output[Any]:
        made = value if isinstance(value, pulumi.Output) else pulumi.Output.from_input(value)
        return made.apply(lambda known: self._convert_known(known, path))

    def resource_id(self, value: pulumi.CustomResource, _path: str) -> pulumi.Output[str]:
        return value.id

    def content(self, value: pulumi.Asset | pulumi.Archive, path: str) -> Any:
        if not path.startswith(_OF_CONTENT):
            return self.refused(value, path)
        try:
            return content_of(value)
        except UnreadableAssetError as error:
            self.problems.append(Problem(path, str(error)))
        return None

    def _convert_known(self, known: Any, path: str) -> Any:
        """Convert the value of an Output, once it is known."""
        if _is_json(known):
            return known
        converter = _Converter(self.noun, self.name)
        converted = converter.convert(known, path)
        converter.raise_problems()
        return pulumi.Output.from_input(converted)  # as secret as what may be in it

    def refused(self, value: Any, path: str) -> Any:
        if hasattr(type(value), "_pulumi_input_type"):
            return value  # an args class of Pulumi's, which its serializer knows
        hint = next((said for kind, said in _HINTS if isinstance(value, kind)), "")
        hint = "give dataclasses.asdict of it" if is_dataclass(value) else hint
        self._refuse(path, value, hint)
        return None

    def _refuse(self, path: str, value: Any, hint: str) -> None:
        reason = f"is {type_of(value)}, which is no JSON"
        self.problems.append(Problem(path, f"{reason}; {hint}" if hint else reason))


_CONVERSIONS: tuple[tuple[Any, Callable[[_Converter, Any, str], Any]], ...] = (
    (enum.Enum, _Converter.value_of),
    ((type(None), bool), _Converter.same),
    (str, _Converter.text),
    ((bytes, bytearray, memoryview, range, UserString), _Converter.refused),
    (Mapping, _Converter.members),
    (Sequence, _Converter.items),
    (numbers.Real, _Converter.number),
    ((pulumi.Output, Awaitable), _Converter.output),
    (pulumi.CustomResource, _Converter.resource_id),
    ((pulumi.Asset, pulumi.Archive), _Converter.content),
)
"""How a value is converted, by its type; the first that fits counts."""

_FILE_HINT = (
    "AWS takes no files here: upload it and name its S3 URI; among the triggers an asset stands "
    "for its content"
)
_HINTS: tuple[tuple[Any, str], ...] = (
    ((bytes, bytearray, memoryview), "decode it, or give it as base64 text"),
    ((set, frozenset), "a set has no order: give sorted(…) of it"),
    ((dt.date, dt.time), "give its isoformat(), unless it is the time of this run"),
    (dt.timedelta, "give its total_seconds()"),
    (PurePath, "give str(…) of it; among the triggers pulumi.FileAsset(…) stands for the content"),
    ((pulumi.Asset, pulumi.Archive), _FILE_HINT),
    (pulumi.ComponentResource, "a component has no id: give one of its outputs"),
    ((range, type(iter([])), type(iter(range(0)))), "give list(…) of it"),
    (type(_ for _ in ()), "give list(…) of it"),
    ((map, zip, filter, enumerate, KeysView, ValuesView, ItemsView), "give list(…) of it"),
    ((uuid.UUID, UserString), "give str(…) of it"),
    (numbers.Number, "give a float, or text"),
)
"""What to pass instead of a value, by its type; the first that fits counts."""


def _is_json(value: Any) -> bool:
    """Return whether it needs no conversion; most arguments don't."""
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_text(key) for key in value) and all(
            map(_is_json, value.values())
        )
    if isinstance(value, (list, tuple)):
        return all(map(_is_json, value))
    if isinstance(value, enum.Enum):
        return False
    if isinstance(value, str):
        return _is_text(value)
    return value is None or (isinstance(value, (int, float)) and -_LARGEST <= value <= _LARGEST)


def _is_text(value: str) -> bool:
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:
        return False


def type_of(value: Any) -> str:
    """Return a value's Python type with an article, for where the value itself may be secret."""
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def _refusal(noun: str, name: str, problems: Iterable[Problem]) -> pulumi.RunError:
    lines = [f"declaring {noun} ({name}): {each.path} {each.reason}" for each in problems]
    return pulumi.RunError("\n".join(lines))
