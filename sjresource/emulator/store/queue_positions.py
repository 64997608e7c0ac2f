"""Remembers the places in which waiting jobs were last seen, and since when they have them.

In memory only: after a restart a job has had its place since it became RUNNABLE, until it moves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sjresource.emulator.store.records import Job

Places = list[tuple["Job", int]]
"""Jobs in their order, each with when it got its place, in epoch milliseconds."""


class QueuePositions:
    """The order in which the jobs of each line were last seen; a line's name is the caller's."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, ...], dict[tuple[int, str], int]] = {}

    def record(self, line: tuple[str, ...], jobs: Sequence[Job], now: int) -> Places:
        """Look at a line: who has moved since the last look has its place since `now`."""
        before = self._lines.get(line)
        if before is None:  # it was empty, so they have just come; or this is after a restart
            places = [(job, job.since) for job in jobs]
        else:
            places = [(job, before.get((place, job.id), now)) for place, job in enumerate(jobs)]
        self._lines[line] = {(place, job.id): since for place, (job, since) in enumerate(places)}
        return places

    def keep_only(self, lines: Iterable[tuple[str, ...]]) -> None:
        """Forget all other lines: nobody waits in them."""
        self._lines = {line: self._lines[line] for line in lines if line in self._lines}
