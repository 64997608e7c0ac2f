r"""AWS's patterns as Python can run them, and what they mean in words. Pure.

The models are written for another dialect: a pattern has to match the whole string, `\d` and `\w`
mean ASCII, and `\p{…}` names classes that `re` lacks.
"""

from __future__ import annotations

import re
from functools import cache

_SEPARATORS = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
r"""What `\p{Z}` stands for. https://www.unicode.org/reports/tr44/#General_Category_Values"""

_IN_LINE = r"[^\n\r\u2028\u2029]"
"""A dot in that dialect, which ends at more than a newline: https://tc39.es/ecma262/#prod-LineTerminator"""

_TRANSLATED = {
    ".*": f"{_IN_LINE}*",
    ".+": f"{_IN_LINE}+",
    r"arn:[\p{Alnum}\-]+:lambda:[\p{Alnum}\-]+:[0-9]{12}:function:.*": (
        r"arn:[A-Za-z0-9\-]+:lambda:[A-Za-z0-9\-]+:[0-9]{12}:function:.*"
    ),
    # Letters, digits and the underscore of every script together are what `\w` means in Unicode.
    r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)": rf"(?u:[\w{_SEPARATORS}.:/=+\-@]*)",
}


_ARN = "the ARN of {} in SageMaker"
_NAME = "up to {} letters, digits and hyphens that begin and end with a letter or digit"
_ONE_LINE = "text in one line: AWS allows no line break here"
_IN_ONE_LINE = frozenset({".*", ".+"})

_MEANINGS = (
    (r".*:lambda:.*", "the ARN of a Lambda function"),
    (r".*:iam::.*role/.*", "the ARN of an IAM role, arn:aws:iam::<12 digits>:role/<name>"),
    (r".*hub-content.*DataSet.*", _ARN.format("a data set of a hub")),
    (r".*hub-content.*Model.*", _ARN.format("a model of a hub")),
    (r".*:training-plan/.*", _ARN.format("a training plan")),
    (r".*:mlflow-.*", _ARN.format("an MLflow app or tracking server")),
    (r".*:model-package-group/.*", _ARN.format("a model package group")),
    (r".*:model-package/.*", _ARN.format("a model package")),
    (r"\(arn:aws.*:sagemaker:.*", "the name or the ARN of an algorithm in SageMaker"),
    (r"\(https\|s3\)://.*", "an address that begins with s3:// or https:// and names a bucket"),
    (r".*\{0,62\}", _NAME.format(63)),
    (r".*\{0,119\}", _NAME.format(120)),
    (r"\[A-Za-z0-9\\.\\-_\]\+", "letters, digits, dots, hyphens and underscores"),
    (r"\(fs-.*", "a file system's id, fs- and at least 8 digits or letters a to f"),
    (r"\[a-zA-Z0-9:/_-\]\*", "a key's id, alias or ARN: letters, digits and : / _ -"),
    (r"\[-0-9a-zA-Z\]\+", "an id of letters, digits and hyphens"),
    (r"\(\[\\p\{L\}.*", "letters, digits, spaces and _ . : / = + - @"),
    (r"\[a-zA-Z_\]\[a-zA-Z0-9_\]\*", "letters, digits and underscores, the first one no digit"),
    (r"\\d\+K", "a whole number and K, such as 4K"),
)
"""What AWS's patterns mean, by their text; a test finds the models' patterns that lack here."""


def meaning(pattern: str) -> str | None:
    """Return in words what matches a pattern; None for one that is in no table here."""
    if pattern in _IN_ONE_LINE:
        return _ONE_LINE
    return next((words for form, words in _MEANINGS if re.fullmatch(form, pattern)), None)


def refusal(pattern: str, text: str, *, is_name: bool = False) -> str:
    """Return what has to be there instead of a text that does not match."""
    words = meaning(pattern)
    if pattern in _IN_ONE_LINE:
        return f"must be {_ONE_LINE}"
    reason = f"must have a form that matches {pattern}"
    reason = reason.replace("a form", "a name") if is_name else reason
    reason += f", in words: {words}" if words else ""
    return f"{reason}; it holds a line break" if "\n" in text or "\r" in text else reason


def matches(pattern: str, text: str) -> bool:
    """Return whether `text` fully matches a pattern; True if Python cannot compile the pattern."""
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(text) is not None


def can_be_run(pattern: str) -> bool:
    """Return whether Python can compile a pattern, so that `matches` means something."""
    return _compiled(pattern) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    translated = _TRANSLATED.get(pattern)
    try:
        return re.compile(translated) if translated else re.compile(pattern, re.ASCII)
    except re.error:
        return None
