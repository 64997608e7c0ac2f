"""SubmitServiceJob: its rules, and the answer to a replayed clientToken."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    find,
    require,
    require_between,
)
from sjresource.emulator.api.quota_management import queue_policy
from sjresource.emulator.api.quota_shares import quota_share_arn
from sjresource.emulator.api.service_jobs import job_reference
from sjresource.emulator.api.tags import check_tags
from sjresource.emulator.engine.payload import capacity_of, read_request
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import check_name, service_job_arn
from sjresource.emulator.store.records import Job

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Resource

_MOST_RULES: Final = 5
_LONGEST_PATTERN: Final = 512
_LARGEST_PAYLOAD: Final = 10 * 1024
"""https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html"""


def submit_service_job(call: Call, parameters: Parameters) -> Answer:
    """Add a job to its queue, as SUBMITTED until the scheduler has seen it."""
    replayed = _replayed(call, parameters)
    if replayed is not None:
        return job_reference(replayed)
    queue = _open_queue(call, parameters["jobQueue"])
    _check(parameters)
    _check_share(call, queue, parameters)
    job = _job(call, queue, parameters)
    call.store.add_job(job, parameters["serviceRequestPayload"], _digest(parameters))
    return job_reference(job)


def _replayed(call: Call, parameters: Parameters) -> Job | None:
    """Return the job that the same request submitted before, None if there is none.

    Batch's documentation says that of two requests with the same token and payload the second "is
    rejected"; whether that is an error or the first job's id is not established, hence the choice.
    """
    token = parameters.get("clientToken")
    known = None if token is None else call.store.submitted_with(call.region, token)
    if known is None:
        return None
    job, digest = known
    if digest != _digest(parameters):
        raise ClientException("clientToken was used before with another request")
    if call.behaviour.token_replay == "reject":  # noqa: S105 - no password
        raise ClientException("clientToken was used before with the same request")
    return job


def _open_queue(call: Call, name_or_arn: str) -> Resource:
    queue = require(call, "job-queue", name_or_arn)
    if queue.detail["state"] != "ENABLED":
        raise ClientException(f"JobQueue {queue.name} is DISABLED: it takes no jobs")
    if queue.detail["status"] not in ("VALID", "UPDATING"):
        raise ClientException(f"JobQueue {queue.name} is not VALID: it is {queue.detail['status']}")
    return queue


def _check(parameters: Parameters) -> None:
    check_name("jobName", parameters["jobName"])
    _check_payload(parameters["serviceRequestPayload"])
    require_between(parameters, "schedulingPriority", 0, 9999)
    require_between(parameters.get("timeoutConfig", {}), "attemptDurationSeconds", 1, 2**31 - 1)
    preemption = parameters.get("preemptionConfiguration", {})
    require_between(preemption, "preemptionRetriesBeforeTermination", 0, 2**31 - 1)
    check_tags(parameters.get("tags", {}))
    strategy = parameters.get("retryStrategy", {})
    require_between(strategy, "attempts", 1, 10)
    rules = strategy.get("evaluateOnExit", [])
    if len(rules) > _MOST_RULES:
        raise ClientException(f"evaluateOnExit must have at most {_MOST_RULES} entries")
    for rule in rules:
        if "action" not in rule:
            raise ClientException("evaluateOnExit must each have an action")
        if len(rule.get("onStatusReason", "")) > _LONGEST_PATTERN:
            raise ClientException(f"onStatusReason must have at most {_LONGEST_PATTERN} characters")


def _check_payload(payload: str) -> None:
    size = len(payload.encode())
    if size > _LARGEST_PAYLOAD:
        raise ClientException(
            f"serviceRequestPayload has {size} bytes, at most {_LARGEST_PAYLOAD} are allowed"
        )
    if read_request(payload) is None:
        raise ClientException("serviceRequestPayload must be a JSON object")


def _check_share(call: Call, queue: Resource, parameters: Parameters) -> None:
    policy = queue_policy(call, queue)
    for member, kind in (
        ("shareIdentifier", "fairsharePolicy"),
        ("quotaShareName", "quotaSharePolicy"),
    ):
        if policy == kind and member not in parameters:
            raise ClientException(f"{member} must be specified: JobQueue {queue.name} has a {kind}")
        if policy != kind and member in parameters:
            raise ClientException(
                f"{member} must not be specified: JobQueue {queue.name} has no {kind}"
            )
    if policy == "quotaSharePolicy":
        name = parameters["quotaShareName"]
        share = find(call, "quota-share", quota_share_arn(queue, name))
        if share is None:
            raise ClientException(f"QuotaShare {name} does not exist")
        if share.detail["state"] != "ENABLED":
            raise ClientException(f"QuotaShare {name} is DISABLED: it takes no jobs")


def _job(call: Call, queue: Resource, parameters: Parameters) -> Job:
    job_id = str(uuid.uuid4())
    return Job(
        id=job_id,
        arn=service_job_arn(call.region, job_id),
        name=parameters["jobName"],
        region=call.region,
        queue=queue.arn,
        sequence=call.store.next_sequence(),
        status="SUBMITTED",
        since=call.now,
        created_at=call.now,
        capacity=capacity_of(parameters["serviceRequestPayload"]),
        scheduling_priority=parameters.get("schedulingPriority"),
        share_identifier=parameters.get("shareIdentifier"),
        quota_share_name=parameters.get("quotaShareName"),
        retry_strategy=_retry_strategy(parameters.get("retryStrategy")),
        timeout_config=parameters.get("timeoutConfig"),
        preemption_configuration=parameters.get("preemptionConfiguration"),
        tags=parameters.get("tags", {}),
        client_token=parameters.get("clientToken"),
    )


def _retry_strategy(given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a strategy as Batch shows it: with its conditions, and actions in one case."""
    if given is None:
        return None
    conditions = [
        {**each, "action": each["action"].upper()} for each in given.get("evaluateOnExit", [])
    ]
    return {**given, "evaluateOnExit": conditions}


def _digest(parameters: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()
