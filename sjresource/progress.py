"""What a waiting `pulumi up` says about a job: little, and in one line.

A line for each change of status or reason, and one a minute while nothing changes: where no
terminal shows them in place, every line is printed in full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

HEARTBEAT_SECONDS = 60.0


@dataclass
class Narrator:
    """Decides what is worth saying about one job; `now` is in seconds, from any clock."""

    _told: tuple[Any, ...] | None = None
    _told_at: float = 0.0
    _since: float = 0.0

    def line(self, detail: Mapping[str, Any], now: float) -> str | None:
        """Give the next line, or None if there is nothing new to say yet."""
        news = (detail["status"], detail.get("statusReason"), len(detail.get("attempts", [])))
        if self._told is None or news[0] != self._told[0]:
            self._since = now
        if news == self._told and now - self._told_at < HEARTBEAT_SECONDS:
            return None
        self._told, self._told_at = news, now
        return progress_line(detail, now - self._since)


def progress_line(detail: Mapping[str, Any], seconds: float) -> str:
    """Say in one line where a job stands, and for how long it has stood there."""
    parts = [detail["status"]]
    if seconds >= 1:
        parts.append(f"for {duration(seconds)}")
    attempts = detail.get("retryStrategy", {}).get("attempts", 1)
    if attempts > 1:
        parts.append(f"(attempt {min(attempt_number(detail), attempts)} of {attempts})")
    line = " ".join(parts)
    reason = detail.get("statusReason")
    return f"{line}: {reason}" if reason else line


def attempt_number(detail: Mapping[str, Any]) -> int:
    """Count the attempts that have ended, and the one that goes on."""
    ended = len(detail.get("attempts", []))
    return max(ended, 1) if detail["status"] in ("SUCCEEDED", "FAILED") else ended + 1


def duration(seconds: float) -> str:
    """Write seconds as people say them: `42 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:  # noqa: PLR2004 - from there on, minutes read better
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
