"""Quota management: which queues are under it, and which environments those may use.

"Maximum number of job queues associated with each quota management enabled service environment: 1":
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html. Its limits are by instance
type: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.scheduling_policies import policy_kind
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.scheduling.capacity import NUM_INSTANCES

if TYPE_CHECKING:
    from sjresource.emulator.api.call import Call
    from sjresource.emulator.store.records import Resource


def is_quota_managed(call: Call, queue: Resource) -> bool:
    """Return whether a queue's scheduling policy is a quotaSharePolicy."""
    return queue_policy(call, queue) == "quotaSharePolicy"


def queue_policy(call: Call, queue: Resource) -> str | None:
    """Return which of the two policies a queue has, None for first in, first out."""
    arn = queue.detail.get("schedulingPolicyArn")
    policy = None if arn is None else call.store.resource(arn)
    return None if policy is None else policy_kind(policy)


def shares_of(call: Call, queue: Resource) -> list[Resource]:
    """Return the quota shares of a queue, sorted by name."""
    shares = call.store.resources("quota-share", call.region)
    return [share for share in shares if share.detail["jobQueueArn"] == queue.arn]


def check_environment(call: Call, queue: Resource) -> None:
    """Raise ClientException if a new or changed queue can't use its environment."""
    managed = is_quota_managed(call, queue)
    for arn in _environments(queue):
        environment = call.store.resource(arn)
        if managed and environment is not None:
            _check_units(environment, environment.detail["capacityLimits"])
        for other in queues_on(call, arn):
            if other.arn != queue.arn and (managed or is_quota_managed(call, other)):
                raise ClientException(
                    f"ServiceEnvironment {arn} is associated with JobQueue {other.name}: under "
                    "quota management it can be of one job queue only"
                )


def check_new_units(call: Call, environment: Resource, limits: list[dict[str, Any]]) -> None:
    """Raise ClientException if an environment's queue needs other units than these limits."""
    if any(is_quota_managed(call, queue) for queue in queues_on(call, environment.arn)):
        _check_units(environment, limits)


def queues_on(call: Call, environment: str) -> list[Resource]:
    """Return the queues whose serviceEnvironmentOrder has an environment, by its ARN."""
    queues = call.store.resources("job-queue", call.region)
    return [queue for queue in queues if environment in _environments(queue)]


def _check_units(environment: Resource, limits: list[dict[str, Any]]) -> None:
    if any(limit["capacityUnit"] == NUM_INSTANCES for limit in limits):
        raise ClientException(
            f"ServiceEnvironment {environment.name} has the capacityUnit {NUM_INSTANCES}: quota "
            "management needs instance types"
        )


def _environments(queue: Resource) -> list[str]:
    return [each["serviceEnvironment"] for each in queue.detail.get("serviceEnvironmentOrder", [])]
