r"""Texts of anybody, made harmless to a terminal.

Names, reasons and log lines come with escape sequences, line breaks and characters that turn the
text around. What acts becomes visible instead: an escape character is shown as `\x1b`.
"""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Unicode's categories of what has no shape of its own: control, formatting, separators."""


def plain(text: object) -> str:
    """Give a text as one line without anything that acts on a terminal."""
    return "".join(map(_visible, " ".join(str(text).splitlines())))


def plain_lines(text: object) -> str:
    """Give a text of several lines so; the line breaks stay."""
    return "\n".join(plain(line) for line in str(text).split("\n"))


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    if unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
