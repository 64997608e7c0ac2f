"""One decision over all queues: those of a higher priority first, each by its own policy.

A queue without a policy is first in, first out: a job that does not fit holds back those behind it.
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html speaks of the job
that blocks the front of the queue.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import fair_share, quota_shares, reasons
from sjresource.emulator.scheduling.capacity import FreeCapacity
from sjresource.emulator.scheduling.share_usage import FairShareUsage
from sjresource.emulator.scheduling.state import FairSharePolicy, Plan, QuotaSharePolicy
from sjresource.emulator.scheduling.waiting_list import WaitingList

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.scheduling.state import Queue, RunningJob, State, WaitingJob


def make_plan(state: State, now: float, *, explain: bool = True) -> Plan:
    """Decide what starts, what is preempted, and what is blocked, at `now`.

    Without `explain` what is blocked has no `why`, which takes most of the time.

    "A job queue with a higher priority is given preference for service environments":
    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    used = ((job.environment, job.capacity) for job in state.running)
    free = FreeCapacity(state.environments, used)
    decided = Plan(explained=explain)
    for queue in sorted(state.queues, key=lambda queue: (-queue.priority, queue.arn)):
        lists = _waiting_lists(queue, state)
        if not lists:
            continue
        running = _running_in(queue, state)
        if isinstance(queue.policy, FairSharePolicy):
            usage = FairShareUsage(queue.policy, running, state.past.get(queue.arn, ()), now)
            fair_share.place(queue, queue.policy, lists, usage, free=free, plan=decided)
        elif isinstance(queue.policy, QuotaSharePolicy):
            quota_shares.QuotaSharePass(
                queue, queue.policy, lists, running=running, free=free, plan=decided
            ).run()
        else:
            _place_in_order(queue, lists[0], free, decided)
    return decided


def order(queue: Queue, state: State, now: float, most: int) -> list[WaitingJob]:
    """Return the first jobs of a queue, in the order in which they would start if all fitted.

    That is what GetJobQueueSnapshot calls the front of the queue:
    https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
    """
    lists = _waiting_lists(queue, state)
    running = _running_in(queue, state)
    if isinstance(queue.policy, FairSharePolicy):
        usage = FairShareUsage(queue.policy, running, state.past.get(queue.arn, ()), now)
        found = fair_share.order(lists, usage)
    elif isinstance(queue.policy, QuotaSharePolicy):
        found = quota_shares.order(queue.policy, lists, running)
    else:
        found = _submission_order(lists)
    return list(islice(found, most))


def _place_in_order(queue: Queue, waiting: WaitingList, free: FreeCapacity, plan: Plan) -> None:
    while (job := waiting.head) is not None:
        chosen = free.first_that_fits(queue.environments, job.capacity) if job.ready else None
        if chosen is None:
            explain = reasons.not_enough_capacity if plan.explained else reasons.status_reason_only
            plan.blocked[queue.arn, waiting.share] = explain(job, queue, free)
            return
        plan.placements[job.id] = chosen.arn
        free.reserve(chosen.arn, job.capacity)
        waiting.advance()


def _submission_order(lists: Sequence[WaitingList]) -> Iterator[WaitingJob]:
    for waiting in lists:
        while waiting.head is not None:
            yield waiting.head
            waiting.advance()


def _waiting_lists(queue: Queue, state: State) -> list[WaitingList]:
    shares = state.waiting.get(queue.arn, {})
    lists = [WaitingList(share, jobs) for share, jobs in shares.items()]
    return [each for each in lists if each.head is not None]


def _running_in(queue: Queue, state: State) -> list[RunningJob]:
    return [job for job in state.running if job.queue == queue.arn]
