"""Fair share: whoever has used least, by its weight, goes next.

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
from sjresource.emulator.scheduling.state import FairShareUsage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sjresource.emulator.scheduling.capacity import Environment, FreeCapacity
    from sjresource.emulator.scheduling.state import (
        FairSharePolicy,
        Plan,
        Queue,
        RunningJob,
        UsagePeriod,
        WaitingJob,
        WaitingList,
    )


def use_of(
    policy: FairSharePolicy,
    running: Iterable[RunningJob],
    past: Iterable[UsagePeriod],
    now: float,
) -> FairShareUsage:
    """Sum up what a queue's shares hold and held."""
    use = FairShareUsage(policy, now)
    for job in running:
        use.add(job.share, sum(job.capacity.values()), job.since)
    for period in past:
        use.add(period.share, period.instances, period.start, period.end)
    return use


def place(
    queue: Queue,
    policy: FairSharePolicy,
    lines: Sequence[WaitingList],
    use: FairShareUsage,
    *,
    room: FreeCapacity,
    plan: Plan,
) -> None:
    """Place the job whose turn it is, again and again, until one does not fit."""
    active = use.active(line.share for line in lines)
    reserved = (policy.compute_reservation / 100) ** active
    turns = _turns(lines, use)
    while turns:
        line = turns[0][3]
        job = line.head
        if job is None:
            heapq.heappop(turns)
            continue
        chosen = _choose(job, queue, room, reserved) if job.ready else None
        if chosen is None:
            _block(queue, turns, use, room=room, reserved=reserved, plan=plan)
            return
        plan.placements[job.id] = chosen.arn
        room.reserve(chosen.arn, job.capacity)
        _hold(turns, use, job)


def order(lines: Sequence[WaitingList], use: FairShareUsage) -> Iterator[WaitingJob]:
    """Go through the jobs in the order of their turns, as if there were room for all."""
    turns = _turns(lines, use)
    while turns:
        job = turns[0][3].head
        if job is None:
            heapq.heappop(turns)
            continue
        yield job
        _hold(turns, use, job)


_Turn = tuple[float, int, str, "WaitingList"]


def _turns(lines: Sequence[WaitingList], use: FairShareUsage) -> list[_Turn]:
    turns = [
        (use.score(line.share), line.head.sequence, line.share, line)
        for line in lines
        if line.head is not None
    ]
    heapq.heapify(turns)
    return turns


def _hold(turns: list[_Turn], use: FairShareUsage, job: WaitingJob) -> None:
    line = turns[0][3]
    use.held[line.share] = use.held.get(line.share, 0) + job.instances
    line.advance()
    if line.head is None:
        heapq.heappop(turns)
    else:
        score = use.score(line.share)
        heapq.heapreplace(turns, (score, line.head.sequence, line.share, line))


def _choose(
    job: WaitingJob, queue: Queue, room: FreeCapacity, reserved: float
) -> Environment | None:
    for arn in queue.environments:
        environment = room.first_that_fits([arn], job.capacity)
        if environment is not None and _leaves(job, environment, room, reserved):
            return environment
    return None


def _leaves(job: WaitingJob, environment: Environment, room: FreeCapacity, reserved: float) -> bool:
    """Tell whether a job leaves free what is reserved, or finds nothing else there."""
    return all(
        room.used(environment.arn, unit) <= 0
        or room.free(environment.arn, unit) - count
        >= int(environment.limits.get(unit, 0) * reserved)
        for unit, count in environment.units(job.capacity).items()
    )


def _block(
    queue: Queue,
    turns: list[_Turn],
    use: FairShareUsage,
    *,
    room: FreeCapacity,
    reserved: float,
    plan: Plan,
) -> None:
    first = turns[0][3]
    for _, _, _, line in turns:
        if line.head is None:
            continue
        if not plan.explained:
            blocked = reasons.status_reason_only(line.head, queue, room)
        elif line is first:
            blocked = reasons.not_enough_capacity(line.head, queue, room, reserved=reserved)
        else:
            blocked = reasons.not_its_turn(line, first, use)
        plan.blocked[queue.arn, line.share] = blocked
