"""The jobs that have not ended, in memory, and found by what scheduling asks for.

A tick must not cost more because many jobs wait or run: it asks for the few that can move. Writing
is the store's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import RunningJob
from sjresource.emulator.scheduling.waiting_list import JobQueues
from sjresource.emulator.store.records import HOLDING_CAPACITY, LIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.store.records import Job


class LiveJobs:
    """An index of live jobs; a job that has ended drops out when it is put."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs: dict[str, Job] = {}
        self._places: dict[tuple[str, str], dict[int, Job]] = {}
        self._lines: JobQueues[Job] = JobQueues()
        self._stopping: dict[str, Job] = {}
        self._holding: dict[int, RunningJob] = {}
        self._training: dict[str, str] = {}
        self._timeouts: dict[str, int] = {}
        for job in jobs:
            self.put(job)

    def put(self, job: Job) -> None:
        """Add a job, or replace it."""
        self.remove(job.id)
        if job.status not in LIVE:
            return
        self._jobs[job.id] = job
        self._places.setdefault((job.status, job.queue), {})[job.sequence] = job
        if job.stop_due is not None:
            self._stopping[job.id] = job
        if _waits(job):
            self._lines.add(*_place(job), job)
        if job.status in HOLDING_CAPACITY:
            self._put_placed(job)

    def remove(self, job_id: str) -> None:
        """Drop a job, if it is there."""
        known = self._jobs.pop(job_id, None)
        self._stopping.pop(job_id, None)
        if known is None:
            return
        place = self._places[known.status, known.queue]
        del place[known.sequence]
        if not place:
            del self._places[known.status, known.queue]
        if _waits(known):
            self._lines.remove(*_place(known))
        if known.status in HOLDING_CAPACITY:
            del self._holding[known.sequence]
            self._training.pop(known.training_job or "", None)
            self._timeouts.pop(job_id, None)

    def get(self, job_id: str) -> Job | None:
        """Find a job by its id."""
        return self._jobs.get(job_id)

    def stopping(self) -> list[Job]:
        """Give the jobs that are to be stopped at some time."""
        return list(self._stopping.values())

    def holding(self) -> list[RunningJob]:
        """Give the jobs that hold capacity as scheduling sees them, oldest first."""
        return [running for _, running in sorted(self._holding.items())]

    def in_training(self, names: Iterable[str]) -> list[Job]:
        """Give the jobs whose training jobs have these names, leaving out what is not there."""
        return [self._jobs[self._training[name]] for name in names if name in self._training]

    def timeouts(self) -> list[int]:
        """Tell when attempts will have lasted too long, in epoch milliseconds."""
        return list(self._timeouts.values())

    def overtime(self, now: int) -> list[Job]:
        """Give the jobs whose attempts have lasted too long."""
        return [self._jobs[job_id] for job_id, due in self._timeouts.items() if due <= now]

    def with_status(self, statuses: Iterable[str]) -> list[Job]:
        """Give the jobs with one of `statuses`, oldest first."""
        wanted = frozenset(statuses)
        found = [
            job
            for (status, _), place in self._places.items()
            if status in wanted
            for job in place.values()
        ]
        return sorted(found, key=lambda job: job.sequence)

    def waiting_queues(self) -> list[str]:
        """Give the ARNs of the queues that have RUNNABLE jobs."""
        return self._lines.queues()

    def waiting_shares(self, queue: str) -> list[str]:
        """Give the shares of a queue that have RUNNABLE jobs, "" where there are no shares."""
        return self._lines.shares(queue)

    def waiting_in(self, queue: str, share: str) -> Iterator[Job]:
        """Go through a share's RUNNABLE jobs in their order, terminated ones left out.

        In a share a higher priority goes first, then the older one; without shares the older one.
        Costs little if only the first few are taken. Take them before anything is put.
        """
        return self._lines.jobs(queue, share)

    def _put_placed(self, job: Job) -> None:
        self._holding[job.sequence] = _running(job)
        if job.training_job is not None:
            self._training[job.training_job] = job.id
        if (due := job.timeout_due) is not None:
            self._timeouts[job.id] = due


def _waits(job: Job) -> bool:
    return job.status == "RUNNABLE" and not job.terminated


def _place(job: Job) -> tuple[str, str, int, int]:
    return job.queue, job.share, job.scheduling_priority or 0, job.sequence


def _running(job: Job) -> RunningJob:
    return RunningJob(
        id=job.id,
        queue=job.queue,
        environment=job.environment or "",
        capacity=job.capacity,
        share=job.share,
        priority=job.scheduling_priority or 0,
        since=(job.scheduled_at or 0) / 1000,
        sequence=job.sequence,
        stopping=job.preempted_for is not None or (job.terminated or job.timed_out),
        stopping_for=job.preempted_for,
    )
