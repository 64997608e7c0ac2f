"""Watches the stack's jobs until all have ended.

It uses the poller of a waiting `up` (`waiting/poller.py`): few calls, fewer while nothing changes,
and transient errors don't end it. The state is read again now and then, since an `up` in another
terminal may submit or replace jobs.
"""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sjresource.cli.stack.state import jobs_in
from sjresource.cli.views.job import JobViewer
from sjresource.errors import RequestFailed, SjresourceError
from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL
from sjresource.waiting.poller import Poller
from sjresource.waiting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.views.job import JobView

_STATE_SECONDS = 10.0
_FRESH_SECONDS = 20.0
"""Seconds for which the view of a waiting job is kept if it has not changed."""

_TRAINING_SECONDS = 5.0
"""Seconds for which the metrics of a running job are kept, if they are shown."""

_ASKING_THREADS = 4
_BRIEFLY = 0.05
_SETTLE_SECONDS = 10.0
"""Ended jobs are waited for so long that have not been asked about."""

_IDLE_SECONDS = 5.0


class StackWatch:
    """Watches the jobs of a stack; `error` is why AWS can't be asked at the moment, or None."""

    def __init__(
        self,
        context: StackContext,
        is_meant: Callable[[StackJob], bool] = lambda _: True,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._context = context
        self._is_meant = is_meant
        self._now = now
        clients = context.clients
        self._viewer = JobViewer(clients, context.mask)
        self._poller = Poller(clients.batch, self)
        self._jobs: list[StackJob] = []
        self._watches: dict[str, Watch] = {}
        self._views: dict[str, _Seen] = {}
        self._to_ask: queue.SimpleQueue[StackJob] = queue.SimpleQueue()
        self._asking: set[str] = set()
        self._askers: list[threading.Thread] = []
        self._changed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._read_at = now()
        self._reading: threading.Thread | None = None
        self._read: list[StackJob] | None = None
        self.error: str | None = None
        self._set_jobs(list(filter(is_meant, context.jobs)))

    def on_change(self, watch: Watch) -> None:
        """Handle a change of a job."""
        self.error = None
        self._changed.put(watch.job)

    def on_error(self, error: SjresourceError) -> None:
        """Handle that AWS can't be asked at the moment."""
        self.error = str(error)

    def on_idle(self) -> float:
        """Report nothing: the caller decides when to show the jobs."""
        return _IDLE_SECONDS

    def changes(self, seconds: float) -> list[JobView]:
        """Wait up to so many seconds for a change; return the jobs that have changed, in order."""
        changed = []
        with suppress(queue.Empty):
            changed.append(self._changed.get(timeout=seconds))
            while True:
                changed.append(self._changed.get_nowait())
        jobs = {job.arn: job for job in self._jobs}
        once = dict.fromkeys(arn for arn in changed if arn in jobs)
        return [self._view(jobs[arn], ask=True) for arn in once]

    def views(self) -> list[JobView]:
        """Return all jobs as they were described last."""
        return [self._view(job, ask=False) for job in self._jobs]

    def ask_of(self, shown: Iterable[JobView]) -> None:
        """Ask SageMaker about the jobs that are shown, in threads, as often as that may be new."""
        jobs = {job.arn: job for job in self._jobs}
        for view in shown:
            seen = self._views.get(view.arn)
            if seen and view.arn not in self._asking and view.arn in jobs and self._is_due(seen):
                self._asking.add(view.arn)
                self._to_ask.put(jobs[view.arn])
        while self._asking and len(self._askers) < _ASKING_THREADS:
            self._askers.append(threading.Thread(target=self._ask_on, daemon=True))
            self._askers[-1].start()

    def settle(self) -> None:
        """Ask about every job that has ended and has not been asked about, for a while."""
        self.ask_of(self.views())
        until = time.monotonic() + _SETTLE_SECONDS
        while self._asking and time.monotonic() < until:
            time.sleep(_BRIEFLY)

    def is_over(self) -> bool:
        """Return whether every job has ended, including those that the state has by now."""
        self._refresh_jobs()
        if not self._have_ended():
            return False
        self._read_state()
        self._apply_state()
        return self._have_ended()

    def refusal(self) -> RequestFailed | None:
        """Return the error of a job that can't be described at all, if there is one."""
        errors = (watch.error for watch in self._watches.values())
        return next((error for error in errors if isinstance(error, RequestFailed)), None)

    def _have_ended(self) -> bool:
        return all(watch.done.done() for watch in self._watches.values())

    def _refresh_jobs(self) -> None:
        """Start to read the state in a thread if it was read some time ago."""
        self._apply_state()
        if self._reading is None and self._now() - self._read_at >= _STATE_SECONDS:
            self._reading = threading.Thread(target=self._read_state, daemon=True)
            self._reading.start()

    def _read_state(self) -> None:
        from pulumi.automation import CommandError  # noqa: PLC0415 - it is there by now

        with suppress(CommandError, ValueError):  # it will be read again
            jobs = jobs_in(self._context.require_stack().deployment())
            self._read = list(filter(self._is_meant, jobs))
        self._read_at = self._now()
        self._reading = None

    def _apply_state(self) -> None:
        if self._read is not None:
            jobs, self._read = self._read, None
            self._set_jobs(jobs)

    def _set_jobs(self, jobs: list[StackJob]) -> None:
        """Watch these jobs from now on, and no others."""
        arns = {job.arn for job in jobs}
        for arn in set(self._watches) - arns:
            self._watches.pop(arn).cancel()
        new = [
            Watch(job.arn, job.job_queue, job.job_name)
            for job in jobs
            if job.arn not in self._watches
        ]
        self._watches.update({watch.job: watch for watch in new})
        self._jobs = jobs
        self._poller.add(new)

    def _view(self, job: StackJob, *, ask: bool) -> JobView:
        """Return a job's view; unless `ask`, without a call about its training."""
        watch = self._watches[job.arn]
        state = watch.state, str(watch.error)
        before = self._views.get(job.arn)
        if before and before.state == state and self._is_fresh(before, ask=ask):
            return before.view
        asked_at = self._now()
        view = self._viewer.view(job, watch.error or watch.detail, ask_sagemaker=ask)
        if before and not view.metrics:
            view = replace(view, metrics=before.view.metrics)
        self._views[job.arn] = _Seen(state, asked_at, view, is_asked=ask)
        return view

    def _is_fresh(self, seen: _Seen, *, ask: bool) -> bool:
        if seen.view.status in TERMINAL:
            return seen.is_asked or not ask
        if seen.view.status in HOLDS_CAPACITY:
            return not ask  # the threads bring what is newer
        return self._now() - seen.at < _FRESH_SECONDS

    def _is_due(self, seen: _Seen) -> bool:
        if not seen.is_asked:
            return seen.view.status in (*HOLDS_CAPACITY, *TERMINAL)
        running = seen.view.status in HOLDS_CAPACITY
        return running and self._now() - seen.at >= _TRAINING_SECONDS

    def _ask_on(self) -> None:
        while True:
            job = self._to_ask.get()
            with suppress(SjresourceError, KeyError):  # it has left the stack meanwhile
                self._view(job, ask=True)
            self._asking.discard(job.arn)


@dataclass(frozen=True)
class _Seen:
    """A view with the job's state and the time at which it was made.

    `is_asked` is whether SageMaker was asked for it, if there was anything to ask.
    """

    state: object
    at: float
    view: JobView
    is_asked: bool
