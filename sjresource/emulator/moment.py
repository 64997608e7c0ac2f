"""What the parts of one tick share: the store, the time, and what to do after the commit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sjresource.emulator.records import LIVE, PLACED
from sjresource.emulator.scheduling import Spell

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sjresource.emulator.records import Job
    from sjresource.emulator.simulation import Script, Simulation
    from sjresource.emulator.store import Store
    from sjresource.emulator.training import Executor


_LONGEST_WINDOW: Final = 604_800
"""Seconds for which a fair-share policy can count use, at most."""


@dataclass(frozen=True)
class Pace:
    """How long Batch takes over things, in milliseconds of the emulator's clock."""

    resource: int = 100
    """Until what is CREATING, UPDATING or DELETING is VALID or gone."""


@dataclass(frozen=True)
class Moment:
    """One tick: `now` is in epoch milliseconds, `effects` run, in order, when all is written.

    `changed` names the training jobs whose progress may be news; None if it may be that of any.
    """

    store: Store
    executor: Executor
    simulation: Simulation
    pace: Pace
    now: int
    changed: Collection[str] | None = None
    effects: list[Callable[[], None]] = field(default_factory=list)

    def put(self, job: Job) -> None:
        """Write a job down; one that has ended needs its script no more.

        What a share of a fair-share queue held is noted when it gives it back.
        """
        before = self.store.live.get(job.id)
        if before is not None and before.status in PLACED and job.status not in PLACED:
            self._note_use(before)
        self.store.put_job(job)
        if job.status not in LIVE:
            self.simulation.forget(job.id)

    def _note_use(self, job: Job) -> None:
        if job.share_identifier is not None and job.scheduled_at is not None:
            began, ended = job.scheduled_at / 1000, self.now / 1000
            spell = Spell(job.share_identifier, job.instances, began, ended)
            self.store.add_past_use(job.queue, spell, ended - _LONGEST_WINDOW)

    def script(self, job: Job) -> Script:
        """Give the script of the job's next or present attempt."""
        return self.simulation.script(
            job.id, job.name, len(job.attempts) + 1, lambda: self.store.payload(job.id)
        )

    def ready_at(self, job: Job) -> int:
        """Tell when a waiting job may go on at the earliest, in epoch milliseconds."""
        script = self.script(job)
        patience = script.submitted if job.status == "SUBMITTED" else script.runnable
        return job.since + round(patience * 1000)
