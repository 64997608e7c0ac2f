"""How full a queue and its shares are, and how it shares, as figures and in words. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sjresource.vocabulary import DISABLED, NUM_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]


class Unit(NamedTuple):
    """How much of one capacity unit is in use; a `limit` of None is not known."""

    capacity_unit: str
    used: float
    limit: int | None = None
    used_by_others: float = 0


class Share(NamedTuple):
    """A quota share or a fair share; None is what AWS did not tell, or does not apply.

    `borrow_limit` is in per cent, -1 means none.
    """

    name: str
    units: Sequence[Unit]
    state: str | None = None
    status: str | None = None
    strategy: str | None = None
    borrow_limit: int | None = None
    weight_factor: float | None = None
    preempts: bool = False


def scheduling(queue: QueueDescription) -> str | None:
    """Return FIFO, FAIR_SHARE or QUOTA_SHARE; None if the queue's policy is not known."""
    utilization = _utilization(queue)
    if (
        "quotaSharePolicy" in queue.policy
        or "frontOfQuotaShares" in queue.snapshot
        or "quotaShareUtilization" in utilization
    ):
        return "QUOTA_SHARE"
    if queue.policy or "fairshareUtilization" in utilization:
        return "FAIR_SHARE"
    return None if queue.queue.get("schedulingPolicyArn") else "FIFO"


SCHEDULING_WORDS: Final = {
    "FIFO": "first in, first out",
    "FAIR_SHARE": "fair share",
    "QUOTA_SHARE": "quota shares",
    None: "by a scheduling policy",
}


def units(queue: QueueDescription) -> list[Unit]:
    """Return each unit: what the queue's jobs use of what its service environments have in all.

    A disabled environment has nothing to give. How much of what other queues use is in these
    environments is not known, so it is taken to be as much as there can be.
    """
    limits: Counter[str] = Counter()
    for environment in queue.environments:
        enabled = environment.get("state") != DISABLED
        for unit, most in limits_of(environment).items():
            limits[unit] += most if enabled else 0
    used = _units(amounts(_utilization(queue).get("totalCapacityUsage", [])), limits)
    others = amounts(queue.used_by_others)
    return [_beside(unit, _quantity(others, unit.capacity_unit)) for unit in used]


def shares(queue: QueueDescription) -> list[Share]:
    """Return each share by name, those included that only the policy or a job names."""
    used = _used_by_share(queue)
    described = {share["quotaShareName"]: share for share in queue.shares or ()}
    weights = {
        each["shareIdentifier"]: each.get("weightFactor")
        for each in queue.policy.get("fairsharePolicy", {}).get("shareDistribution", [])
    }
    named = {name for job in queue.jobs if (name := share_name(job))}
    return [
        _share(name, described.get(name, {}), used.get(name, {}), weights.get(name))
        for name in sorted({*described, *used, *weights, *named})
    ]


def share_name(job: Detail) -> str | None:
    """Return the quota share, or the share identifier, of a job or of a share's utilization."""
    return job.get("quotaShareName") or job.get("shareIdentifier")


def share_units(share: Detail, queue: QueueDescription) -> list[Unit]:
    """Return each unit of a described quota share: what its jobs use of its own limit."""
    return _units(_used_by_share(queue).get(share["quotaShareName"], {}), limits_of(share))


def to_lend(share: Share, unit: Unit) -> float:
    """Return how much of its own capacity a share has to lend at the moment."""
    lends = share.strategy in ("LEND", "LEND_AND_BORROW") and unit.limit is not None
    return max(0, (unit.limit or 0) - unit.used) if lends else 0


def sharing_words(share: Share) -> str:
    """Return `lends, borrows up to 50 %`, `reserves` or `weight 0.5`; "" if nothing is known."""
    if share.weight_factor is not None:
        return f"weight {share.weight_factor:g}"
    if share.strategy == "LEND_AND_BORROW" and share.borrow_limit != 0:
        limit = share.borrow_limit
        return "lends, borrows" + ("" if limit is None or limit < 0 else f" up to {limit} %")
    return {None: "", "RESERVE": "reserves"}.get(share.strategy, "lends")


def could_run(environment: Detail, wanted: Mapping[str, float]) -> bool:
    """Return whether a service environment could ever run so many instances, by their types."""
    limits = limits_of(environment)
    if NUM_INSTANCES in limits:
        return sum(wanted.values()) <= limits[NUM_INSTANCES]
    return all(count <= limits.get(unit, 0) for unit, count in wanted.items())


def limits_of(thing: Detail) -> dict[str, int]:
    """Return the capacity limits of an environment or a quota share, by unit."""
    return {
        limit["capacityUnit"]: limit["maxCapacity"]
        for limit in thing.get("capacityLimits", [])
        if "capacityUnit" in limit and "maxCapacity" in limit
    }


def amounts(usage: Iterable[Detail]) -> dict[str, float]:
    """Return quantities of AWS's capacity usage, by unit; its model requires neither of the two."""
    total: Counter[str] = Counter()
    for each in usage:
        if "capacityUnit" in each and "quantity" in each:
            total[each["capacityUnit"]] += each["quantity"]
    return dict(total)


def amount_words(wanted: Mapping[str, float]) -> str:
    """Return quantities by unit in words: `2 ml.p5.48xlarge and 1 ml.g5.xlarge`."""
    return " and ".join(f"{count:g} {unit_word(unit, count)}" for unit, count in wanted.items())


def too_large_words(
    wanted: Mapping[str, float], resources: Iterable[Detail], whose: str = "its environments"
) -> str:
    """Return that instances, by type, are more than environments or a share can ever give."""
    limits = " or ".join(amount_words(limits_of(each)) or "none" for each in resources)
    return f"asks for {amount_words(wanted)}, more than {whose} can ever give: {limits}"


TOO_LARGE_ADVICE: Final = "raise max_capacity, or lower InstanceCount"
"""For a job that asks for more than its environments can ever give."""


def use_words(unit: Unit, of: str = "of") -> str:
    """Return how much of a unit is in use, in words: `3 of 4 ml.m5.large`."""
    limit = "?" if unit.limit is None else f"{unit.limit:g}"
    used = unit.used + unit.used_by_others
    return f"{used:g} {of} {limit} {unit_word(unit.capacity_unit)}"


def unit_word(unit: str, count: float = 0) -> str:
    """Return a unit as people call it: an instance type, `instance` or `instances`."""
    if unit != NUM_INSTANCES:
        return unit
    return "instance" if count == 1 else "instances"


def needed(job: Detail, unit: str) -> float:
    """Return how much of a unit a job needs; at least one, where AWS does not tell it."""
    usage = job.get("capacityUsage")
    return _quantity(amounts(usage), unit) if usage else 1


def _quantity(used: Mapping[str, float], unit: str) -> float:
    return sum(used.values()) if unit == NUM_INSTANCES else used.get(unit, 0)


def _units(used: Mapping[str, float], limits: Mapping[str, int]) -> list[Unit]:
    """Set use against limits: instances of every type count where instances are limited."""
    counted = dict(used)
    if NUM_INSTANCES in limits:
        others = [unit for unit in used if unit not in limits]
        counted[NUM_INSTANCES] = used.get(NUM_INSTANCES, 0) + sum(map(counted.pop, others))
    return [
        Unit(unit, counted.get(unit, 0), limits.get(unit)) for unit in sorted({*counted, *limits})
    ]


def _beside(unit: Unit, others: float) -> Unit:
    left = 0 if unit.limit is None else max(0, unit.limit - unit.used)
    return unit._replace(used_by_others=min(others, left))


def _utilization(queue: QueueDescription) -> Detail:
    utilization: Detail = queue.snapshot.get("queueUtilization", {})
    return utilization


def _used_by_share(queue: QueueDescription) -> dict[str | None, dict[str, float]]:
    return {
        share_name(top): amounts(top.get("capacityUsage", []))
        for kind in ("quotaShareUtilization", "fairshareUtilization")
        for top in _utilization(queue).get(kind, {}).get("topCapacityUtilization", [])
    }


def _share(name: str, described: Detail, used: Mapping[str, float], weight: float | None) -> Share:
    """Return a share; one that may borrow has no limit unless AWS returns one.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    sharing = described.get("resourceSharingConfiguration", {})
    default = -1 if sharing.get("strategy") == "LEND_AND_BORROW" else None
    preemption = described.get("preemptionConfiguration", {}).get("inSharePreemption")
    return Share(
        name=name,
        units=_units(used, limits_of(described)),
        state=described.get("state"),
        status=described.get("status"),
        strategy=sharing.get("strategy"),
        borrow_limit=sharing.get("borrowLimit", default),
        weight_factor=weight,
        preempts=preemption == "ENABLED",
    )
