"""Waiting jobs in their order, by queue and share, so that the first few are found at once."""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sjresource.emulator.scheduling.state import WaitingJob

Job = TypeVar("Job")
_Rank = tuple[int, int]
_RANK: Final = itemgetter(0)


class JobQueues(Generic[Job]):
    """Jobs by queue and share; queues and shares without jobs are left out.

    In a share a higher priority goes first, then the older job (the lower `sequence`); in a queue
    without shares (share "") the older job goes first. A list that is kept sorted is quick enough
    for tens of thousands.
    """

    def __init__(self) -> None:
        self._queues: dict[str, dict[str, list[tuple[_Rank, Job]]]] = {}

    def add(self, queue: str, share: str, priority: int, sequence: int, job: Job) -> None:
        """Add a job at its position."""
        jobs = self._queues.setdefault(queue, {}).setdefault(share, [])
        insort(jobs, (_rank(share, priority, sequence), job), key=_RANK)

    def remove(self, queue: str, share: str, priority: int, sequence: int) -> None:
        """Remove a job."""
        shares = self._queues[queue]
        jobs = shares[share]
        del jobs[bisect_left(jobs, _rank(share, priority, sequence), key=_RANK)]
        if not jobs:
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
        return (job for _, job in self._queues.get(queue, {}).get(share, ()))


def _rank(share: str, priority: int, sequence: int) -> _Rank:
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
