"""Fair share: the share that has used least, by its weight, goes next.

Documented (https://docs.aws.amazon.com/batch/latest/userguide/fair-share-scheduling.html,
.../APIReference/API_FairsharePolicy.html): use is summed over running and recent jobs, recent use
counts more; a weight of 1/8 gives eight times as much as 1; of the capacity a part of
(computeReservation/100)^ActiveFairShares stays free for shares that are not active yet; in a share,
a higher schedulingPriority goes first. Believed: the formula of `score`, that the job whose turn it
is holds back all others until it fits, and that the reserved part is rounded down to instances and
does not hold back a job that finds its environment empty.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.scheduling.capacity import Environment, FreeCapacity
    from sjresource.emulator.scheduling.share_usage import FairShareUsage
    from sjresource.emulator.scheduling.state import FairSharePolicy, Plan, Queue, WaitingJob
    from sjresource.emulator.scheduling.waiting_list import WaitingList


def place(
    queue: Queue,
    policy: FairSharePolicy,
    lists: Sequence[WaitingList],
    usage: FairShareUsage,
    *,
    free: FreeCapacity,
    plan: Plan,
) -> None:
    """Place the job whose turn it is, again and again, until one does not fit."""
    active = usage.active(each.share for each in lists)
    reserved = (policy.compute_reservation / 100) ** active
    for turn, job in _turns(lists, usage):
        chosen = _choose(job, queue, free, reserved) if job.ready else None
        if chosen is None:
            _block(turn, lists, queue, usage, free=free, reserved=reserved, plan=plan)
            return
        plan.placements[job.id] = chosen.arn
        free.reserve(chosen.arn, job.capacity)


def order(lists: Sequence[WaitingList], usage: FairShareUsage) -> Iterator[WaitingJob]:
    """Yield the jobs in the order of their turns, as if there were capacity for all."""
    return (job for _, job in _turns(lists, usage))


_Turn = tuple[float, int, str, "WaitingList", "WaitingJob"]
"""The score of a share, the sequence of its next job, the share, its list, and that job."""


def _turns(
    lists: Sequence[WaitingList], usage: FairShareUsage
) -> Iterator[tuple[WaitingList, WaitingJob]]:
    """Yield the job whose turn it is, with its list; to go on means that it was placed."""
    turns = [_turn(each, each.head, usage) for each in lists if each.head is not None]
    heapq.heapify(turns)
    while turns:
        _, _, share, waiting, job = turns[0]
        yield waiting, job
        usage.add(share, job.instances)
        waiting.advance()
        if waiting.head is None:
            heapq.heappop(turns)
        else:
            heapq.heapreplace(turns, _turn(waiting, waiting.head, usage))


def _turn(waiting: WaitingList, job: WaitingJob, usage: FairShareUsage) -> _Turn:
    return usage.score(waiting.share), job.sequence, waiting.share, waiting, job


def _choose(
    job: WaitingJob, queue: Queue, free: FreeCapacity, reserved: float
) -> Environment | None:
    for environment in free.known(queue.environments):
        fits = environment.open and free.fits(environment.arn, job.capacity)
        if fits and _leaves_reserved(job, environment, free, reserved):
            return environment
    return None


def _leaves_reserved(
    job: WaitingJob, environment: Environment, free: FreeCapacity, reserved: float
) -> bool:
    """Return whether a job leaves the reserved part free, or finds the environment empty."""
    return all(
        free.used(environment.arn, unit) <= 0
        or free.free(environment.arn, unit) - count
        >= int(environment.limits.get(unit, 0) * reserved)
        for unit, count in environment.units(job.capacity).items()
    )


def _block(
    turn: WaitingList,
    lists: Sequence[WaitingList],
    queue: Queue,
    usage: FairShareUsage,
    *,
    free: FreeCapacity,
    reserved: float,
    plan: Plan,
) -> None:
    """Record why the job whose turn it is waits, and the other shares behind it."""
    for each in lists:
        if each.head is None:
            continue
        if not plan.explained:
            blocked = reasons.status_reason_only(each.head, queue, free)
        elif each is turn:
            blocked = reasons.not_enough_capacity(each.head, queue, free, reserved=reserved)
        else:
            blocked = reasons.not_its_turn(each, turn, usage)
        plan.blocked[queue.arn, each.share] = blocked
