"""GetJobQueueSnapshot: what waits at the front of a queue, and what its running jobs use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import Answer, Call, Parameters, require
from sjresource.emulator.api.quota_management import queue_policy
from sjresource.emulator.scheduling.capacity import NUM_INSTANCES
from sjresource.emulator.store.records import HOLDING_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Final

    from sjresource.emulator.lifecycle.queue_front import Positions
    from sjresource.emulator.store.records import Job

_TOP_SHARES: Final = 20


def get_job_queue_snapshot(call: Call, parameters: Parameters) -> Answer:
    """Return the order of the RUNNABLE jobs, and the capacity in use by type and by share."""
    queue = require(call, "job-queue", parameters["jobQueue"])
    running = [
        job for job in call.store.live.with_status(HOLDING_CAPACITY) if job.queue == queue.arn
    ]
    policy = queue_policy(call, queue)
    front = call.fronts.front(queue.arn, call.now)
    updated = {"lastUpdatedAt": call.now}
    answer: Answer = {
        "frontOfQueue": {"jobs": _jobs(front.jobs), **updated},
        "queueUtilization": {
            "totalCapacityUsage": _usage(running, policy),
            **updated,
            **_utilization_by_share(policy, running),
        },
    }
    if policy == "quotaSharePolicy":
        shares = {
            share: _jobs(positions)
            for share, positions in front.quota_shares.items()
            if positions or call.behaviour.empty_shares_in_snapshot
        }
        answer["frontOfQuotaShares"] = {"quotaShares": shares, **updated}
    return answer


def _jobs(positions: Positions) -> list[dict[str, Any]]:
    return [{"jobArn": job.arn, "earliestTimeAtPosition": since} for job, since in positions]


def _utilization_by_share(policy: str | None, running: list[Job]) -> dict[str, Any]:
    if policy == "fairsharePolicy":
        top = _by_share(running, policy, "shareIdentifier", lambda job: job.share_identifier)
        utilization = {"activeShareCount": len(top), "topCapacityUtilization": top[:_TOP_SHARES]}
        return {"fairshareUtilization": utilization}
    if policy == "quotaSharePolicy":
        top = _by_share(running, policy, "quotaShareName", lambda job: job.quota_share_name)
        return {"quotaShareUtilization": {"topCapacityUtilization": top}}
    return {}


def _by_share(
    running: list[Job], policy: str, member: str, share_of: Callable[[Job], str | None]
) -> list[dict[str, Any]]:
    """Sum up the capacity usage by share, the largest first."""
    shares: dict[str, list[Job]] = {}
    for job in running:
        shares.setdefault(share_of(job) or "", []).append(job)
    largest = sorted(shares.items(), key=lambda share: -sum(job.instances for job in share[1]))
    return [{member: share, "capacityUsage": _usage(jobs, policy)} for share, jobs in largest]


def _usage(jobs: Iterable[Job], policy: str | None) -> list[dict[str, Any]]:
    """Sum up by instance type; a fair-share queue counts instances, whatever they are.

    https://docs.aws.amazon.com/batch/latest/userguide/track-capacity-utilization-service-jobs.html
    """
    total: dict[str, int] = {}
    for job in jobs:
        for unit, count in job.capacity.items():
            counted = NUM_INSTANCES if policy == "fairsharePolicy" else unit
            total[counted] = total.get(counted, 0) + count
    return [{"capacityUnit": unit, "quantity": float(count)} for unit, count in total.items()]
