"""Escapes text for XML, without the characters that no document may hold."""

from __future__ import annotations

import re
from html import escape as escape_marks
from typing import Final

_NONE_OF_XML: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Return text for an element or attribute; control characters are replaced."""
    return escape_marks(_NONE_OF_XML.sub("\N{REPLACEMENT CHARACTER}", text))
