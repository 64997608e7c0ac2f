"""Queues and their shares as they are shown: how full they are, by unit and by share. Pure.

A capacity unit is an instance type, or NUM_INSTANCES, which counts all types.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.vocabulary import DISABLED, NUM_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Answer = Mapping[str, Any]
    View = dict[str, Any]

_LENDING: Final = ("LEND", "LEND_AND_BORROW")


def queue_view(
    queue: Answer,
    environments: Sequence[Answer],
    shares: Sequence[Answer],
    snapshots: Mapping[str, Answer],
    neighbours: Iterable[str] = (),
) -> View:
    """Show a queue; `neighbours` are the queues that use the same environments.

    `snapshots` is by queue. A neighbour's use of other environments can't be told from its use of
    these: what others use is a ceiling.
    """
    arn = queue["jobQueueArn"]
    order = [entry["serviceEnvironment"] for entry in queue.get("serviceEnvironmentOrder", [])]
    own = [each for each in environments if each["serviceEnvironmentArn"] in order]
    snapshot = snapshots.get(arn, {})
    others = [usage for each in neighbours for usage in total_usage(snapshots.get(each, {}))]
    return {
        "arn": arn,
        "name": queue["jobQueueName"],
        "state": queue.get("state"),
        "status": queue.get("status"),
        "reason": "" if queue.get("status") == "VALID" else queue.get("statusReason") or "",
        "priority": queue.get("priority"),
        "kind": _kind(queue, shares, snapshot),
        "environments": [_environment(each) for each in own],
        "units": _units(own, total_usage(snapshot), others),
        "shares": _quota_shares(shares, snapshot) or _fair_shares(snapshot),
    }


def total_usage(snapshot: Answer) -> Sequence[Answer]:
    """Give what a queue's running jobs use."""
    usage: Sequence[Answer] = snapshot.get("queueUtilization", {}).get("totalCapacityUsage", [])
    return usage


def quantity(usage: Iterable[Answer], unit: str) -> float:
    """Sum up what is used of a unit."""
    return float(
        sum(each["quantity"] for each in usage if unit in (NUM_INSTANCES, each["capacityUnit"]))
    )


def amount(usage: Iterable[Answer]) -> str:
    """Write capacity in words: `2 ml.p5.48xlarge`."""
    words = [f"{each['quantity']:g} {_unit_word(each)}" for each in usage]
    return " and ".join(words)


def _unit_word(usage: Answer) -> str:
    if usage["capacityUnit"] != NUM_INSTANCES:
        return str(usage["capacityUnit"])
    return "instance" if usage["quantity"] == 1 else "instances"


def _kind(queue: Answer, shares: Sequence[Answer], snapshot: Answer) -> str:
    utilization = snapshot.get("queueUtilization", {})
    if shares or "quotaShareUtilization" in utilization or "frontOfQuotaShares" in snapshot:
        return "quota shares"
    if "fairshareUtilization" in utilization:
        return "fair share"
    return "scheduling policy" if queue.get("schedulingPolicyArn") else "first in, first out"


def _environment(environment: Answer) -> View:
    limits = [
        {"capacityUnit": limit["capacityUnit"], "quantity": limit["maxCapacity"]}
        for limit in environment.get("capacityLimits", [])
    ]
    return {
        "name": environment["serviceEnvironmentName"],
        "state": environment.get("state"),
        "status": environment.get("status"),
        "capacity": amount(limits),
    }


def _units(
    environments: Sequence[Answer], usage: Sequence[Answer], others: Sequence[Answer]
) -> list[View]:
    """Show each unit: what there is, what this queue uses of it, and what others may use."""
    most: dict[str, int] = {}
    for environment in environments:
        for limit in environment.get("capacityLimits", []):
            given = 0 if environment.get("state") == DISABLED else limit["maxCapacity"]
            most[limit["capacityUnit"]] = most.get(limit["capacityUnit"], 0) + given
    if not most:  # the environments can't be read: what is used is still worth showing
        return [{"unit": each["capacityUnit"], "used": each["quantity"]} for each in usage]
    return [
        {
            "unit": unit,
            "most": there_is,
            "used": quantity(usage, unit),
            "others": max(0, min(quantity(others, unit), there_is - quantity(usage, unit))),
        }
        for unit, there_is in most.items()
    ]


def _quota_shares(shares: Sequence[Answer], snapshot: Answer) -> list[View]:
    utilization = snapshot.get("queueUtilization", {}).get("quotaShareUtilization", {})
    used = {
        top.get("quotaShareName"): top.get("capacityUsage", [])
        for top in utilization.get("topCapacityUtilization", [])
    }
    return [_quota_share(share, used.get(share["quotaShareName"], [])) for share in shares]


def _quota_share(share: Answer, usage: Sequence[Answer]) -> View:
    sharing = share.get("resourceSharingConfiguration", {})
    strategy = sharing.get("strategy", "")
    preemption = share.get("preemptionConfiguration", {}).get("inSharePreemption")
    return {
        "name": share["quotaShareName"],
        "state": share.get("state"),
        "status": share.get("status"),
        "sharing": _sharing_words(strategy, sharing.get("borrowLimit", -1)),
        "preempts": preemption == "ENABLED",
        "units": [
            _share_unit(limit, quantity(usage, limit["capacityUnit"]), strategy)
            for limit in share.get("capacityLimits", [])
        ],
    }


def _share_unit(limit: Answer, used: float, strategy: str) -> View:
    own = limit["maxCapacity"]
    return {
        "unit": limit["capacityUnit"],
        "own": own,
        "used": used,
        "borrowed": max(0, used - own),
        "lends": max(0, own - used) if strategy in _LENDING else 0,
    }


def _sharing_words(strategy: str, borrow_limit: int) -> str:
    if strategy != "LEND_AND_BORROW" or borrow_limit == 0:
        return {"RESERVE": "reserves"}.get(strategy, "lends" if strategy else "")
    most = "" if borrow_limit < 0 else f" up to {borrow_limit} %"
    return f"lends, borrows{most}"


def _fair_shares(snapshot: Answer) -> list[View]:
    utilization = snapshot.get("queueUtilization", {}).get("fairshareUtilization", {})
    return [
        {
            "name": top["shareIdentifier"],
            "state": "ENABLED",
            "status": "VALID",
            "sharing": "",
            "preempts": False,
            "units": [
                {"unit": each["capacityUnit"], "used": each["quantity"]}
                for each in top.get("capacityUsage", [])
            ],
        }
        for top in utilization.get("topCapacityUtilization", [])
    ]
