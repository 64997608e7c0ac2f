"""Explains why a job waits, with numbers, and which status reason Batch shows for it.

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
    from sjresource.emulator.scheduling.share_usage import FairShareUsage, QuotaShareUsage
    from sjresource.emulator.scheduling.state import Queue, WaitingJob
    from sjresource.emulator.scheduling.waiting_list import WaitingList

TOO_LARGE: Final = (
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - Service environment(s) associated with "
    "the job queue cannot meet the capacity requirement of the job."
)
LIMIT_EXCEEDED: Final = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED - "
_OVER_LIMIT: Final = "Job requirements exceed quota share capacity limits."
_OVER_BORROW_LIMIT: Final = "Job requirements exceed quota share capacity limits and borrow limits."
_OVER_LENDABLE: Final = "Job requires borrowing that exceeds all configured borrowable capacity."

CROSS_SHARE: Final = "Cross-share preemption triggered to reclaim borrowed capacity"
"""https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html"""

IN_SHARE: Final = "In-share preemption triggered by a job of a higher priority"
"""Ours: AWS shows no such event."""


def limit_exceeded(share: str, job: WaitingJob, usage: QuotaShareUsage) -> str | None:
    """Return Batch's reason if a share's configuration never allows a job, else None."""
    configuration = usage.share(share)
    for unit, count in job.capacity.items():
        own, most = configuration.limits.get(unit, 0), configuration.most_borrowed(unit)
        if not configuration.borrows and count > own:
            return LIMIT_EXCEEDED + _OVER_LIMIT
        if most is not None and count > own + most:
            return LIMIT_EXCEEDED + _OVER_BORROW_LIMIT
        if count > own + usage.lendable_to(share, unit):
            return LIMIT_EXCEEDED + _OVER_LENDABLE
    return None


def status_reason_only(
    job: WaitingJob, queue: Queue, free: FreeCapacity, exceeded: str | None = None
) -> BlockedJob:
    """Return only Batch's status reason; cheaper than the full explanation."""
    return BlockedJob(job.id, "", exceeded if _large_enough(job, queue, free) else TOO_LARGE)


def not_enough_capacity(
    job: WaitingJob, queue: Queue, free: FreeCapacity, *, reserved: float = 0
) -> BlockedJob:
    """Explain why the job whose turn it is does not start; a `reserved` part stays free."""
    return _waits_for_capacity(
        job, queue, free, lambda each: _kept_for_future_shares(job, each, reserved)
    )


def _waits_for_capacity(
    job: WaitingJob,
    queue: Queue,
    free: FreeCapacity,
    set_aside: Callable[[Environment], str],
    users: str = "running jobs",
) -> BlockedJob:
    able = _large_enough(job, queue, free)
    if not able:
        return _too_large(job, queue, free)
    if not job.ready:
        return BlockedJob(job.id, "it is held in RUNNABLE for a while")
    if not any(environment.open for environment in able):
        return BlockedJob(job.id, "the environments that are large enough take no jobs")
    room = " and ".join(_free_in(job, each, free) + set_aside(each) for each in able if each.open)
    return BlockedJob(job.id, f"it needs {_amount(job.capacity)}; {users} use the capacity: {room}")


def not_its_turn(waiting: WaitingList, turn: WaitingList, usage: FairShareUsage) -> BlockedJob:
    """Explain whose turn it is instead in a fair-share queue."""
    job, before = waiting.head, turn.head
    return BlockedJob(
        "" if job is None else job.id,
        f"job {'' if before is None else before.id}, whose turn it is: "
        f"share {turn.share} {_fair_usage(turn.share, usage)}, share {waiting.share} "
        f"{_fair_usage(waiting.share, usage)}",
    )


def over_quota(
    share: str,
    job: WaitingJob,
    queue: Queue,
    *,
    usage: QuotaShareUsage,
    free: FreeCapacity,
    preempted: Sequence[str],
) -> BlockedJob:
    """Explain why the first job of a quota share waits; the `preempted` jobs stop for it."""
    if not _large_enough(job, queue, free):
        return _too_large(job, queue, free)
    if (exceeded := limit_exceeded(share, job, usage)) is not None:
        most = _own_and_borrowed_limits(share, job.capacity, usage)
        return BlockedJob(job.id, f"it needs {_amount(job.capacity)}; {most}", exceeded)
    if preempted:
        return BlockedJob(job.id, f"{_listed(preempted)}, preempted for it, to stop")
    reserved = _reserved_by_others(share, job, usage)
    if not job.ready or usage.within_quota(share, job.capacity):
        users = "running jobs and reservations" if reserved else "running jobs"
        blocked = _waits_for_capacity(job, queue, free, lambda _: reserved, users)
        shares = ", ".join(_usage_of_limit(share, unit, usage) for unit in job.capacity)
        return BlockedJob(job.id, f"{blocked.why}; {shares}")
    short = next(
        unit for unit, count in job.capacity.items() if not usage.within_quota(share, {unit: count})
    )
    able = _large_enough(job, queue, free)
    room = " and ".join(_free_in(job, each, free) + reserved for each in able)
    return BlockedJob(
        job.id,
        f"it needs {_amount(job.capacity)}; {_usage_of_limit(share, short, usage)} "
        f"{_borrowing(share, short, usage)}; {room}",
    )


def _amount(capacity: Mapping[str, int]) -> str:
    """Return instances by type in words."""
    counts = [f"{count} {_unit_name(unit, count)}" for unit, count in capacity.items()]
    return " and ".join(counts) or "nothing"


def _too_large(job: WaitingJob, queue: Queue, free: FreeCapacity) -> BlockedJob:
    known = free.known(queue.environments)
    largest = " and ".join(f"{each.name} has {_amount(each.limits)} in all" for each in known)
    why = f"no environment of the queue is large enough: it needs {_amount(job.capacity)}"
    return BlockedJob(job.id, f"{why}, {largest}" if largest else why, TOO_LARGE)


def _large_enough(job: WaitingJob, queue: Queue, free: FreeCapacity) -> list[Environment]:
    known = free.known(queue.environments)
    return [environment for environment in known if environment.could_hold(job.capacity)]


def _free_in(job: WaitingJob, environment: Environment, free: FreeCapacity) -> str:
    counts = {
        unit: f"{max(0, free.free(environment.arn, unit))} of {limit}"
        for unit, limit in environment.limits.items()
        if unit in environment.units(job.capacity)
    }
    room = " and ".join(f"{count} {_unit_name(unit)}" for unit, count in counts.items())
    return f"{room} free in {environment.name}"


def _kept_for_future_shares(job: WaitingJob, environment: Environment, reserved: float) -> str:
    """Return in words how much stays free for fair shares that are not active yet."""
    units = environment.units(job.capacity)
    kept = {unit: int(environment.limits.get(unit, 0) * reserved) for unit in units}
    kept = {unit: count for unit, count in kept.items() if count}
    return f", of which {_amount(kept)} are kept for shares to come" if kept else ""


def _reserved_by_others(share: str, job: WaitingJob, usage: QuotaShareUsage) -> str:
    """Return in words what other quota shares keep for themselves of what a job needs."""
    kept = {unit: usage.reserved_from(share, unit) for unit in job.capacity}
    kept = {unit: count for unit, count in kept.items() if count}
    names = sorted({name for unit in kept for name in usage.reserving(share, unit)})
    of_whom = f"share{'s' if len(names) > 1 else ''} {' and '.join(names)}"
    return f", {_amount(kept)} reserved for {of_whom}" if kept else ""


def _unit_name(unit: str, count: int = 2) -> str:
    if unit == NUM_INSTANCES:
        return "instance" if count == 1 else "instances"
    return unit


def _fair_usage(share: str, usage: FairShareUsage) -> str:
    used, average = usage.used.get(share, 0), usage.average.get(share, 0.0)
    return f"holds {used} and held {average:.1f} on average (score {usage.score(share):.2f})"


def _usage_of_limit(share: str, unit: str, usage: QuotaShareUsage) -> str:
    limit = usage.share(share).limits.get(unit, 0)
    return f"share {share} is at {usage.used(share, unit)} of {limit} {unit}"


def _own_and_borrowed_limits(
    share: str, capacity: Mapping[str, int], usage: QuotaShareUsage
) -> str:
    configuration = usage.share(share)
    own = _amount({unit: configuration.limits.get(unit, 0) for unit in capacity})
    most = {unit: configuration.most_borrowed(unit) for unit in capacity}
    if all(count == 0 for count in most.values()):
        return f"share {share} has {own} in all and may not borrow"
    borrowed = " and ".join(
        f"as many {unit} as others lend" if count is None else f"{count} {unit}"
        for unit, count in most.items()
    )
    return f"share {share} has {own} and may borrow {borrowed}"


def _borrowing(share: str, unit: str, usage: QuotaShareUsage) -> str:
    most, borrowed = usage.share(share).most_borrowed(unit), usage.borrowed(share, unit)
    if most == 0:
        return "and may not borrow"
    may = "without limit" if most is None else str(most)
    lent = {name: count for name, count in usage.borrowers(unit).items() if name != share}
    idle = usage.idle_to_lend(unit)
    limit = f"and may borrow {may}, has {borrowed}; " if borrowed else f"and may borrow {may}; "
    if not idle:
        return limit + "no share has any to lend"
    has = " and ".join(f"{name} has {count}" for name, count in sorted(lent.items()))
    return f"{limit}of the {idle} that shares lend, {has or 'nobody else has any'}"


def _listed(ids: Sequence[str]) -> str:
    return f"job{'s' if len(ids) > 1 else ''} {', '.join(ids)}"
