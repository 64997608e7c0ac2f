"""A job that somebody waits for: what the poller has seen of it, and how it ended."""

from __future__ import annotations

import contextlib
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, region_in
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.status.text import duration
from sjresource.waiting.outcome import is_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.waiting.options import WaitOptions

    Detail = dict[str, Any]
    QueueKey = tuple[str, str]

GONE_AFTER_POLLS = 5
"""Polls in a row that must not show a job before it counts as gone."""
GONE_AFTER_SECONDS = 60.0
"""Seconds over which those polls must stretch for a job that this wait has seen before."""
LAG_SECONDS = 20.0
"""The same for a job that was submitted a moment ago: what Batch shows lags behind."""
FORGOTTEN_AFTER_SECONDS = 5.0
"""The same for all others: Batch forgets jobs that have ended."""
_NEW_SECONDS = 300.0
"""Time after its submission for which a job counts as new. Reported lags are far shorter."""


@dataclass(eq=False)
class Watch:
    """A job to poll for, by its ARN or id; what is unknown of it is None.

    Attributes:
        job: the job's ARN or id.
        queue: the name or ARN of its queue.
        job_name: its name in Batch.
        is_new: whether it was submitted a moment ago, so that Batch may not show it yet.
    """

    job: str
    queue: str | None = None
    job_name: str | None = None
    is_new: bool = False

    done: Future[Detail] = field(default_factory=Future)
    """The first terminal detail, or NotFound or RequestFailed."""
    asked: Future[None] = field(default_factory=Future)
    """Done when the first poll that asks for the job is over, whatever it has shown."""
    detail: Detail | None = None
    """The newest description."""

    # All times are the poller's, in seconds.
    polled_at: float = 0.0
    changed_at: float = 0.0
    seen_at: float = 0.0
    misses: int = 0
    """Polls in a row that did not show the job; the first was at `missing_since`."""
    missing_since: float = 0.0

    @property
    def queue_key(self) -> QueueKey:
        """Region and queue name; jobs of one queue are polled together."""
        return region_in(self.job), name_in(self.queue or "")

    @property
    def error(self) -> NotFound | RequestFailed | None:
        """Why the job can't be asked for; None as long as it can."""
        error = self.done.exception() if self.done.done() and not self.done.cancelled() else None
        return error if isinstance(error, (NotFound, RequestFailed)) else None

    @property
    def loss(self) -> NotFound | None:
        """Why a job counts as gone that this wait has seen, or that is new; None of all others."""
        error = self.error
        return error if isinstance(error, NotFound) and (self.detail or self.is_new) else None

    @property
    def has_ended(self) -> bool:
        """Whether the job's end was seen."""
        return self.done.done() and not self.done.cancelled() and self.done.exception() is None

    @property
    def final_status(self) -> str | None:
        """How the job ended; None if Batch has forgotten it, RUNNING if it goes on."""
        if self.has_ended:
            return str(self.done.result()["status"])
        return None if self.error else "RUNNING"

    @property
    def last_status(self) -> str | None:
        """The status that was seen last; None if Batch has forgotten the job."""
        if self.error:
            return None
        return str(self.detail["status"]) if self.detail else "SUBMITTED"

    @property
    def state(self) -> tuple[Any, ...] | None:
        """Status, reason and number of attempts; None before the job was seen."""
        if self.detail is None:
            return None
        detail = self.detail
        return detail["status"], detail.get("statusReason"), len(detail.get("attempts", []))

    def update(self, detail: Detail) -> bool:
        """Take a new description; return whether it differs in status, reason or attempts."""
        before, self.detail = self.state, detail
        self.queue = detail.get("jobQueue") or self.queue
        self.misses, self.seen_at = 0, self.polled_at
        return before != self.state

    def miss(self) -> bool:
        """Count a poll that did not show the job; return whether the job counts as gone."""
        if not self.misses:
            self.missing_since = self.polled_at
        self.misses += 1
        missing = self.polled_at - self.missing_since
        return is_gone(self.misses, missing, was_seen=self.detail is not None, is_new=self.is_new)

    def gone(self, absence: NotFound) -> NotFound:
        """Return `absence` with what was seen of the job, when, and who has not shown it since."""
        ago = duration(self.polled_at - self.seen_at)
        before = f"it was {self.detail['status']} {ago} ago; " if self.detail else ""
        over = duration(self.polled_at - self.missing_since)
        seen = f"{before}{absence.seen}, in {self.misses} polls over {over}"
        return NotFound("reading", "ServiceJob", self.job, seen)

    def finish(self, result: Detail | SjresourceError) -> None:
        """Resolve `done`, unless it was cancelled."""
        if not self.done.set_running_or_notify_cancel():
            return
        if isinstance(result, SjresourceError):
            self.done.set_exception(result)
        else:
            self.done.set_result(result)

    def was_asked(self) -> None:
        """Resolve `asked`, unless it is resolved or cancelled."""
        with contextlib.suppress(InvalidStateError):  # the wait may be cancelling it right now
            self.asked.set_result(None)

    def cancel(self) -> None:
        """End the watch: the job is not polled for any more."""
        self.done.cancel()
        self.asked.cancel()


def can_end(watches: Sequence[Watch], options: WaitOptions) -> bool:
    """Return whether a wait is over: its outcome is certain, or a job can't be asked for.

    Each job is asked for once before it is, so that a failure that is there is told, whichever job
    is described first.
    """
    if any(isinstance(watch.error, RequestFailed) for watch in watches):
        return True
    if not all(watch.asked.done() for watch in watches):
        return False
    statuses = [watch.final_status for watch in watches]
    return is_over(statuses, options.min_succeeded, record_all=options.records_failures)


def is_new_job(created_at: float | None, now: float) -> bool:
    """Return whether a job was submitted a moment ago; one that was not described yet was.

    Args:
        created_at: In milliseconds since 1970, as Batch has it.
        now: In seconds since 1970.
    """
    return created_at is None or now - created_at / 1000 < _NEW_SECONDS


def is_gone(polls: int, seconds: float, *, was_seen: bool, is_new: bool) -> bool:
    """Return whether a job is gone that so many polls, over so many seconds, have not shown."""
    patience = LAG_SECONDS if is_new else FORGOTTEN_AFTER_SECONDS
    patience = GONE_AFTER_SECONDS if was_seen else patience
    return polls >= GONE_AFTER_POLLS and seconds >= patience
