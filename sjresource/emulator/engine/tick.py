"""What the parts of one tick share: the store, the time, and what to do after the commit."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from sjresource.emulator.engine import transitions
from sjresource.emulator.scheduling import UsagePeriod
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
"""Seconds for which a fair-share policy can count use, at most."""


@dataclass(frozen=True)
class Tick:
    """One tick: `now` is in epoch milliseconds, `effects` run, in order, when all is written.

    `changed` names the training jobs whose progress may be news; None if it may be that of any.
    `unanswered` is what the executor raised when it was asked.
    """

    store: Store
    executor: Executor
    rules: ScriptRules
    now: int
    changed: Collection[str] | None = None
    effects: list[Callable[[], None]] = field(default_factory=list)
    unanswered: list[Exception] = field(default_factory=list)

    def put(self, job: Job) -> None:
        """Write a job down; one that has ended needs its script no more.

        What a share of a fair-share queue held is noted when it gives it back.
        """
        before = self.store.live.get(job.id)
        if (
            before is not None
            and before.status in HOLDING_CAPACITY
            and job.status not in HOLDING_CAPACITY
        ):
            self._note_use(before)
        self.store.put_job(job)
        if job.status not in LIVE:
            self.rules.forget(job.id)

    def _note_use(self, job: Job) -> None:
        if job.share_identifier is not None and job.scheduled_at is not None:
            began, ended = job.scheduled_at / 1000, self.now / 1000
            period = UsagePeriod(job.share_identifier, job.instances, began, ended)
            self.store.add_past_use(job.queue, period, ended - _LONGEST_WINDOW)

    def each(self, jobs: Iterable[Job], step: Callable[[Job], None]) -> None:
        """Let each job take a step; one that can't is set aside as failed, and the others go on."""
        for job in jobs:
            try:
                step(job)
            except Exception as error:  # noqa: PERF203 - one job's failure is no other's
                if storage_problem(error) is not None:
                    raise
                _LOG.exception("ticking ServiceJob (%s): it is set aside as failed", job.id)
                self._set_aside(job, error)

    def _set_aside(self, job: Job, error: Exception) -> None:
        reason = f"InternalServerError: the emulator can't go on with this job: {error!r}"
        self.put(transitions.failed_waiting(job, reason[:_LONGEST_REASON], self.now))
        if job.status in HOLDING_CAPACITY and job.training_job is not None:
            self.effects.append(partial(self.executor.stop, job.training_job))

    def script(self, job: Job) -> Script:
        """Give the script of the job's next or present attempt."""
        return self.rules.script(
            job.id, job.name, len(job.attempts) + 1, lambda: self.store.payload(job.id)
        )

    def ready_at(self, job: Job) -> int:
        """Tell when a waiting job may go on at the earliest, in epoch milliseconds."""
        script = self.script(job)
        patience = script.submitted if job.status == "SUBMITTED" else script.runnable
        return job.since + round(patience * 1000)
