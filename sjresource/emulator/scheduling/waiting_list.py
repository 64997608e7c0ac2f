"""Waiting jobs in their order, by queue and share, so that the first few are found at once."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Job = TypeVar("Job")


class JobQueues(Generic[Job]):
    """Jobs by queue and share; a line or queue is there only while it has jobs.

    In a share a higher priority goes first, then the older one (the lower `sequence`); without
    shares ("") the older one.
    """

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, _SortedJobs[Job]]] = {}

    def add(self, queue: str, share: str, priority: int, sequence: int, job: Job) -> None:
        """Put a job into its place."""
        line = self._lines.setdefault(queue, {}).setdefault(share, _SortedJobs())
        line.add(_rank(share, priority, sequence), job)

    def remove(self, queue: str, share: str, priority: int, sequence: int) -> None:
        """Take a job out."""
        lines = self._lines[queue]
        lines[share].remove(_rank(share, priority, sequence))
        if not lines[share].order:
            del lines[share]
        if not lines:
            del self._lines[queue]

    def queues(self) -> list[str]:
        """Give the queues that have jobs."""
        return list(self._lines)

    def shares(self, queue: str) -> list[str]:
        """Give the shares of a queue that have jobs."""
        return list(self._lines.get(queue, {}))

    def jobs(self, queue: str, share: str) -> Iterator[Job]:
        """Go through a share's jobs; take them before anything is added or removed."""
        line = self._lines.get(queue, {}).get(share)
        return iter(()) if line is None else (line.jobs[rank] for rank in line.order)


class _SortedJobs(Generic[Job]):
    """A list that stays sorted is quick enough for tens of thousands."""

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
