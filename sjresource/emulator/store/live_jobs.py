"""An index in memory of the jobs that have not ended, by what scheduling asks for.

The cost of a tick must not grow with the waiting and running jobs: it asks for the few that can
change. `store.py` writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling.state import RunningJob
from sjresource.emulator.scheduling.waiting_list import JobQueues
from sjresource.emulator.store.records import HOLDING_CAPACITY, LIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.store.records import Job


class LiveJobs:
    """An index of live jobs; a job that has ended drops out when it is put."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs: dict[str, Job] = {}
        self._by_status: dict[str, dict[str, Job]] = {status: {} for status in LIVE}
        self._waiting: JobQueues[Job] = JobQueues()
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
        self._by_status[job.status][job.id] = job
        if job.stop_due is not None:
            self._stopping[job.id] = job
        if _is_waiting(job):
            self._waiting.add(*_position(job), job)
        if job.status in HOLDING_CAPACITY:
            self._put_placed(job)

    def remove(self, job_id: str) -> None:
        """Drop a job, if it is there."""
        known = self._jobs.pop(job_id, None)
        self._stopping.pop(job_id, None)
        if known is None:
            return
        del self._by_status[known.status][job_id]
        if _is_waiting(known):
            self._waiting.remove(*_position(known))
        if known.status in HOLDING_CAPACITY:
            del self._holding[known.sequence]
            self._training.pop(known.training_job or "", None)
            self._timeouts.pop(job_id, None)

    def get(self, job_id: str) -> Job | None:
        """Return a job by its id."""
        return self._jobs.get(job_id)

    def stopping(self) -> list[Job]:
        """Return the jobs that have a time at which they are to be stopped."""
        return list(self._stopping.values())

    def holding(self) -> list[RunningJob]:
        """Return the jobs that hold capacity, as scheduling needs them, oldest first."""
        return [running for _, running in sorted(self._holding.items())]

    def in_training(self, names: Iterable[str]) -> list[Job]:
        """Return the jobs of these training jobs; unknown names are left out."""
        return [self._jobs[self._training[name]] for name in names if name in self._training]

    def timeouts(self) -> list[int]:
        """Return when attempts reach their timeouts, in epoch milliseconds."""
        return list(self._timeouts.values())

    def overtime(self, now: int) -> list[Job]:
        """Return the jobs whose attempts have reached their timeouts."""
        return [self._jobs[job_id] for job_id, due in self._timeouts.items() if due <= now]

    def with_status(self, statuses: Iterable[str]) -> list[Job]:
        """Return the jobs with one of `statuses`, oldest first."""
        found = [job for status in statuses for job in self._by_status[status].values()]
        return sorted(found, key=lambda job: job.sequence)

    def waiting_queues(self) -> list[str]:
        """Return the ARNs of the queues that have RUNNABLE jobs."""
        return self._waiting.queues()

    def waiting_shares(self, queue: str) -> list[str]:
        """Return the shares of a queue that have RUNNABLE jobs, "" in a queue without shares."""
        return self._waiting.shares(queue)

    def waiting_in(self, queue: str, share: str) -> Iterator[Job]:
        """Yield a share's RUNNABLE jobs in their order, without terminated ones.

        In a share a higher priority goes first, then the older job; without shares the older job.
        Taking only the first few is cheap. Take them before anything is put.
        """
        return self._waiting.jobs(queue, share)

    def _put_placed(self, job: Job) -> None:
        self._holding[job.sequence] = _running(job)
        if job.training_job is not None:
            self._training[job.training_job] = job.id
        if (due := job.timeout_due) is not None:
            self._timeouts[job.id] = due


def _is_waiting(job: Job) -> bool:
    return job.status == "RUNNABLE" and not job.terminated


def _position(job: Job) -> tuple[str, str, int, int]:
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
