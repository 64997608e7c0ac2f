"""Waiting jobs in their order, by queue and share, so that the first few are found at once."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.scheduling.state import WaitingJob

Job = TypeVar("Job")


class JobQueues(Generic[Job]):
    """Jobs by queue and share; queues and shares without jobs are left out.

    In a share a higher priority goes first, then the older job (the lower `sequence`); in a queue
    without shares (share "") the older job goes first.
    """

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, _SortedJobs[Job]]] = {}

    def add(self, queue: str, share: str, priority: int, sequence: int, job: Job) -> None:
        """Add a job at its position."""
        jobs = self._queues.setdefault(queue, {}).setdefault(share, _SortedJobs())
        jobs.add(_rank(share, priority, sequence), job)

    def remove(self, queue: str, share: str, priority: int, sequence: int) -> None:
        """Remove a job."""
        shares = self._queues[queue]
        shares[share].remove(_rank(share, priority, sequence))
        if not shares[share].order:
            del shares[share]
        if not shares:
            del self._queues[queue]

    def queues(self) -> list[str]:
        """Return the queues that have jobs."""
        return list(self._queues)

    def shares(self, queue: str) -> list[str]:
        """Return the shares of a queue that have jobs."""
        return list(self._queues.get(queue, {}))

    def jobs(self, queue: str, share: str) -> Iterator[Job]:
        """Iterate over a share's jobs, in order; invalid once a job is added or removed."""
        jobs = self._queues.get(queue, {}).get(share)
        return iter(()) if jobs is None else (jobs.jobs[rank] for rank in jobs.order)


class _SortedJobs(Generic[Job]):
    """One share's jobs; a list that is kept sorted is quick enough for tens of thousands."""

    def __init__(self) -> None:
        self.order: list[tuple[int, int]] = []
        self.jobs: dict[tuple[int, int], Job] = {}

    def add(self, rank: tuple[int, int], job: Job) -> None:
        insort(self.order, rank)
        self.jobs[rank] = job

    def remove(self, rank: tuple[int, int]) -> None:
        del self.order[bisect_left(self.order, rank)]
        del self.jobs[rank]


def _rank(share: str, priority: int, sequence: int) -> tuple[int, int]:
    return (-priority if share else 0, sequence)


class WaitingList:
    """A share's waiting jobs during one decision; `head` is the next, None once all are placed."""

    def __init__(self, share: str, jobs: Iterable[WaitingJob]) -> None:
        self.share = share
        self._jobs = iter(jobs)
        self.head = next(self._jobs, None)

    def advance(self) -> None:
        """Go on to the next job."""
        self.head = next(self._jobs, None)
