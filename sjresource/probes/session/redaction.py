"""Takes out of evidence what identifies an account: a result is published.

Words of refusals and reasons are kept, without what is known of the caller and without what looks
like an ARN, an id, an address or a name. Of answers the shape is kept: members, numbers, words that
AWS's models or this package have; any other text becomes `<text>`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX: Final = "sjprobe"
"""How every name begins that a probe makes."""

_SHORTEST_KNOWN: Final = 3
_A_TIME: Final = 10**11
"""Above this an integer is a time in milliseconds."""

_SOMEBODY: Final = (
    r"\b(user|role|principal|session|profile|bucket|account)([\s:/=]+)['\"]?"
    r"[\w+=,.@/-]*[\d@./=+_-][\w+=,.@/-]*"
)

_PATTERNS: Final = tuple(
    (re.compile(pattern, flags), placeholder)
    for pattern, flags, placeholder in (
        (r"arn:aws[\w-]*:[^\s\"'<>,;)\]]+", 0, "<name>"),
        (r"[a-z][a-z0-9+.-]*://[^\s\"'<>,;)\]]+", re.IGNORECASE, "<url>"),
        (r"[\w.+-]+@[\w-]+(\.[\w-]+)+", 0, "<address>"),
        (rf"-?{PREFIX}-[\w-]+", 0, "<name>"),
        (_SOMEBODY, re.IGNORECASE, r"\1\2<text>"),
        (r"(?<![\w.])\d{1,3}(\.\d{1,3}){3}(?![\w.])", 0, "<address>"),
        (r"(?<![\w:])([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])", re.IGNORECASE, "<address>"),
        (r"\b[\w-]+(\.[\w-]+)*\.(amazonaws\.com(\.cn)?|aws|com|net|org|io|local|internal)\b",
         re.IGNORECASE, "<address>"),
        (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE, "<name>"),
        (r"\bA[A-Z]{3}[A-Z0-9]{12,}\b", 0, "<id>"),
        (r"(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{16,}", 0, "<id>"),
        (r"\d{4}-?\d{4}-?\d{4}(?!\d)", 0, "<account>"),
        (r"(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-zA-Z])[\w+/=-]{24,}", 0, "<id>"),
    )
)  # fmt: skip

_QUOTED: Final = frozenset({"statusReason", "reason"})
"""Members whose words are kept."""

_WORDED: Final = frozenset(
    {
        *("status", "state", "strategy", "action", "capacityUnit", "inSharePreemption"),
        *("serviceJobType", "jobQueueType", "serviceEnvironmentType"),
    }
)
"""Members whose value is a word of the API."""

_A_WORD: Final = re.compile(r"[A-Z][A-Z_]*|ml\.[a-z0-9-]+\.[a-z0-9]+")
"""A word of the API: a status, a state, a unit, an instance type."""


class Redaction:
    """Redacts texts and answers; `known` is what is known to identify the caller."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        parts = {part for each in known for part in (each, *re.split(r"[:/@?&=\s]+", each))}
        self._known = sorted(
            (part for part in parts if len(part) >= _SHORTEST_KNOWN and part not in _COMMON),
            key=len,
            reverse=True,
        )

    def text(self, text: str) -> str:
        """Return words without what identifies an account."""
        for pattern, placeholder in _PATTERNS[:2]:
            text = pattern.sub(placeholder, text)
        for each in self._known:
            text = re.sub(rf"(?<![\w<]){re.escape(each)}(?![\w>])", "<text>", text)
        for pattern, placeholder in _PATTERNS[2:]:
            text = pattern.sub(placeholder, text)
        return text

    def fact(self, value: Any) -> Any:
        """Return a fact, which holds only words that a probe has chosen."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list):
            return [self.fact(each) for each in value]
        if isinstance(value, dict):
            return {self.text(str(key)): self.fact(each) for key, each in value.items()}
        return value

    def shape(self, value: Any, member: str = "") -> Any:
        """Return an answer's shape, with the words of its reasons."""
        if isinstance(value, dict):
            return {self._key(str(key)): self.shape(each, str(key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self.shape(each, member) for each in value]
        if isinstance(value, str):
            if member in _QUOTED:
                return self.text(value)
            return value if member in _WORDED and _A_WORD.fullmatch(value) else "<text>"
        if isinstance(value, int) and not isinstance(value, bool) and value > _A_TIME:
            return "<time>"
        return value

    def _key(self, key: str) -> str:
        return self.text(key) if re.fullmatch(r"[a-z][A-Za-z]{1,40}", key) else "<key>"


_COMMON: Final = frozenset(
    {
        *("arn", "aws", "iam", "sts", "role", "user", "root", "assumed-role", "service-role"),
        *("batch", "sagemaker", "s3", "https", "http", "com", "amazonaws", "us-east-1"),
        *("execution", "models", "output", "Account", "Role", "User", "admin", "Admin"),
    }
)
"""Parts of identities that are everybody's: to redact them would spoil AWS's own words."""
