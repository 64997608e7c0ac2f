"""One daemon thread that polls Batch for every job that a program waits for.

A provider can't wait: its four workers serve all resources, and Ctrl-C does not reach them. So the
program has a thread of its own that asks Batch and resolves futures. It is a daemon thread, since
the program's default executor is shared with resource registration and joined at exit.

This file decides when to poll. How a poll is made is in `status/describe.py`, when a job counts as
gone in `watch.py`, what is reported in `reporter.py`.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sjresource.aws.arn import name_in
from sjresource.aws.session import forget_clients
from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.status.describe import JobSweep
from sjresource.status.timeline import ran_seconds
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.aws.batch import BatchClient
    from sjresource.waiting.watch import QueueKey, Watch

    Detail = dict[str, Any]

SHORTEST_DELAY = 0.5
LONGEST_DELAY = 30.0
_SHARE_OF_QUIET = 0.1
_SECONDS_PER_CALL = 0.25
"""After a poll of many calls there is none for so many seconds per call."""

_SHORT_JOB_SECONDS = 300.0

_RELIST_AFTER = 20
"""Polls after which statuses are listed again whose pages held none of our jobs."""

_FIRST_DESCRIBED = 2
"""Jobs of an unknown queue that its first poll describes; each later one takes twice as many."""


class Listener(Protocol):
    """What the poller calls, in its own thread."""

    def on_change(self, watch: Watch) -> None:
        """Handle a new status, reason or attempt of a job."""

    def on_error(self, error: SjresourceError) -> None:
        """Handle that AWS can't be asked at the moment; the poller goes on trying."""

    def on_idle(self) -> float:
        """Report what is due; return the seconds until there may be more."""


@dataclass
class _QueueState:
    """When the jobs of one queue are polled next, and what earlier polls have shown."""

    due: float
    changed_at: float
    not_before: float = 0.0
    """An earlier poll would follow too soon on one that took many calls."""
    can_list: bool = True
    empty_statuses: set[str] = field(default_factory=set)
    polls: int = 0
    last_run_seconds: float | None = None
    """How long the last job that ended in this queue had run."""


class Poller:
    """Polls the jobs of all watches until each is done or cancelled.

    A call that gets no answer, is throttled, or comes with expired credentials is made again, with
    the credentials that are there by then. `thread` is None while there is no watch.
    """

    def __init__(
        self,
        client: Callable[[str], BatchClient],
        listener: Listener,
        now: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        confirm_gone: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Prepare the poller; its thread starts with the first watch.

        Args:
            client: returns the Batch client of a region.
            listener: is called for what the poller sees.
            now: the time, in seconds.
            jitter: a random number from 0 to 1.
            confirm_gone: is called with a job's ARN; raises RequestFailed if the credentials belong
                to another account, so that a not-found says nothing about the job.
        """
        self._confirm_gone = confirm_gone
        self._client = client
        self._listener = listener
        self._now = now
        self._jitter = jitter
        self._watches: list[Watch] = []
        self._queues: dict[QueueKey, _QueueState] = {}
        self._changed = threading.Condition()
        self.thread: threading.Thread | None = None

    def add(self, watches: Iterable[Watch]) -> None:
        """Poll for these jobs too, soon; returns at once."""
        now = self._now()
        with self._changed:
            for watch in watches:
                self._watches.append(watch)
                self._expect(watch, now)
            self._changed.notify()
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="poller", daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while (key := self._next_queue()) is not None:
            self._poll(key)

    def _next_queue(self) -> QueueKey | None:
        """Sleep until a queue is due, with pauses for the listener; None if no watch is left."""
        while True:
            idle_seconds = self._report()
            with self._changed:
                self._watches = [watch for watch in self._watches if not watch.done.done()]
                if not self._watches:
                    self.thread = None
                    self._queues.clear()
                    return None
                keys = {watch.queue_key for watch in self._watches}
                key = min(keys, key=lambda key: self._queues[key].due)
                remaining = self._queues[key].due - self._now()
                if remaining <= 0:
                    return key
                self._changed.wait(min(remaining, idle_seconds))

    def _report(self) -> float:
        """Have the listener report what is due; return the seconds until there may be more."""
        try:
            return self._listener.on_idle()
        except Exception as error:  # noqa: BLE001 - as in `_read_answers`
            self._listener.on_error(_surprise(error))
            return SHORTEST_DELAY

    def _poll(self, key: QueueKey) -> None:
        region, queue = key
        with self._changed:
            state = self._queues[key]
            watches = [watch for watch in self._watches if watch.queue_key == key]
        try:
            client = self._client(region)
        except SjresourceError as error:
            self._go_without_client(error, state, watches)
            return
        watches.sort(key=lambda watch: watch.polled_at)
        # Descriptions of a few jobs tell their queue's name; then its pages show the others.
        polled = watches if queue else watches[: _FIRST_DESCRIBED ** (state.polls + 1)]
        by_job: dict[str, list[Watch]] = {}
        for watch in polled:
            by_job.setdefault(name_in(watch.job), []).append(watch)
        sweep = JobSweep(
            client,
            queue if queue and state.can_list else None,
            {job: watches[0].detail for job, watches in by_job.items()},
            state.empty_statuses if state.polls % _RELIST_AFTER else (),
            {job: watches[0].job_name for job, watches in by_job.items() if watches[0].job_name},
        )
        self._read_answers(sweep, by_job, state)
        for watch in polled:
            watch.was_asked()
        self._schedule(state, sweep, watches)
        for watch in watches[len(polled) :]:
            watch.queue = polled[-1].queue  # a guess, which its description will correct
        with self._changed:
            for watch in watches:
                if watch.queue_key != key:
                    self._expect(watch, self._now())

    def _go_without_client(
        self, error: SjresourceError, state: _QueueState, watches: list[Watch]
    ) -> None:
        """End the watches that have never seen their job; the others may find it again.

        There is no region, no such profile, or another account: it does not heal of itself, but
        files of credentials are renewed in the hours of a wait.
        """
        parts = (error.doing, error.noun, error.identifier, error.seen, error.advice)
        ending = [
            watch for watch in watches if watch.detail is None or isinstance(error, RequestFailed)
        ]
        for watch in ending:
            watch.finish(RequestFailed(*parts))
        if len(ending) < len(watches):
            self._listener.on_error(error)
        forget_clients()
        now = self._now()
        with self._changed:
            state.due = now + next_delay(now - state.changed_at, 1, self._jitter())

    def _read_answers(
        self, sweep: JobSweep, by_job: dict[str, list[Watch]], state: _QueueState
    ) -> None:
        try:
            for job, answer in sweep.answers():
                for watch in by_job[job]:
                    self._update(watch, answer, state)
        except SjresourceError as error:
            if isinstance(error, Unreachable) or "Expired" in getattr(error, "code", ""):
                forget_clients()
            self._listener.on_error(error)
        except Exception as error:  # noqa: BLE001 - without this thread every wait would hang
            self._listener.on_error(_surprise(error))

    def _update(self, watch: Watch, answer: Detail | SjresourceError, state: _QueueState) -> None:
        watch.polled_at = self._now()
        if isinstance(answer, NotFound):
            if not watch.misses:
                state.changed_at = watch.polled_at  # so that the next polls come soon
            if watch.miss():
                watch.finish(self._wrong_account(watch) or watch.gone(answer))
        elif isinstance(answer, SjresourceError):
            watch.finish(answer)
        elif watch.update(answer):
            state.changed_at = watch.changed_at = watch.polled_at
            state.last_run_seconds = ran_seconds(answer) or state.last_run_seconds
            self._listener.on_change(watch)
            if answer["status"] in TERMINAL:
                watch.finish(answer)

    def _wrong_account(self, watch: Watch) -> RequestFailed | None:
        """Return why the credentials can't see a job; None if they can, or if that is unknown."""
        try:
            self._confirm_gone(watch.job)
        except RequestFailed as error:
            return error
        except SjresourceError:
            pass
        return None

    def _schedule(self, state: _QueueState, sweep: JobSweep, watches: list[Watch]) -> None:
        """Set when this queue is polled next, and keep what this poll has shown."""
        now = self._now()
        running = [w for w in watches if w.detail and w.detail["status"] == "RUNNING"]
        near_end = is_near_end((now - w.changed_at for w in running), state.last_run_seconds)
        quiet_seconds = 0.0 if near_end else now - state.changed_at
        delay = next_delay(quiet_seconds, sweep.calls, self._jitter())
        with self._changed:
            state.due = now + delay
            state.not_before = now + min(sweep.calls * _SECONDS_PER_CALL, delay)
            state.can_list, state.empty_statuses = sweep.can_list, sweep.empty_statuses
            state.polls += 1

    def _expect(self, watch: Watch, now: float) -> None:
        """Have the watch's queue polled soon."""
        state = self._queues.setdefault(watch.queue_key, _QueueState(now, changed_at=now))
        state.due = max(state.not_before, min(state.due, now + SHORTEST_DELAY))
        state.changed_at = now


def _surprise(error: Exception) -> Unreachable:
    reason = f"{type(error).__name__}: {error}, which is unexpected"
    return Unreachable("reading", "ServiceJob", "any", reason)


def next_delay(quiet_seconds: float, calls: int, jitter: float) -> float:
    """Return the seconds until the next poll.

    They are a tenth of the time for which nothing has changed: the end of a short job is seen fast,
    and a long wait costs little. A poll that took many calls is not repeated at once. `jitter` is a
    random number from 0 to 1, so that programs don't poll together.
    """
    delay = max(quiet_seconds * _SHARE_OF_QUIET, calls * _SECONDS_PER_CALL, SHORTEST_DELAY)
    return min(delay, LONGEST_DELAY) * (0.8 + 0.2 * jitter)


def is_near_end(ages: Iterable[float], last_run_seconds: float | None) -> bool:
    """Return whether a short job should end about now, judging by the last that ended in its queue.

    `ages` are the seconds for which jobs have been running.
    """
    if last_run_seconds is None or last_run_seconds > _SHORT_JOB_SECONDS:
        return False
    return any(0.8 * last_run_seconds <= age <= 1.5 * last_run_seconds for age in ages)
