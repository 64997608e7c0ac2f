"""What the steps of one tick share: the store, the time, and what to do after the commit."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from sjresource.emulator.lifecycle import transitions
from sjresource.emulator.scheduling.state import UsagePeriod
from sjresource.emulator.store.damage import storage_problem
from sjresource.emulator.store.records import HOLDING_CAPACITY, LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.executors.scripts import Script, ScriptRules
    from sjresource.emulator.store.records import Job
    from sjresource.emulator.store.store import Store


_LOG: Final = logging.getLogger(__name__)
_LONGEST_REASON: Final = 1024
_LONGEST_WINDOW: Final = 604_800
"""The most seconds for which a fair-share policy counts usage."""


@dataclass(frozen=True)
class Tick:
    """One tick: `now` is in epoch milliseconds, `effects` run, in order, after the commit.

    `changed` names the training jobs whose progress may have changed, None if any may.
    `poll_errors` is what the executor raised when it was polled.
    """

    store: Store
    executor: Executor
    rules: ScriptRules
    now: int
    changed: Collection[str] | None = None
    effects: list[Callable[[], None]] = field(default_factory=list)
    poll_errors: list[Exception] = field(default_factory=list)

    def put(self, job: Job) -> None:
        """Store a job; the script of one that has ended is dropped.

        When a job in a fair-share queue releases its capacity, its share's usage is recorded.
        """
        before = self.store.live.get(job.id)
        if (
            before is not None
            and before.status in HOLDING_CAPACITY
            and job.status not in HOLDING_CAPACITY
        ):
            self._record_usage(before)
        self.store.put_job(job)
        if job.status not in LIVE:
            self.rules.forget(job.id)

    def _record_usage(self, job: Job) -> None:
        if job.share_identifier is not None and job.scheduled_at is not None:
            start, end = job.scheduled_at / 1000, self.now / 1000
            period = UsagePeriod(job.share_identifier, job.instances, start, end)
            self.store.add_past_use(job.queue, period, end - _LONGEST_WINDOW)

    def for_each(self, jobs: Iterable[Job], step: Callable[[Job], None]) -> None:
        """Run `step` for each job; a job for which it raises becomes FAILED, the others go on."""
        for job in jobs:
            try:
                step(job)
            except Exception as error:  # noqa: PERF203 - one job's failure is no other's
                if storage_problem(error) is not None:
                    raise
                _LOG.exception("ticking ServiceJob (%s): it becomes FAILED", job.id)
                self._fail(job, error)

    def _fail(self, job: Job, error: Exception) -> None:
        reason = f"InternalServerError: the emulator can't go on with this job: {error!r}"
        self.put(transitions.failed_without_attempt(job, reason[:_LONGEST_REASON], self.now))
        if job.status in HOLDING_CAPACITY and job.training_job is not None:
            self.effects.append(partial(self.executor.stop, job.training_job))

    def script(self, job: Job) -> Script:
        """Return the script of the job's next or current attempt."""
        return self.rules.script(
            job.id, job.name, len(job.attempts) + 1, lambda: self.store.payload(job.id)
        )

    def ready_at(self, job: Job) -> int:
        """Return when a waiting job may go on at the earliest, in epoch milliseconds."""
        script = self.script(job)
        delay = script.submitted if job.status == "SUBMITTED" else script.runnable
        return job.since + round(delay * 1000)
