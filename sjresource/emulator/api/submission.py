"""SubmitServiceJob: its rules, and the answer to a replayed clientToken."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.behaviour import filled
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
from sjresource.emulator.lifecycle.payload import capacity_of, read_request
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import check_name, service_job_arn
from sjresource.emulator.store.records import LIVE, Job

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.api.behaviour import Behaviour
    from sjresource.emulator.store.records import Resource

_FAIR: Final = "fairsharePolicy"
_QUOTA: Final = "quotaSharePolicy"
_MOST_RULES: Final = 5
_LONGEST_PATTERN: Final = 512
_LONGEST_SHARE: Final = 255


def submit_service_job(call: Call, parameters: Parameters) -> Answer:
    """Add a job to its queue, as SUBMITTED until the scheduler has seen it."""
    replayed = _replayed(call, parameters)
    if replayed is not None:
        return job_reference(replayed)
    queue = _open_queue(call, parameters["jobQueue"])
    _check(call, parameters)
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
        if call.behaviour.token_other_request == "reject":  # noqa: S105 - no password
            raise ClientException("clientToken was used before with another request")
        return job
    if _replay(call, job) == "reject":
        raise ClientException("clientToken was used before with the same request")
    return job


def _replay(call: Call, job: Job) -> str:
    """Return what a replayed token with the same request leads to."""
    after_end = None if job.status in LIVE else call.behaviour.token_replay_after_end
    return after_end or call.behaviour.token_replay


def _open_queue(call: Call, name_or_arn: str) -> Resource:
    queue = require(call, "job-queue", name_or_arn)
    if queue.detail["state"] != "ENABLED":
        raise ClientException(filled(call.behaviour.disabled_queue_words, name=queue.name))
    if queue.detail["status"] not in ("VALID", "UPDATING"):
        raise ClientException(f"JobQueue {queue.name} is not VALID: it is {queue.detail['status']}")
    return queue


def _check(call: Call, parameters: Parameters) -> None:
    hyphen = call.behaviour.job_name_begins_with_hyphen == "accept"
    check_name("jobName", parameters["jobName"], first_hyphen=hyphen)
    _check_payload(call.behaviour, parameters["serviceRequestPayload"])
    require_between(parameters, "schedulingPriority", 0, 9999)
    require_between(parameters.get("timeoutConfig", {}), "attemptDurationSeconds", 1, 2**31 - 1)
    preemption = parameters.get("preemptionConfiguration", {})
    require_between(preemption, "preemptionRetriesBeforeTermination", 0, 2**31 - 1)
    if len(parameters.get("shareIdentifier", "")) > _LONGEST_SHARE:
        raise ClientException(f"shareIdentifier must have at most {_LONGEST_SHARE} characters")
    strategy = parameters.get("retryStrategy", {})
    require_between(strategy, "attempts", 1, 10)
    rules = strategy.get("evaluateOnExit", [])
    if len(rules) > _MOST_RULES:
        raise ClientException(f"evaluateOnExit must have at most {_MOST_RULES} entries")
    for rule in rules:
        if call.behaviour.retry_action == "refuse" and not rule.get("action", "EXIT").isupper():
            raise ClientException("action must be one of RETRY, EXIT")
        if len(rule.get("onStatusReason", "")) > _LONGEST_PATTERN:
            raise ClientException(f"onStatusReason must have at most {_LONGEST_PATTERN} characters")


def _check_payload(behaviour: Behaviour, payload: str) -> None:
    unit, most = behaviour.payload_unit, behaviour.longest_payload
    size = len(payload) if unit == "characters" else len(payload.encode())
    if size > most:
        raise ClientException(
            f"serviceRequestPayload has {size} {unit}, at most {most} are allowed"
        )
    if read_request(payload) is None and behaviour.payload_not_json == "refuse":
        raise ClientException("serviceRequestPayload must be a JSON object")


def _check_share(call: Call, queue: Resource, parameters: Parameters) -> None:
    policy = queue_policy(call, queue)
    words = call.behaviour
    unexpected = f"quotaShareName must not be specified: JobQueue {queue.name} has no {_QUOTA}"
    for member, kind, missing, needless in (
        ("shareIdentifier", _FAIR, words.share_missing_words, words.share_unexpected_words),
        ("quotaShareName", _QUOTA, words.quota_share_missing_words, unexpected),
    ):
        if policy == kind and member not in parameters:
            raise ClientException(filled(missing, name=queue.name))
        if policy != kind and member in parameters:
            raise ClientException(filled(needless, name=queue.name))
    if policy == _QUOTA:
        name = parameters["quotaShareName"]
        share = find(call, "quota-share", quota_share_arn(queue, name))
        if share is None:
            missing = filled(call.behaviour.missing_words, noun="QuotaShare", name=name)
            raise ClientException(missing)
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
        retry_strategy=_retry_strategy(call, parameters.get("retryStrategy")),
        timeout_config=parameters.get("timeoutConfig"),
        preemption_configuration=parameters.get("preemptionConfiguration"),
        tags=parameters.get("tags", {}),
        client_token=parameters.get("clientToken"),
    )


def _retry_strategy(call: Call, given: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a strategy as Batch shows it: with its conditions, and actions in one case."""
    if given is None:
        return None
    conditions = given.get("evaluateOnExit", [])
    if call.behaviour.retry_action != "as-given":
        conditions = [
            {**each, "action": each["action"].upper()} if "action" in each else each
            for each in conditions
        ]
    return {**given, "evaluateOnExit": conditions}


def _digest(parameters: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()
