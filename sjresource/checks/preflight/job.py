"""Whether a queue, as AWS describes it, would ever run a job that would be submitted. Pure.

Batch itself checks little of this when a job is submitted; the job would wait for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.payload import is_unknown
from sjresource.checks.preflight.live_problem import LiveProblem
from sjresource.checks.rules.instance_hours import requested_instances
from sjresource.checks.values.lookups import value_at
from sjresource.status.capacity import could_run, limits_of
from sjresource.vocabulary import DISABLED, NUM_INSTANCES, SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.checks.preflight.queue_facts import QueueFacts
    from sjresource.checks.values.job_arguments import JobArguments

    Detail = Mapping[str, Any]


def preflight_problems(facts: QueueFacts, job: JobArguments) -> Iterator[LiveProblem]:
    """Yield why the queue would not run the job; what is unknown is skipped."""
    queue = facts.queue
    if queue is None:
        yield LiveProblem("job_queue", f"names a queue that does not exist{facts.whereabouts}")
        return
    name = queue["jobQueueName"]
    kind = _kind(queue)
    if kind != SAGEMAKER_TRAINING:
        yield LiveProblem(
            "job_queue", f'names queue "{name}" of type {kind}; it must be {SAGEMAKER_TRAINING}'
        )
        return
    yield from _state_problems(queue)
    yield from _share_problems(facts, job)
    yield from _capacity_problems(facts, job)


_UNLIMITED = -1
"""The default of `borrowLimit`, which an answer may leave out.

https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
"""


def _kind(queue: Detail) -> str:
    """Return a queue's type; where the answer has none, its environments show it."""
    for_containers = queue.get("computeEnvironmentOrder") and not queue.get(
        "serviceEnvironmentOrder"
    )
    return str(queue.get("jobQueueType") or ("ECS" if for_containers else SAGEMAKER_TRAINING))


def _state_problems(queue: Detail) -> Iterator[LiveProblem]:
    name = queue["jobQueueName"]
    if queue.get("state") == DISABLED:
        reason = f'names queue "{name}", which is DISABLED; enable it or name another'
        yield LiveProblem("job_queue", reason, (queue,))
    status = queue.get("status", "VALID")
    if status not in ("VALID", "UPDATING"):
        why = f" ({queue['statusReason']})" if queue.get("statusReason") else ""
        yield LiveProblem("job_queue", f'names queue "{name}", which is {status}{why}', (queue,))


def _share_problems(facts: QueueFacts, job: JobArguments) -> Iterator[LiveProblem]:
    """A queue's policy asks for one kind of share, and every other queue refuses that kind."""
    queue = facts.queue or {}
    wanted = _wanted_share(facts)
    if wanted is None:
        return
    for name in ("share_identifier", "quota_share_name"):
        given = job.properties.get(name)
        if name == wanted and given is None:
            yield LiveProblem(name, f"is required by the policy of {_queue(queue)}", (queue,))
        elif name != wanted and given is not None and not is_unknown(given):
            yield LiveProblem(name, f"is refused by {_queue(queue)}: {_POLICIES[wanted]}", (queue,))
    given = job.properties.get("quota_share_name")
    if wanted == "quota_share_name" and given is not None and not is_unknown(given):
        yield from _quota_share_problems(facts, given, job)


_POLICIES = {
    "": "it is first in, first out",
    "share_identifier": "its policy is one of fair share",
    "quota_share_name": "its policy is one of quota shares",
}


def _wanted_share(facts: QueueFacts) -> str | None:
    """Return the argument that the queue's policy requires: "" for none, None if not known."""
    if not (facts.queue or {}).get("schedulingPolicyArn"):
        return ""
    if facts.policy is None:
        return None
    return "quota_share_name" if "quotaSharePolicy" in facts.policy else "share_identifier"


def _quota_share_problems(facts: QueueFacts, name: str, job: JobArguments) -> Iterator[LiveProblem]:
    queue = facts.queue or {}
    share = facts.find_share(name)
    if share is None:
        if facts.shares is not None:
            reason = f'names share "{name}", which {_queue(queue)} does not have'
            yield LiveProblem("quota_share_name", reason, (queue,))
        return
    if share.get("state") == DISABLED:
        reason = f'names share "{name}", which is DISABLED; enable it or name another'
        yield LiveProblem("quota_share_name", reason, (share,))
    wanted = requested_instances(job.payload)
    if wanted is not None and not _fits_share(wanted, share):
        reason = (
            f'asks for more instances than share "{name}" may ever have: '
            f"{instances_text(wanted)} where it has {limits_text(share)}"
        )
        yield LiveProblem("service_request_payload.ResourceConfig", reason, (share,))


def _capacity_problems(facts: QueueFacts, job: JobArguments) -> Iterator[LiveProblem]:
    """What Batch reports only later, as MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE.

    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
    """
    wanted = requested_instances(job.payload)
    if wanted is None or not facts.environments:
        return
    if not any(could_run(environment, wanted) for environment in facts.environments):
        names = ", ".join(each["serviceEnvironmentName"] for each in facts.environments)
        limits = " and ".join(map(limits_text, facts.environments))
        reason = (
            f"asks for more instances than its environments ({names}) may ever run: "
            f"{instances_text(wanted)} where there are {limits}"
        )
        yield LiveProblem("service_request_payload.ResourceConfig", reason, facts.environments)


def instances_text(wanted: Mapping[str, float]) -> str:
    """Return in words how many instances of which types are wanted."""
    return ", ".join(f"{count:g} {kind}" for kind, count in wanted.items())


def limits_text(resource: Detail) -> str:
    """Return in words how many instances an environment or a share has, by type or in all."""
    limits = {kind: float(count) for kind, count in limits_of(resource).items()}
    if NUM_INSTANCES in limits:
        return f"{limits[NUM_INSTANCES]:g} in all"
    return instances_text(limits) or "none"


def _fits_share(wanted: Mapping[str, int], share: Detail) -> bool:
    limits = limits_of(share)
    borrowed = 0.0
    if value_at(share, "resourceSharingConfiguration.strategy") == "LEND_AND_BORROW":
        limit = value_at(share, "resourceSharingConfiguration.borrowLimit")
        borrowed = _UNLIMITED if limit is None else limit
    if borrowed < 0:
        return True  # unlimited, so only the environment bounds it
    return all(
        count <= limits.get(kind, 0) * (100 + borrowed) / 100 for kind, count in wanted.items()
    )


def _queue(queue: Detail) -> str:
    return f'queue "{name_in(queue["jobQueueArn"])}"'
