"""Whether a queue or a share that would be made conflicts with what AWS has around it.

The counterpart of `job`, which looks at a job's queue. Nothing here fails: what may not be read, or
cannot be reached within seconds, is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import same_resource
from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.aws.payload import is_unknown
from sjresource.checks.preflight.live_problem import LiveProblem
from sjresource.checks.rules.queues import (
    OtherQueue,
    environment_counts_types,
    environment_has_one_queue,
    queue_has_room_for_shares,
)
from sjresource.checks.values.lookups import items_at, value_at
from sjresource.errors import SjresourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient

    Detail = Mapping[str, Any]


def queue_conflicts(client: BatchClient, properties: Mapping[str, Any]) -> list[LiveProblem]:
    """Describe a queue's policy, its environments and their other queues; return the conflicts."""
    return _unless_refused(lambda: list(_of_queue(client, properties)))


def share_conflicts(client: BatchClient, properties: Mapping[str, Any]) -> list[LiveProblem]:
    """List the other shares of a share's queue; return the conflicts."""
    return _unless_refused(lambda: list(_of_share(client, properties)))


def _of_queue(client: BatchClient, properties: Mapping[str, Any]) -> Iterator[LiveProblem]:
    policy = _known(properties.get("scheduling_policy_arn"))
    quota_managed = _is_quota_managed(client, policy)
    order = items_at(properties, "service_environment_order")
    for position, entry in enumerate(order):
        reference = _known(value_at(entry, "service_environment"))
        environment = _environment(client, reference)
        if environment is None:
            continue
        units = [limit.get("capacityUnit", "") for limit in environment.get("capacityLimits", [])]
        for problem in environment_counts_types(position, units if quota_managed else ()):
            yield LiveProblem(problem.path, problem.reason, (environment,))
        queues = list(_others(client, environment, str(properties.get("job_queue_name"))))
        others = [
            OtherQueue(queue["jobQueueName"], _is_quota_managed(client, _policy_of(queue)))
            for queue in queues
        ]
        for problem in environment_has_one_queue(position, others, quota_managed=quota_managed):
            yield LiveProblem(problem.path, problem.reason, tuple(queues))


def _of_share(client: BatchClient, properties: Mapping[str, Any]) -> Iterator[LiveProblem]:
    queue = _known(properties.get("job_queue"))
    if not queue:
        return
    shares = [
        share
        for share in client.list_all(QUOTA_SHARE, queue)
        if share["quotaShareName"] != properties.get("quota_share_name")
    ]
    for problem in queue_has_room_for_shares(len(shares)):
        yield LiveProblem(problem.path, problem.reason, tuple(shares))


def _others(client: BatchClient, environment: Detail, name: str) -> Iterator[Detail]:
    """Yield the other queues over an environment, without those that are being deleted."""
    arn = environment["serviceEnvironmentArn"]
    for queue in client.list_all(JOB_QUEUE):
        over = [each["serviceEnvironment"] for each in queue.get("serviceEnvironmentOrder", [])]
        gone = queue.get("status") in ("DELETING", "DELETED")
        if queue["jobQueueName"] != name and not gone and any(same_resource(arn, x) for x in over):
            yield queue


def _environment(client: BatchClient, reference: str) -> Detail | None:
    found = client.find_many(SERVICE_ENVIRONMENT, [reference]) if reference else []
    return next(iter(found), None)


def _is_quota_managed(client: BatchClient, policy_arn: str) -> bool:
    return bool(policy_arn) and "quotaSharePolicy" in client.find(SCHEDULING_POLICY, policy_arn)


def _policy_of(queue: Detail) -> str:
    return str(queue.get("schedulingPolicyArn") or "")


def _known(value: Any) -> str:
    return value if isinstance(value, str) and not is_unknown(value) else ""


def _unless_refused(find: Callable[[], list[LiveProblem]]) -> list[LiveProblem]:
    try:
        return find()
    except SjresourceError:
        return []
