"""Masks the secrets of a job's arguments in AWS's words: reasons and log lines may quote them.

Secret are the values that the program itself marks as secret. A payload that is secret as a whole
makes all of its values secret. A value may come back in another form, such as base64; `FORMS` lists
those that are recognised. What a container encrypts or hashes can't be.
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

    from pulumi import Output

MASKED = "[secret]"

_SHORT = 4
"""Shorter values are masked only as whole words: as part of a word they would be found anywhere."""

_HEAD = 64
"""The first so many characters of a longer value are masked wherever they are found."""

_LONG_TEXT = 200
"""AWS truncates reasons at 1,024 characters, others at other lengths. So at the end of a text that
is this long, or ends in an ellipsis, the beginning of a value is masked too."""

_ELLIPSIS = re.compile(r"(\.\.+|…|\[truncated\]|\(truncated\))$")


class Mask:
    """Replaces secret values in text."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = sorted(set(values), key=lambda value: (-len(value), value))
        forms = {form for value in self.values for form in forms_of(value)}
        self._forms = sorted(forms, key=lambda form: (-len(form), form))
        # Text that is masked already is kept, even if a value is "secret".
        patterns = [re.escape(MASKED), *map(_pattern, self._forms)]
        self._pattern = re.compile("|".join(patterns)) if self._forms else None
        self._beginnings: dict[str, list[str]] = {}
        self._heads: dict[str, list[str]] = {}
        for form in self._forms:
            self._beginnings.setdefault(form[:_SHORT], []).append(form)
            if len(form) > _HEAD:
                self._heads.setdefault(form[:_HEAD], []).append(form[_HEAD:])

    def text(self, text: str) -> str:
        """Return a text with its secrets replaced; masking that again changes nothing."""
        if self._pattern is None:
            return text
        before = ""
        while text != before:  # a part of a word may be a whole word now, beside a mask
            before = text
            text = self._mask_end(self._pattern.sub(MASKED, self._mask_beginnings(text)))
        return text

    def everything(self, value: Any) -> Any:
        """Mask every text in a structure."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {key: self.everything(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.everything(item) for item in value]
        return value

    def _mask_beginnings(self, text: str) -> str:
        """Mask the beginnings of long values, as far as they go."""
        for head, tails in self._heads.items():
            at = text.find(head)
            while at >= 0:
                after = text[at + _HEAD :]
                known = max(_common(after, tail) for tail in tails)
                text = text[:at] + MASKED + after[known:]
                at = text.find(head, at + len(MASKED))
        return text

    def _mask_end(self, text: str) -> str:
        """Mask the beginning of a value at the end of a text that was truncated."""
        whole = text.rstrip("\"' \n")
        shown = _ELLIPSIS.sub("", whole)
        if len(text) < _LONG_TEXT and shown == whole:
            return text
        for start in range(max(0, len(shown) - len(self._forms[0])), len(shown) - _SHORT + 1):
            rest = shown[start:]
            if any(form.startswith(rest) for form in self._beginnings.get(rest[:_SHORT], ())):
                return text[:start] + MASKED + text[len(shown) :]
        return text


class MaskOfAll(Mask):
    """Replaces every text whole: it is not known what is a secret in it."""

    def text(self, text: str) -> str:
        """Return that it is hidden, if there is a text."""
        return MASKED if text else text


async def secret_values(given: Any) -> frozenset[str]:
    """Return the secret values in a program's arguments, as text; waits for their Outputs."""
    from pulumi import Output  # noqa: PLC0415 - 0.25 s that the command, which only masks, saves

    return frozenset(await _secrets(given, Output))


def texts_in(secret: Any) -> frozenset[str]:
    """Return the texts in a value that is secret as a whole.

    Booleans, 0 and 1 in a structure are left out: every payload has them, and little of a sentence
    would be left. Such a value is masked where it is secret by itself.
    """
    if isinstance(secret, bool):
        return frozenset({str(secret), str(secret).lower()})
    if isinstance(secret, (int, float)):
        return frozenset(number_texts(secret))
    return frozenset(leaves(parsed(secret)))


async def _secrets(given: Any, output: type[Output[Any]]) -> set[str]:
    if isinstance(given, output):
        secret = await given.is_secret()
        return set(texts_in(await given.future())) if secret else set()
    found: set[str] = set()
    for item in members(given):
        found |= await _secrets(item, output)
    return found


def _pattern(form: str) -> str:
    quoted = re.escape(form)
    return quoted if len(form) >= _SHORT else rf"(?<!\w){quoted}(?!\w)"


def _common(left: str, right: str) -> int:
    """Return the length of the common prefix."""
    pairs = zip(left, right, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(left), len(right)))


_LONG = 8
"""Shorter lines of a value, and shorter values in base64, are too common to be masked."""


def forms_of(value: str) -> set[str]:
    """Return all forms in which a value may come back, by `FORMS`."""
    found = {value}
    for unwrap in (_unwrapped, _stripped, _lines):
        found |= {form for each in list(found) for form in unwrap(each)}
    found |= {quoted for each in list(found) for form in FORMS.values() for quoted in form(each)}
    return {form for form in found if form.strip()}


def _unwrapped(value: str) -> Iterator[str]:
    """Yield the values in JSON text, as which the SageMaker SDK writes hyperparameters."""
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
"""The forms in which a value is quoted; it is also found as it is, decoded, stripped, by line."""


def parsed(value: Any) -> Any:
    """Return JSON text with its value: the payload may be a secret string as a whole."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return [value, json.loads(value)]
        except (ValueError, RecursionError):
            return value
    return value


def leaves(value: Any) -> Iterator[str]:
    """Yield each string and number of a structure, as text; booleans, 0 and 1 are left out."""
    if isinstance(value, (dict, list, tuple)):
        for item in members(value):
            yield from leaves(item)
    elif isinstance(value, (int, float)):
        yield from () if value in (0, 1) else number_texts(value)
    elif value not in (None, ""):
        yield str(value)


def number_texts(number: float) -> Iterator[str]:
    """Yield a number's texts: Pulumi makes each a float, AWS has an integer, a log has either."""
    yield str(number)
    if isinstance(number, float) and number.is_integer():
        yield str(int(number))
    elif "e" in str(number):
        yield f"{number:.20f}".rstrip("0")


def members(given: Any) -> Iterable[Any]:
    """Return the members of a dict, list or tuple; none of anything else."""
    if isinstance(given, dict):
        return given.values()
    return given if isinstance(given, (list, tuple)) else ()
