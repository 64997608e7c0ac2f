"""The jobs that have not ended, in memory, and found by what scheduling asks for.

A tick must not cost more because many jobs wait: it asks for the few that can move. Writing is the
store's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.records import LIVE
from sjresource.emulator.scheduling.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.records import Job


class LiveJobs:
    """An index of live jobs; a job that has ended drops out when it is put."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs: dict[str, Job] = {}
        self._places: dict[tuple[str, str], dict[int, Job]] = {}
        self._lines: Lines[Job] = Lines()
        self._stopping: dict[str, Job] = {}
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

    def get(self, job_id: str) -> Job | None:
        """Find a job by its id."""
        return self._jobs.get(job_id)

    def stopping(self) -> list[Job]:
        """Give the jobs that are to be stopped at some time."""
        return list(self._stopping.values())

    def having(self, statuses: Iterable[str]) -> list[Job]:
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


def _waits(job: Job) -> bool:
    return job.status == "RUNNABLE" and not job.terminated


def _place(job: Job) -> tuple[str, str, int, int]:
    return job.queue, job.share, job.scheduling_priority or 0, job.sequence
