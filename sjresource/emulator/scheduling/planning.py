"""One decision over all queues: those of a higher priority first, each by its own policy."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import fair_share, first_in_first_out, quota_shares
from sjresource.emulator.scheduling.capacity import FreeCapacity
from sjresource.emulator.scheduling.state import (
    FairSharePolicy,
    Plan,
    QuotaSharePolicy,
    WaitingList,
)

if TYPE_CHECKING:
    from sjresource.emulator.scheduling.state import Queue, State, WaitingJob


def plan(state: State, now: float, *, explain: bool = True) -> Plan:
    """Decide what starts, what is preempted, and what is blocked, at `now`.

    Without `explain` nothing is told of why, which takes most of the time.

    "A job queue with a higher priority is given preference for service environments":
    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    room = FreeCapacity(
        state.environments, ((job.environment, job.capacity) for job in state.running)
    )
    decided = Plan(explained=explain)
    for queue in sorted(state.queues, key=lambda queue: (-queue.priority, queue.arn)):
        lines = _lines(queue, state)
        if not lines:
            continue
        running = [job for job in state.running if job.queue == queue.arn]
        if isinstance(queue.policy, FairSharePolicy):
            past = state.past.get(queue.arn, ())
            use = fair_share.use_of(queue.policy, running, past, now)
            fair_share.place(queue, queue.policy, lines, use, room=room, plan=decided)
        elif isinstance(queue.policy, QuotaSharePolicy):
            quota_shares.QuotaSharePass(
                queue, queue.policy, lines, running=running, room=room, plan=decided
            ).run()
        else:
            first_in_first_out.place(queue, lines[0], room, decided)
    return decided


def order(queue: Queue, state: State, now: float, most: int) -> list[WaitingJob]:
    """Give the first jobs of a queue in the order in which they would go if there were room.

    That is what GetJobQueueSnapshot calls the front of the queue:
    https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
    """
    lines = _lines(queue, state)
    running = [job for job in state.running if job.queue == queue.arn]
    if isinstance(queue.policy, FairSharePolicy):
        past = state.past.get(queue.arn, ())
        use = fair_share.use_of(queue.policy, running, past, now)
        found = fair_share.order(lines, use)
    elif isinstance(queue.policy, QuotaSharePolicy):
        found = quota_shares.order(queue.policy, lines, running)
    else:
        found = first_in_first_out.order(lines)
    return list(islice(found, most))


def _lines(queue: Queue, state: State) -> list[WaitingList]:
    made = [WaitingList(share, jobs) for share, jobs in state.waiting.get(queue.arn, {}).items()]
    return [line for line in made if line.head is not None]
