"""GetJobQueueSnapshot: what waits at the front of a queue, and what its running jobs use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import Answer, Call, Parameters, require
from sjresource.emulator.api.quota_shares import queue_policy
from sjresource.emulator.engine.queue_front import front_of_queue, fronts_of_shares
from sjresource.emulator.engine.scheduling_state import state_of
from sjresource.emulator.store.records import HOLDING_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Final

    from sjresource.emulator.store.queue_positions import Places
    from sjresource.emulator.store.records import Job

_TOP_SHARES: Final = 20
_FAIR: Final = "fairsharePolicy"


def get_job_queue_snapshot(call: Call, parameters: Parameters) -> Answer:
    """Tell the order of the RUNNABLE jobs, and the capacity in use by type and by share."""
    queue = require(call, "job-queue", parameters["jobQueue"])
    state = state_of(call.store, lambda _: True)
    ordered = next(each for each in state.queues if each.arn == queue.arn)
    placed = [
        job for job in call.store.live.with_status(HOLDING_CAPACITY) if job.queue == queue.arn
    ]
    policy = queue_policy(call, queue)
    answer: Answer = {
        "frontOfQueue": {
            "jobs": _jobs(front_of_queue(call.store, ordered, state, call.now)),
            "lastUpdatedAt": call.now,
        },
        "queueUtilization": {
            "totalCapacityUsage": _usage(placed, policy),
            "lastUpdatedAt": call.now,
            **_by_share(policy, placed),
        },
    }
    if policy == "quotaSharePolicy":
        answer["frontOfQuotaShares"] = {
            "quotaShares": {
                share: _jobs(places)
                for share, places in fronts_of_shares(call.store, ordered, call.now).items()
            },
            "lastUpdatedAt": call.now,
        }
    return answer


def _jobs(places: Places) -> list[dict[str, Any]]:
    return [{"jobArn": job.arn, "earliestTimeAtPosition": since} for job, since in places]


def _by_share(policy: str | None, placed: list[Job]) -> dict[str, Any]:
    if policy == _FAIR:
        shares = _grouped(((job.share_identifier or "", job) for job in placed), policy)
        top = [{"shareIdentifier": name, "capacityUsage": usage} for name, usage in shares]
        return {
            "fairshareUtilization": {
                "activeShareCount": len(shares),
                "topCapacityUtilization": top[:_TOP_SHARES],
            }
        }
    if policy == "quotaSharePolicy":
        shares = _grouped(((job.quota_share_name or "", job) for job in placed), policy)
        top = [{"quotaShareName": name, "capacityUsage": usage} for name, usage in shares]
        return {"quotaShareUtilization": {"topCapacityUtilization": top}}
    return {}


def _grouped(
    named: Iterable[tuple[str, Job]], policy: str
) -> list[tuple[str, list[dict[str, Any]]]]:
    """Sum up by share, the largest use first."""
    groups: dict[str, list[Job]] = {}
    for name, job in named:
        groups.setdefault(name, []).append(job)
    largest = sorted(groups.items(), key=lambda group: -sum(job.instances for job in group[1]))
    return [(name, _usage(jobs, policy)) for name, jobs in largest]


def _usage(jobs: Iterable[Job], policy: str | None) -> list[dict[str, Any]]:
    """Sum up by instance type; a fair-share queue counts instances, whatever they are.

    https://docs.aws.amazon.com/batch/latest/userguide/track-capacity-utilization-service-jobs.html
    """
    total: dict[str, int] = {}
    for job in jobs:
        for unit, count in job.capacity.items():
            counted = "NUM_INSTANCES" if policy == _FAIR else unit
            total[counted] = total.get(counted, 0) + count
    return [{"capacityUnit": unit, "quantity": float(count)} for unit, count in total.items()]
