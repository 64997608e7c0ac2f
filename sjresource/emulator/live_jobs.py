"""The jobs that have not ended, in memory, and found by what scheduling asks for.

A tick must not cost more because many jobs wait: it asks for the few that can move. Writing is the
store's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.records import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.records import Job


class LiveJobs:
    """An index of live jobs; a job that has ended drops out when it is put."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        self._jobs: dict[str, Job] = {}
        self._places: dict[tuple[str, str], dict[int, Job]] = {}
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

    def remove(self, job_id: str) -> None:
        """Drop a job, if it is there."""
        known = self._jobs.pop(job_id, None)
        self._stopping.pop(job_id, None)
        if known is not None:
            place = self._places[known.status, known.queue]
            del place[known.sequence]
            if not place:
                del self._places[known.status, known.queue]

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
        return [queue for status, queue in self._places if status == "RUNNABLE"]

    def waiting_in(self, queue: str) -> Iterator[Job]:
        """Go through a queue's RUNNABLE jobs, oldest first, terminated ones left out.

        Costs little if only the first few are taken. Take them before anything is put.
        """
        place = self._places.get(("RUNNABLE", queue), {})
        for sequence in sorted(place):
            if not place[sequence].terminated:
                yield place[sequence]
