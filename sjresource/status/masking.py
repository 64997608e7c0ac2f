"""Keeps what is secret in a job's arguments out of AWS's words: reasons and log lines quote it.

Known are the values that the program itself holds as secret. A payload that is secret as a whole
makes all of its values secret. `secret_forms` has the forms in which a value comes back. What a
program never marked as secret can't be known.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.status.secret_forms import forms_of, leaves, members, number_texts, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

MASKED = "[secret]"

_SHORT = 4
"""Shorter values are masked where they stand as a word: inside of others they would be everywhere.
"""

_CUT = 64
"""Of a longer value so many characters, its first ones, mean the value wherever they stand."""

_LONG_TEXT = 200
"""AWS cuts reasons at 1,024 characters, and so does much else: in a text that is as long as this,
or ends in an ellipsis, the beginning of a value at the text's end is a value that was cut."""

_ELLIPSIS = re.compile(r"(\.\.+|…|\[truncated\]|\(truncated\))$")


class Mask:
    """Replaces secret values in text."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = sorted(set(values), key=lambda value: (-len(value), value))
        forms = {form for value in self.values for form in forms_of(value)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        # What is masked already stays as it is, though the value be "secret".
        patterns = [re.escape(MASKED), *map(_pattern, self._forms)]
        self._pattern = re.compile("|".join(patterns)) if self._forms else None
        self._beginnings: dict[str, list[str]] = {}
        self._heads: dict[str, list[str]] = {}
        for form in self._forms:
            self._beginnings.setdefault(form[:_SHORT], []).append(form)
            if len(form) > _CUT:
                self._heads.setdefault(form[:_CUT], []).append(form[_CUT:])

    def text(self, said: str) -> str:
        """Return what was said without the secrets in it; to mask that again changes nothing."""
        if self._pattern is None:
            return said
        before = ""
        while said != before:  # what stood within a word may stand beside a mask now
            before = said
            said = self._without_cut_end(self._pattern.sub(MASKED, self._without_cut(said)))
        return said

    def everything(self, value: Any) -> Any:
        """Mask every text in a structure."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.everything(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.everything(item) for item in value]
        return value

    def _without_cut(self, said: str) -> str:
        """Mask the beginnings of long values, as far as they go."""
        for head, tails in self._heads.items():
            at = said.find(head)
            while at >= 0:
                after = said[at + _CUT :]
                known = max(_common(after, tail) for tail in tails)
                said = said[:at] + MASKED + after[known:]
                at = said.find(head, at + len(MASKED))
        return said

    def _without_cut_end(self, said: str) -> str:
        """Mask the beginning of a value at the end of a text that was cut."""
        whole = said.rstrip("\"' \n")
        shown = _ELLIPSIS.sub("", whole)
        if len(said) < _LONG_TEXT and shown == whole:
            return said
        for start in range(max(0, len(shown) - len(self._forms[0])), len(shown) - _SHORT + 1):
            rest = shown[start:]
            if any(form.startswith(rest) for form in self._beginnings.get(rest[:_SHORT], ())):
                return said[:start] + MASKED + said[len(shown) :]
        return said


async def secret_values(given: Any) -> frozenset[str]:
    """Find the values that are secret in what a program gave, as text; waits until it is known."""
    return frozenset(await _secrets(given))


def texts_in(secret: Any) -> frozenset[str]:
    """Return all that is secret in a value that is secret as a whole, as text.

    Of a structure the truth values, 0 and 1 are left out: they stand in every payload, and masking
    them would leave little of a sentence. A value that is secret alone is masked whatever it is.
    """
    if isinstance(secret, bool):
        return frozenset({str(secret), str(secret).lower()})
    if isinstance(secret, (int, float)):
        return frozenset(number_texts(secret))
    return frozenset(leaves(parsed(secret)))


async def _secrets(given: Any) -> set[str]:
    if isinstance(given, pulumi.Output):
        secret = await given.is_secret()
        return set(texts_in(await given.future())) if secret else set()
    found: set[str] = set()
    for item in members(given):
        found |= await _secrets(item)
    return found


def _pattern(form: str) -> str:
    quoted = re.escape(form)
    return quoted if len(form) >= _SHORT else rf"(?<!\w){quoted}(?!\w)"


def _common(left: str, right: str) -> int:
    """Count the characters with which both begin."""
    pairs = zip(left, right, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))
