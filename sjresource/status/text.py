"""What `pulumi up` says about jobs that it waits for, in words: one line each. Pure.

When a line is said is `reporting`'s.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def progress_line(detail: Mapping[str, Any], seconds: float, standing: str = "") -> str:
    """Say where a job stands, for how long, and `standing`: what else is known of that."""
    ended = detail["status"] in TERMINAL
    parts = [detail["status"]]
    if (length := ran_seconds(detail) if ended else seconds) >= 1:
        parts.append(f"{'after' if ended else 'for'} {duration(length)}")
    attempts = detail.get("retryStrategy", {}).get("attempts", 1)
    if attempts > 1:
        parts.append(f"(attempt {min(attempt_number(detail), attempts)} of {attempts})")
    line = " ".join(parts)
    told = "; ".join(part for part in (detail.get("statusReason"), standing) if part)
    return f"{line}: {told}" if told else line


def stated_reason(detail: Mapping[str, Any]) -> str:
    """Return why a job stands where it stands, in AWS's words, if they say more than its status.

    Of a job that was preempted and waits again, Batch tells that of the attempt alone, the newest
    first; of a success it only says that it is one.
    https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html
    """
    if detail["status"] == "SUCCEEDED":
        return ""
    reason = detail.get("statusReason") or ""
    if reason or detail["status"] != "RUNNABLE":
        return reason
    preempted = (detail.get("preemptionSummary") or {}).get("recentPreemptedAttempts") or [{}]
    return preempted[0].get("statusReason") or ""


def ran_seconds(detail: Mapping[str, Any]) -> float:
    """Tell how long a job that has ended ran, in seconds; 0 if it never did, or has not ended."""
    started, stopped = detail.get("startedAt"), detail.get("stoppedAt")
    return (stopped - started) / 1000 if started and stopped else 0.0


def status_since(detail: Mapping[str, Any]) -> int | None:
    """Tell since when a job has had its status, in milliseconds since 1970, as far as AWS tells.

    A job that waits again does so since its last attempt ended, or was preempted; `startedAt` may
    be of an attempt before.
    """
    preempted = (detail.get("preemptionSummary") or {}).get("recentPreemptedAttempts", [])
    tried = [*detail.get("attempts", []), *preempted]
    ended = max((each.get("stoppedAt") or 0 for each in tried), default=0)
    waits = ended or detail.get("createdAt")
    runs = [detail.get("startedAt"), detail.get("scheduledAt") if ended else None]
    times = {
        "SUBMITTED": detail.get("createdAt"),
        "PENDING": waits,
        "RUNNABLE": waits,
        "SCHEDULED": detail.get("scheduledAt"),
        "RUNNING": max((time for time in runs if time), default=None),
        "SUCCEEDED": detail.get("stoppedAt"),
        "FAILED": detail.get("stoppedAt"),
    }
    since: int | None = times.get(detail["status"]) or None
    return since


def crowd_line(details: Iterable[Mapping[str, Any]], failures: Iterable[str] = ()) -> str:
    """Say how many jobs stand where, why they wait if all do for one reason, and who failed."""
    seen = list(details)
    counts = Counter(stage(detail["status"]) for detail in seen)
    line = f"{len(seen)} jobs: " + ", ".join(
        f"{counts[name]} {name}" for name in ("succeeded", "running", "waiting", "failed")
    )
    reasons = {
        detail.get("statusReason") for detail in seen if stage(detail["status"]) == "waiting"
    }
    reasons -= {None, ""}
    if len(reasons) == 1:
        line += f"; waiting for {reasons.pop()}"
    named = list(failures)
    if named:
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        line += f"; FAILED: {', '.join(named[:_NAMED])}{more}"
    return line


_NAMED = 5


def attempt_number(detail: Mapping[str, Any]) -> int:
    """Count the attempts that have ended, and the one that goes on."""
    ended = len(detail.get("attempts", []))
    return max(ended, 1) if detail["status"] in TERMINAL else ended + 1


def duration(seconds: float) -> str:
    """Write seconds as people say them: `42 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:  # noqa: PLR2004 - from there on, minutes read better
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def nth(number: int) -> str:
    """Write an ordinal: 1st, 2nd, 11th."""
    teens = 10 < number % 100 < 14  # noqa: PLR2004 - eleventh, twelfth, thirteenth
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"


_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
