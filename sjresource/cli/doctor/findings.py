"""What a look has found: a check with its verdict, what was seen, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from typing import TypeAlias

    Verdict: TypeAlias = Literal["ok", "failed", "unproven"]


@dataclass(frozen=True)
class Finding:
    """One line of the doctor; `fix` says what to do unless the verdict is ok.

    "unproven" is what can't be told from here, or not without an effect.
    """

    check: str
    verdict: Verdict
    seen: str
    fix: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Give it as `--json` prints it."""
        return asdict(self)


def ok(check: str, seen: str) -> Finding:
    """Say that all is well."""
    return Finding(check, "ok", seen)


def failed(check: str, seen: str, fix: str) -> Finding:
    """Say what is wrong, and what helps."""
    return Finding(check, "failed", seen, fix)


def unproven(check: str, seen: str, fix: str | None = None) -> Finding:
    """Say what is not known, and where to look."""
    return Finding(check, "unproven", seen, fix)
