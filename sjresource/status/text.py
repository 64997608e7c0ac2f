"""The lines that say how one job is, or many. Pure."""

from __future__ import annotations

from collections import Counter
from shlex import quote
from typing import TYPE_CHECKING, Any

from sjresource.status.timeline import (
    attempt_number,
    attempts_allowed,
    preempted_attempts,
    ran_seconds,
)
from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NAMED = 5
"""How many failed jobs a summary names."""


def progress_line(job: Mapping[str, Any], seconds: float, detail: str = "") -> str:
    """Return a job's status, for how long it has had it, its attempt, AWS's reason and `detail`.

    A job that has ended gets the time that it ran instead of `seconds`.
    """
    ended = job["status"] in TERMINAL
    parts = [job["status"]]
    if (length := ran_seconds(job) if ended else seconds) >= 1:
        parts.append(f"{'after' if ended else 'for'} {duration(length)}")
    if (allowed := attempts_allowed(job)) > 1:
        parts.append(f"(attempt {attempt_number(job)} of {allowed})")
    line = " ".join(parts)
    words = reason_and_detail(job.get("statusReason"), detail)
    return f"{line}: {words}" if words else line


def reason_and_detail(reason: str | None, detail: str | None) -> str:
    """Join AWS's reason for a status and what else is known of it."""
    return "; ".join(part for part in ((reason or "").rstrip("."), detail) if part)


def stated_reason(job: Mapping[str, Any]) -> str:
    """Return AWS's reason for a job's status, if it says more than the status.

    For a job that was preempted and waits again, Batch returns only the attempts' reasons, the
    newest first. The reason of a success repeats the status.
    https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html
    """
    if job["status"] == "SUCCEEDED":
        return ""
    reason = job.get("statusReason") or ""
    if reason or job["status"] != "RUNNABLE":
        return reason
    newest = next(iter(preempted_attempts(job)), {})
    return newest.get("statusReason") or ""


def as_argument(name: str) -> str:
    """Return a name as the last argument of a command that is to be typed."""
    return f"-- {quote(name)}" if name.startswith("-") else quote(name)


def summary_line(jobs: Iterable[Mapping[str, Any]], failures: Iterable[str] = ()) -> str:
    """Return how many jobs are in each stage, why they wait if all do for one reason, who failed.

    Args:
        jobs: each with `status` and `statusReason`.
        failures: names of the jobs that have failed; the first five are given.
    """
    seen = list(jobs)
    counts = Counter(stage(job["status"]) for job in seen)
    line = f"{len(seen)} jobs: " + ", ".join(
        f"{counts[name]} {name}" for name in ("succeeded", "running", "waiting", "failed")
    )
    reasons = {job.get("statusReason") for job in seen if stage(job["status"]) == "waiting"}
    reasons -= {None, ""}
    if len(reasons) == 1:
        line += f"; waiting for {reasons.pop()}"
    named = list(failures)
    if named:
        line += f"; FAILED: {first_of(named, _NAMED)}"
    return line


def first_of(names: Sequence[str], most: int) -> str:
    """Return the first names in a row, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def duration(seconds: float) -> str:
    """Return seconds as people write them: `42 s`, `3 min`, `2 h 5 min`."""
    if seconds < 90:  # noqa: PLR2004 - from there on, minutes read better
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
