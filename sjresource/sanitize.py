r"""Texts of anybody, made harmless before they are said or stored: the one place for it.

Names, reasons and log lines of AWS come with escape sequences, carriage returns and characters that
turn the text around. What acts becomes visible instead: an escape character is shown as `\x1b`. The
user's and password's part of a URL is left out, and its query, which may be a token.

`client.calling` brings every answer and error of AWS through here, `errors` every message; what the
command is told by others goes through on its way to the screen.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Unicode's categories of what has no shape of its own: control, formatting, separators."""

_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")
_QUERY = re.compile(r"(://[^?#\s\"'<>]*\?)[^#\s\"'<>]+")


def plain(text: object) -> str:
    """Return a text as one line without anything that acts on a terminal."""
    said = str(text)
    if said.isprintable():
        return said
    return "".join(map(_visible, " ".join(said.splitlines())))


def plain_lines(text: object) -> str:
    """Return a text of several lines so; the line breaks stay."""
    return "\n".join(plain(line) for line in str(text).replace("\r\n", "\n").split("\n"))


def harmless(value: Any) -> Any:
    """Return an answer of AWS with every text in it as `plain_lines`, names of members included."""
    if isinstance(value, str):
        return value if value.isprintable() else plain_lines(value)
    if isinstance(value, dict):
        return {harmless(key): harmless(item) for key, item in value.items()}
    if isinstance(value, list):
        return [harmless(item) for item in value]
    return value


def without_credentials(text: str) -> str:
    """Return a text without what URLs in it tell of who asks: userinfo and query."""
    if "://" not in text:
        return text
    return _QUERY.sub(r"\1[secret]", _CREDENTIALS.sub("[secret]@", text))


def quotable(text: object) -> str:
    """Return words that quote somebody else, as a program, an error or the state may hold them."""
    return without_credentials(plain_lines(text))


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    if unicodedata.category(character) not in _UNSEEN:
        return character
    return character.encode("unicode_escape").decode("ascii")
