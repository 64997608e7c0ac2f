"""Which queue may use which environment: one under quota management has one to itself.

"Maximum number of job queues associated with each quota management enabled service environment: 1":
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html. Its limits are by instance
type: https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.quota_shares import is_quota_managed
from sjresource.emulator.protocol.errors import ClientException

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.api.call import Call
    from sjresource.emulator.store.records import Resource

_ALL_INSTANCES: Final = "NUM_INSTANCES"


def check_environment(call: Call, queue: Resource) -> None:
    """Raise ClientException if a queue, as it is to be, can't use its environment."""
    managed = is_quota_managed(call, queue)
    for arn in _environments(queue):
        environment = call.store.resource(arn)
        if managed and environment is not None:
            _check_units(environment, environment.detail["capacityLimits"])
        for other in _queues_on(call, arn):
            if other.arn != queue.arn and (managed or is_quota_managed(call, other)):
                raise ClientException(
                    f"ServiceEnvironment {arn} is associated with JobQueue {other.name}: under "
                    "quota management it can be of one job queue only"
                )


def check_new_units(call: Call, environment: Resource, limits: list[dict[str, Any]]) -> None:
    """Raise ClientException if an environment's queue needs other units than these limits."""
    if any(is_quota_managed(call, queue) for queue in _queues_on(call, environment.arn)):
        _check_units(environment, limits)


def _check_units(environment: Resource, limits: list[dict[str, Any]]) -> None:
    if any(limit["capacityUnit"] == _ALL_INSTANCES for limit in limits):
        raise ClientException(
            f"ServiceEnvironment {environment.name} has the capacityUnit {_ALL_INSTANCES}: quota "
            "management needs instance types"
        )


def _queues_on(call: Call, environment: str) -> list[Resource]:
    queues = call.store.resources("job-queue", call.region)
    return [queue for queue in queues if environment in _environments(queue)]


def _environments(queue: Resource) -> list[str]:
    return [each["serviceEnvironment"] for each in queue.detail.get("serviceEnvironmentOrder", [])]
