"""Keeps what is secret in a payload out of AWS's words: failure reasons and log lines quote it.

Known are the values that the program itself holds as secret in `service_request_payload`. A payload
that is secret as a whole makes all of its values secret. What a program never marked as secret, and
what a container transforms before it prints it, can't be known.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASKED = "[secret]"

_SHORT = 4
"""Shorter values are masked where they stand as a word: inside of others they would be everywhere.
"""
_LONG_LINE = 8


class Mask:
    """Replaces secret values in text."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = sorted(set(values), key=lambda value: (-len(value), value))
        forms = {form for value in self.values for form in _forms(value)}
        patterns = [_pattern(form) for form in sorted(forms, key=len, reverse=True)]
        self._pattern = re.compile("|".join(patterns)) if patterns else None

    def text(self, said: str) -> str:
        """Give what was said without the secrets in it."""
        return self._pattern.sub(MASKED, said) if self._pattern else said

    def everything(self, value: Any) -> Any:
        """Mask every text in a structure."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.everything(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.everything(item) for item in value]
        return value


async def secret_values(given: Any) -> frozenset[str]:
    """Find the values that are secret in what a program gave, as text; waits until it is known."""
    return frozenset(await _secrets(given))


def texts_in(secret: Any) -> frozenset[str]:
    """Give all that is secret in a value that is secret as a whole, as text."""
    return frozenset(_leaves(_parsed(secret)))


async def _secrets(given: Any) -> set[str]:
    if isinstance(given, pulumi.Output):
        secret = await given.is_secret()
        return set(texts_in(await given.future())) if secret else set()
    found: set[str] = set()
    for item in _members(given):
        found |= await _secrets(item)
    return found


def _members(given: Any) -> Iterable[Any]:
    if isinstance(given, dict):
        return given.values()
    return given if isinstance(given, (list, tuple)) else ()


def _parsed(value: Any) -> Any:
    """Look into JSON text: the payload may be a secret string as a whole."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return [value, json.loads(value)]
        except ValueError:
            return value
    return value


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, (dict, list, tuple)):
        for item in _members(value):
            yield from _leaves(item)
    elif isinstance(value, float) and value.is_integer():
        yield from {str(value), str(int(value))}
    elif value not in (None, "", True, False):
        yield str(value)


def _forms(value: str) -> Iterator[str]:
    """Give the forms in which a value is quoted: as it is, in JSON, and line by line."""
    yield value
    yield json.dumps(value)[1:-1]
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LONG_LINE)


def _pattern(form: str) -> str:
    quoted = re.escape(form)
    return quoted if len(form) >= _SHORT else rf"(?<!\w){quoted}(?!\w)"
