"""What is secret in a value, as text, and the forms in which such a text comes back. Pure.

`FORMS` is the table of them; what a container encrypts or hashes can't be known.
"""

from __future__ import annotations

import base64
import html
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

from sjresource.sanitize import plain, plain_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_LONG = 8
"""Shorter lines of a value, and shorter values in base64, are everywhere."""


def forms_of(value: str) -> set[str]:
    """Return all forms in which a value may come back, by the table."""
    found = {value}
    for unwrap in (_unwrapped, _stripped, _lines):
        found |= {form for each in list(found) for form in unwrap(each)}
    found |= {quoted for each in list(found) for form in FORMS.values() for quoted in form(each)}
    return {form for form in found if form.strip()}


def _unwrapped(value: str) -> Iterator[str]:
    """The SageMaker SDK writes hyperparameters as JSON: a container reads what is in it."""
    if not value.lstrip().startswith(('"', "{", "[")):
        return
    try:
        inner = json.loads(value)
    except (ValueError, RecursionError):
        return
    for leaf in leaves(inner):
        yield leaf
        yield from _unwrapped(leaf)


def _stripped(value: str) -> Iterator[str]:
    yield value.strip()


def _lines(value: str) -> Iterator[str]:
    lines = [line.strip() for line in value.splitlines()]
    if len(lines) > 1:
        yield from (line for line in lines if len(line) >= _LONG)


def _json_upper(value: str) -> Iterator[str]:
    yield re.sub(r"\\u[0-9a-f]{4}", lambda found: "\\u" + found[0][2:].upper(), _json(value))


def _json(value: str) -> str:
    return json.dumps(value)[1:-1]


def _base64(value: str) -> Iterator[str]:
    if len(value) >= _LONG:
        coded = base64.b64encode(_bytes(value)).decode()
        yield coded.rstrip("=")
        yield coded.rstrip("=").translate(str.maketrans("+/", "-_"))


def _url(value: str) -> Iterator[str]:
    raw = _bytes(value)
    once = quote(raw, safe="")
    for quoted in (once, quote(raw), quote_plus(raw), quote(once, safe="")):
        yield quoted
        yield re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), quoted)


def _bytes(value: str) -> bytes:
    return value.encode(errors="surrogatepass")


FORMS: dict[str, Callable[[str], Iterable[str]]] = {
    "JSON": lambda value: [_json(value), _json(_json(value)), _json(value).replace("/", "\\/")],
    "JSON, hexadecimal in capitals": _json_upper,
    "JSON, not escaped": lambda value: [json.dumps(value, ensure_ascii=False)[1:-1]],
    "Python": lambda value: [repr(value)[1:-1], ascii(value)[1:-1], repr(_bytes(value))[2:-1]],
    "shell": lambda value: [value.replace("'", "'\"'\"'"), value.replace("'", r"'\''")],
    "URL": _url,
    "XML": lambda value: [
        escape(value),
        escape(value, {'"': "&quot;", "'": "&#39;"}),
        html.escape(value),
    ],
    "base64": _base64,
    "made harmless": lambda value: [plain(value), plain_lines(value)],
}
"""The forms in which a value is quoted, beside as it is, unwrapped, stripped and line by line."""


def parsed(value: Any) -> Any:
    """Look into JSON text: the payload may be a secret string as a whole."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return [value, json.loads(value)]
        except (ValueError, RecursionError):
            return value
    return value


def leaves(value: Any) -> Iterator[str]:
    """Find every text and number of a structure, as text, but for truth values, 0 and 1."""
    if isinstance(value, (dict, list, tuple)):
        for item in members(value):
            yield from leaves(item)
    elif isinstance(value, (int, float)):
        yield from () if value in (0, 1) else number_texts(value)
    elif value not in (None, ""):
        yield str(value)


def number_texts(number: float) -> Iterator[str]:
    """Pulumi hands every number over as a float; AWS has an integer, a log may have either."""
    yield str(number)
    if isinstance(number, float) and number.is_integer():
        yield str(int(number))
    elif "e" in str(number):
        yield f"{number:.20f}".rstrip("0")


def members(given: Any) -> Iterable[Any]:
    """Return what an object or a list holds; nothing of anything else."""
    if isinstance(given, dict):
        return given.values()
    return given if isinstance(given, (list, tuple)) else ()
