"""Describe, terminate and update service jobs."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import Answer, Call, Parameters, require_between
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import job_id_of, training_job_arn
from sjresource.emulator.store.records import LIVE

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Attempt, Job

_MOST_TERMINATIONS: Final = 50
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def describe_service_job(call: Call, parameters: Parameters) -> Answer:
    """Describe one job, its payload as it was submitted."""
    job = _require(call, parameters["jobId"])
    described = {
        **summary(job),
        "startedAt": job.started_at or 0,  # required, also of a job that has not started
        "jobQueue": job.queue,
        "isTerminated": job.terminated,
        "attempts": [_attempt(job, attempt) for attempt in job.attempts],
        "serviceRequestPayload": call.store.payload(job.id),
        "schedulingPriority": job.scheduling_priority,
        "retryStrategy": job.retry_strategy,
        "timeoutConfig": job.timeout_config,
        "preemptionConfiguration": job.preemption_configuration,
        "preemptionSummary": _preemptions(job),
        "tags": job.tags,
    }
    return {name: value for name, value in described.items() if value is not None}


def summary(job: Job) -> Answer:
    """Give what ListServiceJobs tells of a job."""
    told: dict[str, Any] = {
        "jobId": job.id,
        "jobArn": job.arn,
        "jobName": job.name,
        "serviceJobType": "SAGEMAKER_TRAINING",
        "status": job.status,
        "statusReason": job.status_reason,
        "createdAt": job.created_at,
        "scheduledAt": job.scheduled_at,
        "startedAt": job.started_at,
        "stoppedAt": job.stopped_at,
        "shareIdentifier": job.share_identifier,
        "quotaShareName": job.quota_share_name,
        "isTerminated": True if job.terminated else None,
        "capacityUsage": [
            {"capacityUnit": unit, "quantity": float(count)} for unit, count in job.capacity.items()
        ],
    }
    if job.training_job is not None:
        told["latestAttempt"] = {"serviceResourceId": _training_job(job, job.training_job)}
    return {name: value for name, value in told.items() if value is not None}


def terminate_service_job(call: Call, parameters: Parameters) -> Answer:
    """Ask a job to end; it is FAILED a little later. One that has ended stays as it is.

    Success for a job that can't be found is documented for TerminateServiceJobs, and assumed here.
    """
    job_id = job_id_of(parameters["jobId"])
    if not _ID.fullmatch(job_id):
        raise ClientException("jobId is not a service job's id or ARN")
    _terminate(call, job_id, parameters["reason"])
    return {}


def terminate_service_jobs(call: Call, parameters: Parameters) -> Answer:
    """Ask up to 50 jobs to end, and say for each whether that was accepted."""
    wanted = parameters["jobs"]
    if not 1 <= len(wanted) <= _MOST_TERMINATIONS:
        raise ClientException(f"jobs must have 1 to {_MOST_TERMINATIONS} entries")
    answer: Answer = {"successful": [], "errors": []}
    for name in wanted:
        job_id = job_id_of(name)
        if _ID.fullmatch(job_id):
            _terminate(call, job_id, parameters["reason"])
            answer["successful"].append(name)
        else:
            message = "the job is not a service job's id or ARN"
            answer["errors"].append(
                {"job": name, "code": "ValidationException", "message": message}
            )
    return answer


def update_service_job(call: Call, parameters: Parameters) -> Answer:
    """Change a job's priority; in a first-in-first-out queue it is noted and has no effect."""
    job = _require(call, parameters["jobId"])
    require_between(parameters, "schedulingPriority", 0, 9999)
    if job.status not in LIVE:
        raise ClientException(f"ServiceJob {job.id} can't be updated: it is {job.status}")
    call.store.put_job(replace(job, scheduling_priority=parameters["schedulingPriority"]))
    return {"jobArn": job.arn, "jobName": job.name, "jobId": job.id}


def _require(call: Call, id_or_arn: str) -> Job:
    job = call.store.job(job_id_of(id_or_arn))
    if job is None or job.region != call.region:
        raise ClientException(f"ServiceJob {id_or_arn} does not exist")
    return job


def _terminate(call: Call, job_id: str, reason: str) -> None:
    job = call.store.job(job_id)
    if job is None or job.region != call.region or job.status not in LIVE or job.terminated:
        return
    due = call.now + call.behaviour.termination_ms
    terminated = replace(job, terminated=True, termination_reason=reason, stop_due=due)
    call.store.put_job(terminated)


def _preemptions(job: Job) -> dict[str, Any] | None:
    if not job.preemptions:
        return None
    return {
        "preemptedAttemptCount": job.preemptions,
        "recentPreemptedAttempts": [_attempt(job, each) for each in job.preempted_attempts],
    }


def _attempt(job: Job, attempt: Attempt) -> dict[str, Any]:
    told: dict[str, Any] = {
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }
    if attempt.training_job:
        told["serviceResourceId"] = _training_job(job, attempt.training_job)
    return {name: value for name, value in told.items() if value is not None}


def _training_job(job: Job, name: str) -> dict[str, str]:
    return {"name": "TrainingJobArn", "value": training_job_arn(job.region, name)}
