"""Create, update, delete and describe job queues of type SAGEMAKER_TRAINING."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    change,
    named_or_all,
    page,
    reference,
    related,
    require,
    require_at_most,
    require_between,
    require_disabled,
    require_new,
    require_valid,
)
from sjresource.emulator.api.quota_management import check_environment, shares_of
from sjresource.emulator.api.scheduling_policies import policy_kind
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import batch_arn, check_name
from sjresource.emulator.store.records import LIVE, Resource

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Kind

KIND: Final[Kind] = "job-queue"
_TYPE: Final = "SAGEMAKER_TRAINING"
_UPDATABLE: Final = ("state", "priority", "jobStateTimeLimitActions")


def create_job_queue(call: Call, parameters: Parameters) -> Answer:
    """Create a queue, which is CREATING, then VALID."""
    name = parameters["jobQueueName"]
    check_name("jobQueueName", name)
    _check(parameters)
    arn = batch_arn(call.region, KIND, name)
    require_new(call, arn)
    detail = {
        "jobQueueName": name,
        "jobQueueArn": arn,
        "state": parameters.get("state", "ENABLED"),
        "status": "CREATING",
        "statusReason": call.behaviour.queue_status_reason,
        "priority": parameters["priority"],
        "computeEnvironmentOrder": [],
        "serviceEnvironmentOrder": _order(call, parameters.get("serviceEnvironmentOrder", [])),
        "jobQueueType": _TYPE,
        "tags": parameters.get("tags", {}),
        "jobStateTimeLimitActions": parameters.get("jobStateTimeLimitActions", []),
    }
    if "schedulingPolicyArn" in parameters:
        policy = require(call, "scheduling-policy", parameters["schedulingPolicyArn"])
        detail["schedulingPolicyArn"] = policy.arn
    queue = Resource(KIND, arn, name, call.region, detail, call.now)
    check_environment(call, queue)
    call.store.put_resource(queue)
    return reference(queue, "jobQueue")


def update_job_queue(call: Call, parameters: Parameters) -> Answer:
    """Change a queue, which is UPDATING, then VALID; jobs stay where they are."""
    queue = require(call, KIND, parameters["jobQueue"])
    require_valid(call, queue, "update")
    _check(parameters)
    changes: dict[str, Any] = {name: parameters[name] for name in _UPDATABLE if name in parameters}
    if "serviceEnvironmentOrder" in parameters:
        changes["serviceEnvironmentOrder"] = _order(call, parameters["serviceEnvironmentOrder"])
    if "schedulingPolicyArn" in parameters:
        changes["schedulingPolicyArn"] = _replaced_policy(call, queue, parameters)
    check_environment(call, replace(queue, detail={**queue.detail, **changes}))
    return reference(change(call, queue, "UPDATING", changes), "jobQueue")


def delete_job_queue(call: Call, parameters: Parameters) -> Answer:
    """Delete a queue that is DISABLED: its jobs are terminated, it is DELETING, then gone."""
    queue = require(call, KIND, parameters["jobQueue"])
    require_valid(call, queue, "delete")
    require_disabled(queue)
    if shares_of(call, queue) and call.behaviour.delete_queue_with_shares == "refuse":
        raise related(call, "QuotaShare")
    if call.behaviour.delete_queue_with_jobs == "refuse" and _has_jobs(call, queue):
        raise related(call, "ServiceJob")
    change(call, queue, "DELETING")
    return {}


def describe_job_queues(call: Call, parameters: Parameters) -> Answer:
    """Describe the named queues, or all of the region; missing ones are left out."""
    require_at_most(parameters, "jobQueues")
    chosen = named_or_all(call, KIND, parameters.get("jobQueues", []))
    return page("jobQueues", chosen, parameters)


def _has_jobs(call: Call, queue: Resource) -> bool:
    return any(job.queue == queue.arn for job in call.store.live.with_status(LIVE))


def _check(parameters: Parameters) -> None:
    if parameters.get("computeEnvironmentOrder"):
        raise ClientException(f"computeEnvironmentOrder can't be in a queue of type {_TYPE}")
    if parameters.get("jobQueueType", _TYPE) != _TYPE:
        raise ClientException(f"jobQueueType must be {_TYPE}: the queue has service environments")
    require_between(parameters, "priority", 0, 1000)
    for action in parameters.get("jobStateTimeLimitActions", []):
        require_between(action, "maxTimeSeconds", 600, 86_400)
        if action["action"] != "TERMINATE":
            raise ClientException(f"action must be TERMINATE in a queue of type {_TYPE}")


def _order(call: Call, order: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the order with the environments' ARNs, which Batch shows in place of names.

    "Maximum number of service environments for each job queue: 1":
    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    most = call.behaviour.environments_per_queue
    if not 1 <= len(order) <= most:
        allowed = "one service environment" if most == 1 else f"1 to {most} service environments"
        raise ClientException(f"serviceEnvironmentOrder must name {allowed}, not {len(order)}")
    if len({each["order"] for each in order}) < len(order):
        raise ClientException("serviceEnvironmentOrder must have each order once")
    arns = [_environment(call, each) for each in order]
    if len(set(arns)) < len(arns):
        raise ClientException("serviceEnvironmentOrder must have each serviceEnvironment once")
    return [
        {"order": each["order"], "serviceEnvironment": arn}
        for each, arn in zip(order, arns, strict=True)
    ]


def _environment(call: Call, entry: dict[str, Any]) -> str:
    environment = require(call, "service-environment", entry["serviceEnvironment"])
    if environment.detail["status"] in ("CREATING", "DELETING"):
        raise ClientException(f"ServiceEnvironment {environment.arn} is not VALID")
    return environment.arn


def _replaced_policy(call: Call, queue: Resource, parameters: Parameters) -> str:
    """Return the ARN of the new policy; it has to be of the old one's kind.

    A policy can't be added either, says CreateJobQueue's documentation.
    """
    current = queue.detail.get("schedulingPolicyArn")
    if current is None:
        raise ClientException("schedulingPolicyArn can't be added to a queue without one")
    policy = require(call, "scheduling-policy", parameters["schedulingPolicyArn"])
    before = require(call, "scheduling-policy", current)
    if policy_kind(policy) != policy_kind(before):
        raise ClientException("schedulingPolicyArn must name a policy of the same kind")
    return policy.arn
