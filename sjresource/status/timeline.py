"""A job's life as a line of spans: waiting, starting, running, attempts that ended, preemptions.

Pure. Moments are in epoch milliseconds; the end of a span that goes on is None. Batch tells when an
attempt began to train and stopped, not how long it waited before; `scheduledAt` is of the latest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    Answer = Mapping[str, Any]


class Span(NamedTuple):
    """One part of a job's life; `what` is a word, `why` is AWS's reason for its end."""

    what: str
    begin: int
    end: int | None
    why: str = ""


def spans(job: Answer) -> list[Span]:
    """Lay a job out, from its summary or, with all attempts, from its description."""
    past = _past(job)
    line: list[Span] = []
    at: int = job["createdAt"]
    for attempt in past:
        line += _waited(at, attempt.begin, job)
        line.append(attempt)
        at = attempt.end or attempt.begin
    return line + _present(job, at, tried=bool(past))


def since(job: Answer) -> int:
    """Tell since when a job has been in its stage, as far as Batch tells.

    One that waits again does so since its last attempt failed or was preempted; `startedAt` may be
    of an attempt before.
    """
    if job["status"] in TERMINAL:
        return int(job.get("stoppedAt") or job["createdAt"])
    back = max([job["createdAt"], *(span.end or 0 for span in _past(job))])
    if job["status"] not in HOLDS_CAPACITY:
        return int(back)
    return int(max(back, job.get("scheduledAt") or 0, job.get("startedAt") or 0))


def _past(job: Answer) -> list[Span]:
    """Give what has been tried and is over, in its order."""
    last = "succeeded" if job["status"] == "SUCCEEDED" else "failed"
    ended = [_attempt(each, "failed") for each in job.get("attempts", [])]
    preempted = [
        _attempt(each, "preempted")
        for each in job.get("preemptionSummary", {}).get("recentPreemptedAttempts", [])
    ]
    if ended:
        ended[-1] = ended[-1]._replace(what=last) if job["status"] in TERMINAL else ended[-1]
    elif job["status"] in TERMINAL and job.get("startedAt") and not preempted:
        ended = [Span(last, job["startedAt"], job.get("stoppedAt"), job.get("statusReason") or "")]
    return sorted(ended + preempted, key=lambda span: span.begin)


def _attempt(attempt: Answer, what: str) -> Span:
    stopped = attempt.get("stoppedAt") or 0
    began = attempt.get("startedAt") or stopped  # one that never ran has no beginning
    return Span(what, began, stopped or None, attempt.get("statusReason") or "")


def _waited(begin: int, end: int, job: Answer) -> list[Span]:
    """Fill the time before an attempt; how much of it was starting is known of the latest only."""
    scheduled = job.get("scheduledAt") or 0
    if begin < scheduled < end:
        return [Span("waiting", begin, scheduled), Span("starting", scheduled, end)]
    return [Span("waiting", begin, end)] if begin < end else []


def _present(job: Answer, at: int, *, tried: bool) -> list[Span]:
    """Lay out what goes on, and what a job waited for in vain."""
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
