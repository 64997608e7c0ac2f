"""The stack's jobs, watched until all have ended: who they are by now, and what became of each.

The poller of a waiting `up` polls them (`waiting/poller.py`): few calls, ever rarer where nothing
changes, and on through passing errors. The state is read again now and then, since an `up` in
another terminal submits jobs, and replaces them.
"""

from __future__ import annotations

import queue
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sjresource.cli.stack.state import jobs_in
from sjresource.cli.views.job import Viewer
from sjresource.errors import RequestFailed, SjresourceError
from sjresource.status.detail import StatusDetail
from sjresource.waiting.poller import Poller
from sjresource.waiting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.views.job import JobView

_STATE_SECONDS = 10.0
_FRESH_SECONDS = 20.0
"""For so long what is said beside a status stays as it is."""

_TICK = 5.0


class StackWatch:
    """Watches the jobs of a stack. `trouble` says why AWS can't be asked at the moment, or None."""

    def __init__(self, context: StackContext, now: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._now = now
        clients = context.clients
        status_detail = StatusDetail(clients.batch, clients.sagemaker)
        self._viewer = Viewer(clients, status_detail, context.mask)
        self._poller = Poller(clients.batch, self)
        self._jobs: list[StackJob] = []
        self._watches: dict[str, Watch] = {}
        self._views: dict[str, tuple[object, float, JobView]] = {}
        self._changed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._read_at = now()
        self._reading: threading.Thread | None = None
        self._read: list[StackJob] | None = None
        self.trouble: str | None = None
        self._take(context.jobs)

    def on_change(self, watch: Watch) -> None:
        """Handle a change of a job."""
        self.trouble = None
        self._changed.put(watch.job)

    def on_error(self, error: SjresourceError) -> None:
        """Handle that AWS can't be asked at the moment."""
        self.trouble = str(error)

    def on_idle(self) -> float:
        """Report nothing: the caller decides when to show the jobs."""
        return _TICK

    def changes(self, seconds: float) -> list[JobView]:
        """Give each job that has changed, in order, within so many seconds; wait for the first."""
        changed = []
        with suppress(queue.Empty):
            changed.append(self._changed.get(timeout=seconds))
            while True:
                changed.append(self._changed.get_nowait())
        jobs = {job.arn: job for job in self._jobs}
        once = dict.fromkeys(arn for arn in changed if arn in jobs)
        return [self._view(jobs[arn]) for arn in once]

    def views(self) -> list[JobView]:
        """Show all jobs, as they were seen last."""
        return [self._view(job) for job in self._jobs]

    def is_over(self) -> bool:
        """Tell whether every job has ended, those included that the state has got meanwhile."""
        self._keep_up()
        if not self._have_ended():
            return False
        self._read_state()
        self._take_read()
        return self._have_ended()

    def refusal(self) -> RequestFailed | None:
        """Give why a job could not be asked for at all, if there is one such."""
        errors = (watch.error for watch in self._watches.values())
        return next((error for error in errors if isinstance(error, RequestFailed)), None)

    def _have_ended(self) -> bool:
        return all(watch.done.done() for watch in self._watches.values())

    def _keep_up(self) -> None:
        """Read the state again now and then, without holding up what is shown."""
        self._take_read()
        if self._reading is None and self._now() - self._read_at >= _STATE_SECONDS:
            self._reading = threading.Thread(target=self._read_state, daemon=True)
            self._reading.start()

    def _read_state(self) -> None:
        from pulumi.automation import CommandError  # noqa: PLC0415 - it is there by now

        with suppress(CommandError, ValueError):  # it is read again soon
            self._read = jobs_in(self._context.require_stack().deployment())
        self._read_at = self._now()
        self._reading = None

    def _take_read(self) -> None:
        if self._read is not None:
            jobs, self._read = self._read, None
            self._take(jobs)

    def _take(self, jobs: list[StackJob]) -> None:
        """Watch these from now on, and no others."""
        arns = {job.arn for job in jobs}
        for arn in set(self._watches) - arns:
            self._watches.pop(arn).done.cancel()
        new = [
            Watch(job.arn, job.job_queue, job.job_name)
            for job in jobs
            if job.arn not in self._watches
        ]
        self._watches.update({watch.job: watch for watch in new})
        self._jobs = jobs
        self._poller.add(new)

    def _view(self, job: StackJob) -> JobView:
        watch = self._watches[job.arn]
        state = watch.state, str(watch.error)
        fresh_seconds = float("inf") if watch.has_ended else _FRESH_SECONDS
        before = self._views.get(job.arn)
        if before and before[0] == state and self._now() - before[1] < fresh_seconds:
            return before[2]
        view = self._viewer.view(job, watch.error or watch.detail)
        self._views[job.arn] = (state, self._now(), view)
        return view
