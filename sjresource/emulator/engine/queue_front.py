"""The first waiting jobs of a queue and of its quota shares, and since when each has its place.

`earliestTimeAtPosition` is "for when the job transitioned to its current position in the job queue"
or "in the quota share":
https://docs.aws.amazon.com/batch/latest/APIReference/API_FrontOfQueueJobSummary.html and
.../API_FrontOfQuotaShareJobSummary.html. Every pass over the queues looks at the fronts, and so
does whoever asks for one.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from sjresource.emulator.engine.scheduling_state import state_of
from sjresource.emulator.scheduling import QuotaSharePolicy, order

if TYPE_CHECKING:
    from sjresource.emulator.scheduling import Queue, State
    from sjresource.emulator.store.queue_positions import Places
    from sjresource.emulator.store.store import Store

_FRONT: Final = 100


def see_fronts(store: Store, now: int) -> None:
    """Look at the fronts of all queues, so that each move is known with its time."""
    live = store.live
    waiting = set(live.waiting_queues())
    store.queue_positions.keep_only(
        line
        for queue in waiting
        for line in [(queue,), *((queue, share) for share in live.waiting_shares(queue))]
    )
    if not waiting:
        return
    state = state_of(store, lambda _: True)
    for queue in state.queues:
        if queue.arn in waiting:
            front_of_queue(store, queue, state, now)
            fronts_of_shares(store, queue, now)


def front_of_queue(store: Store, queue: Queue, state: State, now: int) -> Places:
    """Give the first hundred jobs of a queue; takes them out of `state`."""
    found = [store.live.get(each.id) for each in order(queue, state, now / 1000, _FRONT)]
    return store.queue_positions.record(
        (queue.arn,), [job for job in found if job is not None], now
    )


def fronts_of_shares(store: Store, queue: Queue, now: int) -> dict[str, Places]:
    """Give the first waiting job of each quota share, if it has any; nothing for other queues."""
    if not isinstance(queue.policy, QuotaSharePolicy):
        return {}
    live, seen = store.live, store.queue_positions
    fronts: dict[str, Places] = {share: [] for share in sorted(queue.policy.shares)}
    for share in live.waiting_shares(queue.arn):
        heads = list(islice(live.waiting_in(queue.arn, share), 1))
        fronts[share] = seen.record((queue.arn, share), heads, now)
    return fronts
