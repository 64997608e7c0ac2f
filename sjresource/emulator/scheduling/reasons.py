"""Says why a job waits, with numbers, and what Batch shows of it.

Batch gives a reason only where a job can never start as things are:
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_misconfiguration.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sjresource.emulator.scheduling.capacity import NUM_INSTANCES
from sjresource.emulator.scheduling.state import BlockedJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.emulator.scheduling.capacity import Environment, FreeCapacity
    from sjresource.emulator.scheduling.share_usage import QuotaShareUsage
    from sjresource.emulator.scheduling.state import FairShareUsage, Queue, WaitingJob, WaitingList

TOO_LARGE: Final = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with "
    "the job queue cannot meet the capacity requirement of the job."
)
LIMIT_EXCEEDED: Final = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - "
_OVER_ITS_OWN: Final = "Job requirements exceed quota share capacity limits."
_OVER_ITS_MOST: Final = "Job requirements exceed quota share capacity limits and borrow limits."
_OVER_ALL: Final = "Job requires borrowing that exceeds all configured borrowable capacity."

CROSS_SHARE: Final = "Cross-share preemption triggered to reclaim borrowed capacity"
"""https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html"""

IN_SHARE: Final = "In-share preemption triggered by a job of a higher priority"
"""Ours: AWS shows no such event."""


def limit_exceeded(share: str, job: WaitingJob, holdings: QuotaShareUsage) -> str | None:
    """Return Batch's reason for a job that its share's rules never allow, None for others."""
    rules = holdings.share(share)
    for unit, count in job.capacity.items():
        own, most = rules.limits.get(unit, 0), rules.most_borrowed(unit)
        if not rules.borrows and count > own:
            return LIMIT_EXCEEDED + _OVER_ITS_OWN
        if most is not None and count > own + most:
            return LIMIT_EXCEEDED + _OVER_ITS_MOST
        if count > own + holdings.lendable_to(share, unit):
            return LIMIT_EXCEEDED + _OVER_ALL
    return None


def status_reason_only(
    job: WaitingJob, queue: Queue, room: FreeCapacity, exceeded: str | None = None
) -> BlockedJob:
    """Give only what Batch shows, which is quickly found."""
    return BlockedJob(job.id, "", exceeded if _able(job, queue, room) else TOO_LARGE)


def not_enough_capacity(
    job: WaitingJob, queue: Queue, room: FreeCapacity, *, reserved: float = 0
) -> BlockedJob:
    """Say why the job whose turn it is does not start; `reserved` is a part that stays free."""
    return _no_room(job, queue, room, lambda each: _kept_for_others(job, each, reserved))


def _no_room(
    job: WaitingJob,
    queue: Queue,
    room: FreeCapacity,
    set_aside: Callable[[Environment], str],
    users: str = "running jobs",
) -> BlockedJob:
    able = _able(job, queue, room)
    if not able:
        return _too_large(job, queue, room)
    if not job.ready:
        return BlockedJob(job.id, "it is held in RUNNABLE for a while")
    if not any(environment.open for environment in able):
        return BlockedJob(job.id, "the environments that are large enough take no jobs")
    free = " and ".join(_free(job, each, room) + set_aside(each) for each in able if each.open)
    return BlockedJob(job.id, f"it needs {amount(job.capacity)}; {users} use the capacity: {free}")


def not_its_turn(line: WaitingList, first: WaitingList, use: FairShareUsage) -> BlockedJob:
    """Say whose turn it is instead in a fair-share queue."""
    job = line.head
    before = first.head
    return BlockedJob(
        "" if job is None else job.id,
        f"job {'' if before is None else before.id}, whose turn it is: "
        f"share {first.share} {_used(first.share, use)}, share {line.share} "
        f"{_used(line.share, use)}",
    )


def over_quota(
    share: str,
    job: WaitingJob,
    queue: Queue,
    *,
    holdings: QuotaShareUsage,
    room: FreeCapacity,
    giving_way: Sequence[str],
) -> BlockedJob:
    """Say why the head of a quota share waits; jobs that are `giving_way` stop for it."""
    if not _able(job, queue, room):
        return _too_large(job, queue, room)
    if (exceeded := limit_exceeded(share, job, holdings)) is not None:
        most = _limits(share, job.capacity, holdings)
        return BlockedJob(job.id, f"it needs {amount(job.capacity)}; {most}", exceeded)
    if giving_way:
        return BlockedJob(job.id, f"{_listed(giving_way)}, preempted for it, to stop")
    reserved = _reserved(share, job, holdings)
    if not job.ready or holdings.within_quota(share, job.capacity):
        users = "running jobs and reservations" if reserved else "running jobs"
        blocked = _no_room(job, queue, room, lambda _: reserved, users)
        standing = ", ".join(_standing(share, unit, holdings) for unit in job.capacity)
        return BlockedJob(job.id, f"{blocked.why}; {standing}")
    short = next(
        unit
        for unit, count in job.capacity.items()
        if not holdings.within_quota(share, {unit: count})
    )
    free = " and ".join(_free(job, each, room) + reserved for each in _able(job, queue, room))
    return BlockedJob(
        job.id,
        f"it needs {amount(job.capacity)}; {_standing(share, short, holdings)} "
        f"{_borrowing(share, short, holdings)}; {free}",
    )


def amount(capacity: Mapping[str, int]) -> str:
    """Write instances by type."""
    counts = [f"{count} {_kind(unit, count)}" for unit, count in capacity.items()]
    return " and ".join(counts) or "nothing"


def _too_large(job: WaitingJob, queue: Queue, room: FreeCapacity) -> BlockedJob:
    known = [room.environments[arn] for arn in queue.environments if arn in room.environments]
    largest = " and ".join(f"{each.name} has {amount(each.limits)} in all" for each in known)
    why = f"no environment of the queue is large enough: it needs {amount(job.capacity)}"
    return BlockedJob(job.id, f"{why}, {largest}" if largest else why, TOO_LARGE)


def _able(job: WaitingJob, queue: Queue, room: FreeCapacity) -> list[Environment]:
    known = [room.environments[arn] for arn in queue.environments if arn in room.environments]
    return [environment for environment in known if environment.could_hold(job.capacity)]


def _free(job: WaitingJob, environment: Environment, room: FreeCapacity) -> str:
    counts = {
        unit: f"{max(0, room.free(environment.arn, unit))} of {limit}"
        for unit, limit in environment.limits.items()
        if unit in environment.units(job.capacity)
    }
    free = " and ".join(f"{count} {_kind(unit)}" for unit, count in counts.items())
    return f"{free} free in {environment.name}"


def _kept_for_others(job: WaitingJob, environment: Environment, reserved: float) -> str:
    """Word how much stays free for fair shares that are not active yet."""
    units = environment.units(job.capacity)
    kept = {unit: int(environment.limits.get(unit, 0) * reserved) for unit in units}
    kept = {unit: count for unit, count in kept.items() if count}
    return f", of which {amount(kept)} are kept for shares to come" if kept else ""


def _reserved(share: str, job: WaitingJob, holdings: QuotaShareUsage) -> str:
    """Word what other quota shares keep for themselves of what a job needs."""
    kept = {unit: holdings.reserved_from(share, unit) for unit in job.capacity}
    kept = {unit: count for unit, count in kept.items() if count}
    names = sorted({name for unit in kept for name in holdings.reserving(share, unit)})
    of_whom = f"share{'s' if len(names) > 1 else ''} {' and '.join(names)}"
    return f", {amount(kept)} reserved for {of_whom}" if kept else ""


def _kind(unit: str, count: int = 2) -> str:
    if unit == NUM_INSTANCES:
        return "instance" if count == 1 else "instances"
    return unit


def _used(share: str, use: FairShareUsage) -> str:
    held, average = use.held.get(share, 0), use.average.get(share, 0.0)
    return f"holds {held} and held {average:.1f} on average (score {use.score(share):.2f})"


def _standing(share: str, unit: str, holdings: QuotaShareUsage) -> str:
    limit = holdings.share(share).limits.get(unit, 0)
    return f"share {share} is at {holdings.held(share, unit)} of {limit} {unit}"


def _limits(share: str, capacity: Mapping[str, int], holdings: QuotaShareUsage) -> str:
    rules = holdings.share(share)
    own = amount({unit: rules.limits.get(unit, 0) for unit in capacity})
    most = {unit: rules.most_borrowed(unit) for unit in capacity}
    if all(count == 0 for count in most.values()):
        return f"share {share} has {own} in all and may not borrow"
    borrowed = " and ".join(
        f"as many {unit} as others lend" if count is None else f"{count} {unit}"
        for unit, count in most.items()
    )
    return f"share {share} has {own} and may borrow {borrowed}"


def _borrowing(share: str, unit: str, holdings: QuotaShareUsage) -> str:
    most, borrowed = holdings.share(share).most_borrowed(unit), holdings.borrowed(share, unit)
    if most == 0:
        return "and may not borrow"
    may = "without limit" if most is None else str(most)
    lent = {name: count for name, count in holdings.borrowers(unit).items() if name != share}
    idle = holdings.idle_to_lend(unit)
    told = f"and may borrow {may}, has {borrowed}; " if borrowed else f"and may borrow {may}; "
    if not idle:
        return told + "no share has any to lend"
    has = " and ".join(f"{name} has {count}" for name, count in sorted(lent.items()))
    return f"{told}of the {idle} that shares lend, {has or 'nobody else has any'}"


def _listed(ids: Sequence[str]) -> str:
    return f"job{'s' if len(ids) > 1 else ''} {', '.join(ids)}"
