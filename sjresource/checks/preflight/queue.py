"""Whether a queue or a share that would be made conflicts with what AWS has around it.

The counterpart of `job`, which looks at a job's queue. Nothing here fails: what may not be read, or
cannot be reached within seconds, is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import same_resource
from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.checks.preflight.live_problem import LiveProblem
from sjresource.checks.rules.queues import (
    OtherQueue,
    environment_counts_types,
    environment_has_one_queue,
    queue_has_room_for_shares,
)
from sjresource.checks.values.lookups import each_at, text_at
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
    quota_managed = _is_quota_managed(client, text_at(properties, "scheduling_policy_arn"))
    for entry_path, entry in each_at(properties, "service_environment_order"):
        path = f"{entry_path}.service_environment"
        reference = text_at(entry, "service_environment")
        for environment in client.find_many(SERVICE_ENVIRONMENT, [reference]) if reference else ():
            limits = environment.get("capacityLimits", [])
            units = [limit.get("capacityUnit") for limit in limits] if quota_managed else ()
            for problem in environment_counts_types(path, units):
                yield LiveProblem(problem.path, problem.reason, (environment,))
            queues = tuple(_others(client, environment, properties.get("job_queue_name")))
            others = [
                OtherQueue(
                    queue["jobQueueName"],
                    _is_quota_managed(client, queue.get("schedulingPolicyArn")),
                )
                for queue in queues
            ]
            for problem in environment_has_one_queue(path, others, quota_managed=quota_managed):
                yield LiveProblem(problem.path, problem.reason, queues)


def _of_share(client: BatchClient, properties: Mapping[str, Any]) -> Iterator[LiveProblem]:
    queue, name = text_at(properties, "job_queue"), properties.get("quota_share_name")
    shares = client.list_all(QUOTA_SHARE, queue) if queue else ()
    others = tuple(share for share in shares if share["quotaShareName"] != name)
    for problem in queue_has_room_for_shares(len(others)):
        yield LiveProblem(problem.path, problem.reason, others)


def _others(client: BatchClient, environment: Detail, name: Any) -> Iterator[Detail]:
    """Yield the other queues over an environment, without those that are being deleted."""
    arn = environment["serviceEnvironmentArn"]
    for queue in client.list_all(JOB_QUEUE):
        over = [each["serviceEnvironment"] for each in queue.get("serviceEnvironmentOrder", [])]
        gone = queue.get("status") in ("DELETING", "DELETED")
        if queue["jobQueueName"] != name and not gone and any(same_resource(arn, x) for x in over):
            yield queue


def _is_quota_managed(client: BatchClient, policy_arn: str | None) -> bool:
    policy = client.find(SCHEDULING_POLICY, policy_arn) if policy_arn else {}
    return "quotaSharePolicy" in policy


def _unless_refused(find: Callable[[], list[LiveProblem]]) -> list[LiveProblem]:
    try:
        return find()
    except SjresourceError:
        return []
