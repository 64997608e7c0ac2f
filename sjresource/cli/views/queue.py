"""What is shown of a queue: how full it is, who holds what, who waits for what. Pure.

Its shape is that of `sjresource/cli/schemas/queue.json`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.models import property_name
from sjresource.status.detail import queue_place, share_words, stopped_words
from sjresource.status.text import nth, status_since
from sjresource.vocabulary import HOLDS_CAPACITY, MISCONFIGURATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sjresource.status.queue_reader import QueueSeen

    Detail = Mapping[str, Any]
    Labels = Mapping[str, str]


_INSTANCES = "NUM_INSTANCES"


def queue_view(seen: QueueSeen, labels: Labels) -> dict[str, Any]:
    """Sum a queue up; `labels` are the resource names of the stack's jobs, by ARN."""
    running = [job for job in seen.jobs if job["status"] in HOLDS_CAPACITY]
    running.sort(key=lambda job: status_since(job) or 0)
    waiting = waiting_in_order(seen)
    return {
        "queue": {
            "arn": seen.queue["jobQueueArn"],
            "name": seen.queue["jobQueueName"],
            "state": seen.queue.get("state"),
            "status": seen.queue.get("status"),
            "priority": seen.queue.get("priority"),
            "scheduling": scheduling(seen),
        },
        "capacity": capacity(seen),
        "environments": [_environment(each) for each in seen.environments],
        "shares": shares(seen),
        "running": [_job(seen, job, labels, uses=True) for job in running],
        "waiting": [_job(seen, job, labels, uses=False) for job in waiting],
        "cut": seen.cut,
        "unread": seen.unread,
    }


def scheduling(seen: QueueSeen) -> str | None:
    """Tell how the queue is scheduled; None if it has a policy that can't be read."""
    if "quotaSharePolicy" in seen.policy or "frontOfQuotaShares" in seen.snapshot:
        return "QUOTA_SHARE"
    if not seen.queue.get("schedulingPolicyArn"):
        return "FIFO"
    return "FAIR_SHARE" if seen.policy else None


def capacity(seen: QueueSeen) -> list[dict[str, Any]]:
    """Tell of each unit what the queue's jobs use, and what its environments have in all.

    Other queues may use the same environments: then less is free than it seems.
    """
    used = amounts(seen.snapshot.get("queueUtilization", {}).get("totalCapacityUsage", []))
    limits: Counter[str] = Counter()
    for environment in seen.environments:
        if environment.get("state") == "ENABLED":
            limits.update(_limits(environment))
    return _filled(used, limits)


def shares(seen: QueueSeen) -> list[dict[str, Any]]:
    """Tell of each share what it uses, may use and lends, and how many of its jobs wait."""
    utilization = seen.snapshot.get("queueUtilization", {})
    quota = utilization.get("quotaShareUtilization", {}).get("topCapacityUtilization", [])
    fair = utilization.get("fairshareUtilization", {}).get("topCapacityUtilization", [])
    used = {_share(each): amounts(each.get("capacityUsage", [])) for each in [*quota, *fair]}
    described = {share["quotaShareName"]: share for share in seen.shares}
    weights = {
        each["shareIdentifier"]: each.get("weightFactor")
        for each in seen.policy.get("fairsharePolicy", {}).get("shareDistribution", [])
    }
    named = {name for job in seen.jobs if (name := _share(job))}
    runs = Counter(_share(job) for job in seen.jobs if job["status"] in HOLDS_CAPACITY)
    waits = Counter(_share(job) for job in seen.jobs if job["status"] not in HOLDS_CAPACITY)
    return [
        {
            "share": name,
            "state": described.get(name, {}).get("state"),
            "strategy": _sharing(described, name).get("strategy"),
            "borrow_limit": _borrow_limit(_sharing(described, name)),
            "weight_factor": weights.get(name),
            "capacity": _filled(used.get(name, {}), _limits(described.get(name, {}))),
            "running": runs[name],
            "waiting": waits[name],
        }
        for name in sorted({*described, *used, *weights, *named})
    ]


def _borrow_limit(sharing: Mapping[str, Any]) -> int | None:
    """Return a share's limit, -1 for none, which is AWS's default; None if it may not borrow.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    default = -1 if sharing.get("strategy") == "LEND_AND_BORROW" else None
    limit: int | None = sharing.get("borrowLimit", default)
    return limit


def waiting_in_order(seen: QueueSeen) -> list[Detail]:
    """Give the waiting jobs, first those at the front, as AWS has them, then the older first."""
    front = seen.snapshot.get("frontOfQueue", {}).get("jobs", [])
    places = {job["jobArn"]: place for place, job in enumerate(front)}
    waiting = [job for job in seen.jobs if job["status"] not in HOLDS_CAPACITY]
    return sorted(
        waiting,
        key=lambda job: (places.get(job["jobArn"], len(places)), job.get("createdAt", 0)),
    )


def waits_for(seen: QueueSeen, job: Detail, labels: Labels) -> str:
    """Say what a waiting job waits for, as far as AWS tells."""
    if job["status"] != "RUNNABLE":
        return ""
    share = job.get("quotaShareName")
    named = {each["quotaShareName"]: each for each in seen.shares}
    reason = job.get("statusReason") or ""
    if reason.startswith(MISCONFIGURATION):
        return reason
    now = (
        stopped_words(seen.queue, seen.environments)
        or (share_words(share, named, seen.snapshot) if share else "")
        or _before(seen, job, labels)
        or full_words(seen)
    )
    return "; ".join(filter(None, (reason, now)))  # the reason may be how its last attempt ended


def full_words(seen: QueueSeen) -> str:
    """Say which units are all in use; nothing if none is, as far as this queue's jobs go."""
    full = [
        f"{each['used']:g} of {each['max']} {each['capacity_unit']}"
        for each in capacity(seen)
        if each["max"] is not None and each["used"] >= each["max"]
    ]
    return f"{', '.join(full)} in use" if full else ""


def label_of(job: Detail, labels: Labels) -> str:
    """Give the name that the program has for a job, else the one that Batch has."""
    return labels.get(job["jobArn"]) or job.get("jobName") or name_in(job["jobArn"])


def amounts(usage: Iterable[Detail]) -> dict[str, float]:
    """Give quantities by unit."""
    return {each["capacityUnit"]: each["quantity"] for each in usage}


def _before(seen: QueueSeen, job: Detail, labels: Labels) -> str:
    """Name the job before, if there is one; in a queue of quota shares each has its own front."""
    if job.get("quotaShareName"):
        return ""
    waiting = [each for each in waiting_in_order(seen) if each["status"] == "RUNNABLE"]
    arns = [each["jobArn"] for each in waiting]
    place = arns.index(job["jobArn"])
    if not place:
        return ""
    return f"{nth(place + 1)} in the queue, behind {label_of(waiting[place - 1], labels)}"


def _job(seen: QueueSeen, job: Detail, labels: Labels, *, uses: bool) -> dict[str, Any]:
    place = queue_place(job["jobArn"], job.get("quotaShareName"), seen.snapshot)
    usage = [
        {property_name(name): value for name, value in each.items()}
        for each in job.get("capacityUsage", [])
    ]
    shown = {
        "arn": job["jobArn"],
        "job_id": job["jobId"],
        "job_name": job.get("jobName"),
        "resource": labels.get(job["jobArn"]),
        "status": job["status"],
        "since": status_since(job),
        "share": _share(job),
    }
    if uses:
        return {**shown, "capacity_usage": usage}
    number = place.number if place and job["status"] == "RUNNABLE" else None
    return {**shown, "place": number, "waits_for": waits_for(seen, job, labels) or None}


def _environment(environment: Detail) -> dict[str, Any]:
    return {
        "arn": environment["serviceEnvironmentArn"],
        "name": environment["serviceEnvironmentName"],
        "state": environment.get("state"),
        "status": environment.get("status"),
        "capacity_limits": [
            {"capacity_unit": unit, "max_capacity": most}
            for unit, most in _limits(environment).items()
        ],
    }


def _limits(thing: Detail) -> dict[str, int]:
    return {
        limit["capacityUnit"]: limit["maxCapacity"]
        for limit in thing.get("capacityLimits", [])
        if "capacityUnit" in limit and "maxCapacity" in limit
    }


def _filled(used: Mapping[str, float], limits: Mapping[str, int]) -> list[dict[str, Any]]:
    """Set use against limits: instances of every type count where instances are limited."""
    counted = dict(used)
    if _INSTANCES in limits:
        others = [unit for unit in used if unit not in limits]
        counted[_INSTANCES] = used.get(_INSTANCES, 0) + sum(counted.pop(unit) for unit in others)
    return [
        {"capacity_unit": unit, "used": counted.get(unit, 0), "max": limits.get(unit)}
        for unit in sorted({*counted, *limits})
    ]


def _sharing(described: Mapping[str, Detail], name: str) -> Detail:
    sharing: Detail = described.get(name, {}).get("resourceSharingConfiguration", {})
    return sharing


def _share(thing: Detail) -> str | None:
    return thing.get("quotaShareName") or thing.get("shareIdentifier")


def capacity_words(units: Sequence[Mapping[str, Any]]) -> str:
    """Say it: `3 of 4 ml.m5.large, 1 of 2 ml.g5.xlarge`."""
    return ", ".join(
        f"{each['used']:g} of {'?' if each['max'] is None else each['max']} {each['capacity_unit']}"
        for each in units
    )
