"""What AWS says of the things around a queue or a share that would be made or changed.

The counterpart of `preflight`, which looks at a job's queue. Nothing here fails: what may not be
read, or can't be reached within seconds, is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import same_resource
from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.quota_management import (
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
    from sjresource.problem import Problem

    Detail = Mapping[str, Any]


class Misfit(NamedTuple):
    """What does not fit, and the things at AWS that say so: a stack's own may yet change."""

    problem: Problem
    things: tuple[Detail, ...]


def queue_misfits(client: BatchClient, properties: Mapping[str, Any]) -> list[Misfit]:
    """Ask for a queue's policy, its environment, and the other queues over that."""
    return _asked(lambda: list(_of_queue(client, properties)))


def share_misfits(client: BatchClient, properties: Mapping[str, Any]) -> list[Misfit]:
    """Ask for the shares that a share's queue has without it."""
    return _asked(lambda: list(_of_share(client, properties)))


def _of_queue(client: BatchClient, properties: Mapping[str, Any]) -> Iterator[Misfit]:
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
            yield Misfit(problem, (environment,))
        queues = list(_others(client, environment, str(properties.get("job_queue_name"))))
        others = [
            OtherQueue(queue["jobQueueName"], _is_quota_managed(client, _policy_of(queue)))
            for queue in queues
        ]
        for problem in environment_has_one_queue(position, others, quota_managed=quota_managed):
            yield Misfit(problem, tuple(queues))


def _of_share(client: BatchClient, properties: Mapping[str, Any]) -> Iterator[Misfit]:
    queue = _known(properties.get("job_queue"))
    if not queue:
        return
    shares = [
        share
        for share in client.list_quota_shares(queue)
        if share["quotaShareName"] != properties.get("quota_share_name")
    ]
    for problem in queue_has_room_for_shares(len(shares)):
        yield Misfit(problem, tuple(shares))


def _others(client: BatchClient, environment: Detail, name: str) -> Iterator[Detail]:
    """Return the other queues over an environment; one that is being deleted is none."""
    arn = environment["serviceEnvironmentArn"]
    for queue in client.list_job_queues():
        over = [each["serviceEnvironment"] for each in queue.get("serviceEnvironmentOrder", [])]
        gone = queue.get("status") in ("DELETING", "DELETED")
        if queue["jobQueueName"] != name and not gone and any(same_resource(arn, x) for x in over):
            yield queue


def _environment(client: BatchClient, reference: str) -> Detail | None:
    found = client.find_service_environments([reference]) if reference else []
    return next(iter(found), None)


def _is_quota_managed(client: BatchClient, policy_arn: str) -> bool:
    return bool(policy_arn) and "quotaSharePolicy" in client.find_scheduling_policy(policy_arn)


def _policy_of(queue: Detail) -> str:
    return str(queue.get("schedulingPolicyArn") or "")


def _known(value: Any) -> str:
    return value if isinstance(value, str) and not is_unknown(value) else ""


def _asked(find: Callable[[], list[Misfit]]) -> list[Misfit]:
    try:
        return find()
    except SjresourceError:
        return []
