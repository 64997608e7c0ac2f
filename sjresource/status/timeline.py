"""A job's life: since when it has its status, its attempts, and all of it as spans. Pure.

Moments are in epoch milliseconds; the end of a span that goes on is None. Batch returns when an
attempt began to train and stopped, not how long it waited before; `scheduledAt` is of the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    Detail = Mapping[str, Any]


class Span(NamedTuple):
    """One part of a job's life; `what` is a word, `why` is AWS's reason for its end."""

    what: str
    begin: int
    end: int | None
    why: str = ""


def status_since(job: Detail) -> int | None:
    """Return since when a job has had its status, None if AWS's answer does not have it.

    A job that waits again does so since its last attempt ended, or was preempted; `startedAt` and
    `scheduledAt` may be of an attempt before. When STARTING began AWS does not return:
    `scheduledAt` is when the job got its capacity.
    """
    status = job["status"]
    if status in TERMINAL:
        return job.get("stoppedAt") or None
    returned = max((attempt.end or 0 for attempt in ended_attempts(job)), default=0)
    if status not in HOLDS_CAPACITY:
        return returned or job.get("createdAt")
    times = [job.get("scheduledAt"), job.get("startedAt") if status == "RUNNING" else None]
    known = [time for time in times if time]
    return max([*known, returned or known[0]]) if known else None


def attempt_number(job: Detail) -> int:
    """Return the number of the attempt that goes on, or of the last one of a job that has ended."""
    ended = len(job.get("attempts", []))
    number = max(ended, 1) if job["status"] in TERMINAL else ended + 1
    return min(number, max(attempts_allowed(job), 1)) if job.get("retryStrategy") else number


def attempts_allowed(job: Detail) -> int:
    """Return how many attempts a job may have; AWS's default is one."""
    allowed: int = (job.get("retryStrategy") or {}).get("attempts", 1)
    return allowed


def preemption_count(job: Detail) -> int:
    """Return how often a job was preempted."""
    count: int = (job.get("preemptionSummary") or {}).get("preemptedAttemptCount", 0)
    return count


def preempted_attempts(job: Detail) -> list[Detail]:
    """Return the attempts that were preempted, the newest first; Batch returns the last few."""
    recent: list[Detail] = (job.get("preemptionSummary") or {}).get("recentPreemptedAttempts", [])
    return recent


def ran_seconds(job: Detail) -> float:
    """Return how long a job that has ended ran, in seconds; 0 if it never did, or has not ended."""
    started, stopped = job.get("startedAt"), job.get("stoppedAt")
    return (stopped - started) / 1000 if started and stopped else 0.0


def ended_attempts(job: Detail) -> list[Span]:
    """Return the attempts and preemptions that are over, in their order.

    The begin of one that never ran is its end.
    """
    last = "succeeded" if job["status"] == "SUCCEEDED" else "failed"
    ended = [_attempt(each, "failed") for each in job.get("attempts", [])]
    preempted = [_attempt(each, "preempted") for each in preempted_attempts(job)]
    if ended:
        ended[-1] = ended[-1]._replace(what=last) if job["status"] in TERMINAL else ended[-1]
    elif job["status"] in TERMINAL and job.get("startedAt") and not preempted:
        ended = [Span(last, job["startedAt"], job.get("stoppedAt"), job.get("statusReason") or "")]
    return sorted(ended + preempted, key=lambda span: span.begin)


def spans(job: Detail) -> list[Span]:
    """Return a job's life, from its summary or, with all attempts, from its description."""
    past = ended_attempts(job)
    line: list[Span] = []
    at: int = job["createdAt"]
    for attempt in past:
        line += _waited(at, attempt.begin, job)
        line.append(attempt)
        at = attempt.end or attempt.begin
    return line + _present(job, at, tried=bool(past))


def _attempt(attempt: Detail, what: str) -> Span:
    stopped = attempt.get("stoppedAt") or 0
    began = attempt.get("startedAt") or stopped
    return Span(what, began, stopped or None, attempt.get("statusReason") or "")


def _waited(begin: int, end: int, job: Detail) -> list[Span]:
    """Return the time before an attempt; how much of it was starting is known of the latest."""
    scheduled = job.get("scheduledAt") or 0
    if begin < scheduled < end:
        return [Span("waiting", begin, scheduled), Span("starting", scheduled, end)]
    return [Span("waiting", begin, end)] if begin < end else []


def _present(job: Detail, at: int, *, tried: bool) -> list[Span]:
    """Return what goes on, and the wait of a job that ended without an attempt."""
    status, scheduled = job["status"], job.get("scheduledAt") or 0
    if status in TERMINAL:
        stopped = job.get("stoppedAt") or at
        return [] if tried or stopped <= at else _waited(at, stopped, job)
    if status not in HOLDS_CAPACITY:
        return [Span("waiting", at, None)]
    placed = max(at, scheduled)
    line = [Span("waiting", at, placed)] if at < placed else []
    if status != "RUNNING":
        return [*line, Span("starting", placed, None)]
    began = max(placed, job.get("startedAt") or 0)
    line += [Span("starting", placed, began)] if placed < began else []
    return [*line, Span("running", began, None)]
