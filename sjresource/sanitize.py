r"""Sanitizes texts of others before they are shown or stored.

Names, reasons and log lines from AWS may contain escape sequences, carriage returns and characters
that reverse the text. Control characters become visible: an escape is shown as `\x1b`. User and
password of a URL are removed, and its query, which may be a token.

`aws.calls` passes every answer and error of AWS through here, `errors` every message, and the
command all other texts that it prints.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

_INVISIBLE = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs"})
"""Unicode's categories of characters without a shape: control, formatting, separators."""

_CREDENTIALS = re.compile(r"(?<=://)[^/?#\s\"'<>]*@")
_QUERY = re.compile(r"(://[^?#\s\"'<>]*\?)[^#\s\"'<>]+")


def plain(text: object) -> str:
    """Return a text as one line without control characters."""
    line = str(text)
    if line.isprintable():
        return line
    return "".join(map(_visible, " ".join(line.splitlines())))


def plain_lines(text: object) -> str:
    """Return a text without control characters, except for line breaks."""
    return "\n".join(plain(line) for line in str(text).replace("\r\n", "\n").split("\n"))


def sanitized(value: Any) -> Any:
    """Return an answer of AWS with `plain_lines` of every text in it, member names included."""
    if isinstance(value, str):
        return value if value.isprintable() else plain_lines(value)
    if isinstance(value, dict):
        return {sanitized(key): sanitized(item) for key, item in value.items()}
    if isinstance(value, list):
        return [sanitized(item) for item in value]
    return value


def without_credentials(text: str) -> str:
    """Return a text without the userinfo and query of the URLs in it."""
    if "://" not in text:
        return text
    return _QUERY.sub(r"\1[secret]", _CREDENTIALS.sub("[secret]@", text))


def quotable(text: object) -> str:
    """Return a quotation of somebody else's text, fit for an error or the state."""
    return without_credentials(plain_lines(text))


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return character.encode("unicode_escape").decode("ascii")
