"""Documentation as plain text, in the schema's words."""

from __future__ import annotations

import html
import re
from typing import Any

from docstrings import one_line

from sjresource.stack.spelling.words import camel_case

_SNAKE = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
_PYTHON = {
    "`resource_name`": "the resource's name",
    "<resource_name>": "<name of the resource>",
    "a dict": "an object",
}
_WORDS = {"None": "null", "True": "true", "False": "false"}
_LISTED = 20
"""Of more values, as of instance types, there are soon others."""

_ENDS = re.compile(r"</?(?:p|ul|ol|li|note|important)>")
_TAG = re.compile(r"<[^>]+>")


def in_schema_words(text: str) -> str:
    """Return a docstring's text with the names that the schema has, as a sentence."""
    for python, neutral in _PYTHON.items():
        text = text.replace(python, neutral)
    text = _SNAKE.sub(lambda found: camel_case(found[0]), one_line(text))
    text = re.sub(r"\b(None|True|False)\b", lambda found: _WORDS[found[0]], text)
    return text[:1].upper() + text[1:]


def plain_text(shape: Any) -> str:
    """Return botocore's documentation of a shape without its HTML, and the values it may have."""
    found = re.sub(r"<code>\s*(.*?)\s*</code>", r"`\1`", shape.documentation or "", flags=re.DOTALL)
    found = found.replace("<li>", "\n- ")
    parts = (one_line(html.unescape(_TAG.sub("", part))) for part in _ENDS.split(found))
    text = "\n\n".join(part for part in parts if part and part != "-")
    text = re.sub(r"\n\n- ", "\n- ", text)
    values = getattr(shape, "enum", None)
    if values and len(values) <= _LISTED:
        text = f"{text}\n\nOne of {', '.join(values)}.".strip()
    return text
