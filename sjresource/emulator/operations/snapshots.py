"""GetJobQueueSnapshot: what waits at the front of a queue, and what its running jobs use."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sjresource.emulator.operations.call import Answer, Call, Parameters, require
from sjresource.emulator.operations.quota_shares import queue_policy
from sjresource.emulator.records import PLACED
from sjresource.emulator.scheduling import order
from sjresource.emulator.scheduling_state import state_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from sjresource.emulator.records import Job, Resource

_FRONT: Final = 100
_TOP_SHARES: Final = 20


def get_job_queue_snapshot(call: Call, parameters: Parameters) -> Answer:
    """Tell the order of the RUNNABLE jobs, and the capacity in use by type and by share."""
    queue = require(call, "job-queue", parameters["jobQueue"])
    state = state_of(call.store, lambda _: True)
    ordered = next(each for each in state.queues if each.arn == queue.arn)
    front = [
        job
        for waiting in order(ordered, state, call.now / 1000, _FRONT)
        if (job := call.store.live.get(waiting.id)) is not None
    ]
    placed = [job for job in call.store.live.having(PLACED) if job.queue == queue.arn]
    policy = queue_policy(call, queue)
    answer: Answer = {
        "frontOfQueue": {
            "jobs": [_position(job) for job in front],
            "lastUpdatedAt": call.now,
        },
        "queueUtilization": {
            "totalCapacityUsage": _usage(placed),
            "lastUpdatedAt": call.now,
            **_by_share(policy, placed),
        },
    }
    if policy == "quotaSharePolicy":
        answer["frontOfQuotaShares"] = {
            "quotaShares": _fronts(call, queue),
            "lastUpdatedAt": call.now,
        }
    return answer


def _position(job: Job) -> dict[str, Any]:
    return {"jobArn": job.arn, "earliestTimeAtPosition": job.since}


def _fronts(call: Call, queue: Resource) -> dict[str, list[dict[str, Any]]]:
    """Give the first job of each share that has any waiting."""
    live = call.store.live
    return {
        share: [_position(job) for job in islice(live.waiting_in(queue.arn, share), 1)]
        for share in live.waiting_shares(queue.arn)
    }


def _by_share(policy: str | None, placed: list[Job]) -> dict[str, Any]:
    if policy == "fairsharePolicy":
        shares = _grouped((job.share_identifier or "", job) for job in placed)
        top = [{"shareIdentifier": name, "capacityUsage": usage} for name, usage in shares]
        return {
            "fairshareUtilization": {
                "activeShareCount": len(shares),
                "topCapacityUtilization": top[:_TOP_SHARES],
            }
        }
    if policy == "quotaSharePolicy":
        shares = _grouped((job.quota_share_name or "", job) for job in placed)
        top = [{"quotaShareName": name, "capacityUsage": usage} for name, usage in shares]
        return {"quotaShareUtilization": {"topCapacityUtilization": top}}
    return {}


def _grouped(named: Iterable[tuple[str, Job]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Sum up by share, the largest use first."""
    groups: dict[str, list[Job]] = {}
    for name, job in named:
        groups.setdefault(name, []).append(job)
    largest = sorted(groups.items(), key=lambda group: -sum(job.instances for job in group[1]))
    return [(name, _usage(jobs)) for name, jobs in largest]


def _usage(jobs: Iterable[Job]) -> list[dict[str, Any]]:
    total: dict[str, int] = {}
    for job in jobs:
        for unit, count in job.capacity.items():
            total[unit] = total.get(unit, 0) + count
    return [{"capacityUnit": unit, "quantity": float(count)} for unit, count in total.items()]
