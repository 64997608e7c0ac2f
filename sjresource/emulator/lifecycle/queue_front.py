"""The first waiting jobs of a queue and of its quota shares, and since when each is where it is.

`earliestTimeAtPosition` is "for when the job transitioned to its current position in the job queue"
or "in the quota share":
https://docs.aws.amazon.com/batch/latest/APIReference/API_FrontOfQueueJobSummary.html and
.../API_FrontOfQuotaShareJobSummary.html. Positions are recorded in every tick, and when somebody
asks for them. They are in memory only: after a restart a job has had its position since it became
RUNNABLE, until it moves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from sjresource.emulator.lifecycle.scheduling_state import state_of
from sjresource.emulator.scheduling.plan import order
from sjresource.emulator.scheduling.state import QuotaSharePolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.emulator.scheduling.state import Queue, State
    from sjresource.emulator.store.records import Job
    from sjresource.emulator.store.store import Store

    Positions = list[tuple[Job, int]]
    """Jobs in their order, each with when it got its position, in epoch milliseconds."""

_LONGEST_FRONT: Final = 100


@dataclass(frozen=True)
class QueueFront:
    """The first hundred jobs of a queue, and the first one of each of its quota shares."""

    jobs: Positions
    quota_shares: dict[str, Positions]


class QueueFronts:
    """The fronts of all queues, as they were when they were last read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._positions: dict[tuple[str, ...], dict[tuple[int, str], int]] = {}

    def record(self, now: int) -> None:
        """Read the fronts of all queues, so that each move is recorded with its time."""
        live = self._store.live
        waiting = live.waiting_queues()
        kept: set[tuple[str, ...]] = {(queue,) for queue in waiting}
        kept |= {(queue, share) for queue in waiting for share in live.waiting_shares(queue)}
        self._positions = {key: self._positions[key] for key in kept & self._positions.keys()}
        if waiting:
            state = state_of(self._store, lambda _: True)
            for queue in state.queues:
                if queue.arn in waiting:
                    self._read(queue, state, now)

    def front(self, queue_arn: str, now: int) -> QueueFront:
        """Return the front of a queue."""
        state = state_of(self._store, lambda _: True)
        queue = next(each for each in state.queues if each.arn == queue_arn)
        return self._read(queue, state, now)

    def _read(self, queue: Queue, state: State, now: int) -> QueueFront:
        live = self._store.live
        found = [live.get(each.id) for each in order(queue, state, now / 1000, _LONGEST_FRONT)]
        jobs = self._since((queue.arn,), [job for job in found if job is not None], now)
        shares: dict[str, Positions] = {}
        if isinstance(queue.policy, QuotaSharePolicy):
            shares = {share: [] for share in sorted(queue.policy.shares)}
            for share in live.waiting_shares(queue.arn):
                first = list(islice(live.waiting_in(queue.arn, share), 1))
                shares[share] = self._since((queue.arn, share), first, now)
        return QueueFront(jobs, shares)

    def _since(self, key: tuple[str, ...], jobs: Sequence[Job], now: int) -> Positions:
        """Add to each job when it got its position: `now` if it has moved since the last call."""
        before = self._positions.get(key)
        if before is None:  # it was empty, so they have just come; or this is after a restart
            positions = [(job, job.since) for job in jobs]
        else:
            positions = [(job, before.get((place, job.id), now)) for place, job in enumerate(jobs)]
        self._positions[key] = {
            (place, job.id): since for place, (job, since) in enumerate(positions)
        }
        return positions
