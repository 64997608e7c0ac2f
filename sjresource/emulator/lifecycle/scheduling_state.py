"""Reads from the store the state that scheduling decides on. Writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling.capacity import Environment
from sjresource.emulator.scheduling.state import (
    FairSharePolicy,
    Queue,
    QuotaShareConfiguration,
    QuotaSharePolicy,
    State,
    WaitingJob,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.emulator.store.records import Job, Resource
    from sjresource.emulator.store.store import Store


def state_of(store: Store, is_ready: Callable[[Job], bool]) -> State:
    """Return the state for `scheduling.plan`; waiting jobs are read only as far as it goes."""
    live = store.live
    queues = [_queue(store, queue) for queue in store.resources("job-queue")]
    return State(
        queues=queues,
        environments={
            each.arn: _environment(each) for each in store.resources("service-environment")
        },
        waiting={
            queue: {
                share: _waiting(live.waiting_in(queue, share), is_ready)
                for share in live.waiting_shares(queue)
            }
            for queue in live.waiting_queues()
        },
        running=live.holding(),
        past={each.arn: store.past_use(each.arn) for each in queues},
    )


def _queue(store: Store, queue: Resource) -> Queue:
    order = sorted(queue.detail.get("serviceEnvironmentOrder", []), key=lambda each: each["order"])
    environments = [each["serviceEnvironment"] for each in order]
    return Queue(queue.arn, queue.detail["priority"], environments, policy_of(store, queue))


def policy_of(store: Store, queue: Resource) -> FairSharePolicy | QuotaSharePolicy | None:
    """Return a queue's policy; None is first in, first out."""
    policy = store.resource(queue.detail.get("schedulingPolicyArn", ""))
    if policy is None:
        return None
    if "quotaSharePolicy" in policy.detail:
        shares = store.resources("quota-share")
        own = [share for share in shares if share.detail["jobQueueArn"] == queue.arn]
        return QuotaSharePolicy(
            {each.name: QuotaShareConfiguration.of(each.name, each.detail) for each in own}
        )
    return FairSharePolicy.of(policy.detail.get("fairsharePolicy", {}))


def _environment(environment: Resource) -> Environment:
    detail = environment.detail
    is_open = detail["state"] == "ENABLED" and detail["status"] in ("VALID", "UPDATING")
    limits = {limit["capacityUnit"]: limit["maxCapacity"] for limit in detail["capacityLimits"]}
    return Environment(environment.arn, is_open, limits)


def _waiting(jobs: Iterator[Job], is_ready: Callable[[Job], bool]) -> Iterator[WaitingJob]:
    for job in jobs:
        priority = job.scheduling_priority or 0
        yield WaitingJob(job.id, job.capacity, is_ready(job), priority, job.sequence)
