r"""AWS's patterns as Python can run them.

The models are written for another dialect: a pattern has to match the whole string, `\d` and `\w`
mean ASCII, and `\p{…}` names classes that `re` doesn't have. A pattern that can neither be compiled
nor is translated here is not checked; a test lists those.
"""

from __future__ import annotations

import re
from functools import cache

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
r"""What `\p{Z}` stands for. https://www.unicode.org/reports/tr44/#General_Category_Values"""

_TRANSLATED = {
    r"arn:[\p{Alnum}\-]+:lambda:[\p{Alnum}\-]+:[0-9]{12}:function:.*": (
        r"arn:[A-Za-z0-9\-]+:lambda:[A-Za-z0-9\-]+:[0-9]{12}:function:.*"
    ),
    # Letters, digits and the underscore of every script together are what `\w` means in Unicode.
    r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)": rf"(?u:[\w{_SEPARATORS}.:/=+\-@]*)",
}


def matches(pattern: str, text: str) -> bool:
    """Tell whether `text` as a whole has the pattern; True where the pattern can't be run."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(text) is not None


def can_be_run(pattern: str) -> bool:
    """Tell whether `matches` really looks."""
    return _compiled(pattern) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    translated = _TRANSLATED.get(pattern)
    try:
        return re.compile(translated) if translated else re.compile(pattern, re.ASCII)
    except re.error:
        return None
