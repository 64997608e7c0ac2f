"""List, describe, terminate and update service jobs.

A page of a list costs the same however many jobs there are: each query is a range of one of the
store's indexes, and a nextToken is a position in it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.behaviour import filled
from sjresource.emulator.api.call import (
    Answer,
    Call,
    Parameters,
    page_size,
    read_token,
    require,
    require_between,
    write_token,
)
from sjresource.emulator.protocol.errors import ClientException
from sjresource.emulator.store.arns import job_id_of, training_job_arn
from sjresource.emulator.store.records import LIVE

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Attempt, Job

_MOST_TERMINATIONS: Final = 50
_SHARES: Final = {"SHARE_IDENTIFIER": "share", "QUOTA_SHARE_NAME": "quota_share"}
_FILTERS: Final = ("JOB_NAME", "BEFORE_CREATED_AT", "AFTER_CREATED_AT", *_SHARES)
_MOST_DIGITS: Final = 18
_NEWEST: Final = "sequence DESC"
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def list_service_jobs(call: Call, parameters: Parameters) -> Answer:
    """List a queue's jobs, newest first; those that are RUNNING without a status and a filter."""
    if "jobQueue" not in parameters:
        raise ClientException("jobQueue is required")
    queue = require(call, "job-queue", parameters["jobQueue"])
    size = page_size(parameters)
    where, values = _query(parameters)
    by_name = where.startswith("name >=")
    order = f"name, {_NEWEST}" if by_name else _NEWEST
    if "nextToken" in parameters:
        after, more_values = _after(parameters["nextToken"], by_name=by_name)
        where, values = f"{where} AND {after}", [*values, *more_values]
    jobs = call.store.select_jobs(f"queue = ? AND {where}", [queue.arn, *values], order, size + 1)
    lag = call.behaviour.list_lag_ms
    shown = [job for job in jobs[:size] if _is_shown(call, job, lag)]
    answer: Answer = {"jobSummaryList": [summary(job) for job in shown]}
    return {**answer, "nextToken": _token(jobs[size - 1])} if len(jobs) > size else answer


def describe_service_job(call: Call, parameters: Parameters) -> Answer:
    """Describe one job, with its payload as it was submitted."""
    job = _require(call, parameters["jobId"])
    if not _is_shown(call, job, call.behaviour.describe_lag_ms):
        raise _missing(call, parameters["jobId"])
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


def without_absent(call: Call, operation: str, answer: Answer) -> Answer:
    """Return a checked answer without what AWS may leave out although its model requires it."""
    absent = operation == "DescribeServiceJob" and not answer["startedAt"]
    if not absent or call.behaviour.started_at_before_start == "zero":
        return answer
    return {name: value for name, value in answer.items() if name != "startedAt"}


def summary(job: Job) -> Answer:
    """Return what ListServiceJobs shows of a job."""
    shown: dict[str, Any] = {
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
        shown["latestAttempt"] = {"serviceResourceId": _training_job(job, job.training_job)}
    return {name: value for name, value in shown.items() if value is not None}


def terminate_service_job(call: Call, parameters: Parameters) -> Answer:
    """Terminate a job, which is FAILED a little later; one that has ended stays as it is.

    Success for a job that can't be found is documented for TerminateServiceJobs, and assumed here.
    """
    job = parameters["jobId"]
    if not _ID.fullmatch(job_id_of(job)):
        raise ClientException("jobId is not a service job's id or ARN")
    _check_termination(call, job)
    _terminate(call, job, parameters["reason"])
    return {}


def terminate_service_jobs(call: Call, parameters: Parameters) -> Answer:
    """Terminate up to 50 jobs, and return for each whether that was accepted."""
    wanted = parameters["jobs"]
    if not 1 <= len(wanted) <= _MOST_TERMINATIONS:
        raise ClientException(f"jobs must have 1 to {_MOST_TERMINATIONS} entries")
    answer: Answer = {"successful": [], "errors": []}
    for name in wanted:
        if _ID.fullmatch(job_id_of(name)):
            _terminate(call, name, parameters["reason"])
            answer["successful"].append(name)
        else:
            message = "the job is not a service job's id or ARN"
            answer["errors"].append(
                {"job": name, "code": "ValidationException", "message": message}
            )
    return answer


def update_service_job(call: Call, parameters: Parameters) -> Answer:
    """Change a job's priority; in a first-in-first-out queue that has no effect."""
    job = _require(call, parameters["jobId"])
    require_between(parameters, "schedulingPriority", 0, 9999)
    if job.status not in LIVE and call.behaviour.update_ended == "refuse":
        raise ClientException(f"ServiceJob {job.id} can't be updated: it is {job.status}")
    if job.status in LIVE:
        call.store.put_job(replace(job, scheduling_priority=parameters["schedulingPriority"]))
    return job_reference(job)


def job_reference(job: Job) -> Answer:
    """Return the names by which SubmitServiceJob and UpdateServiceJob answer."""
    return {"jobArn": job.arn, "jobName": job.name, "jobId": job.id}


def _find(call: Call, id_or_arn: str) -> Job | None:
    """Return the job of the caller's account and region with this id or ARN."""
    job = call.store.job(job_id_of(id_or_arn))
    if job is None or job.region != call.region or id_or_arn not in (job.id, job.arn):
        return None
    return job


def _require(call: Call, id_or_arn: str) -> Job:
    job = _find(call, id_or_arn)
    if job is None:
        raise _missing(call, id_or_arn)
    return job


def _missing(call: Call, id_or_arn: str) -> ClientException:
    return ClientException(filled(call.behaviour.missing_job_words, name=id_or_arn))


def _is_shown(call: Call, job: Job, lag_ms: int) -> bool:
    """Return whether Batch shows a job, which is too new within `lag_ms`, or ended too long ago."""
    kept = call.behaviour.ended_jobs_kept_ms
    forgotten = kept is not None and job.stopped_at is not None and job.stopped_at + kept < call.now
    return job.created_at + lag_ms <= call.now and not forgotten


def _check_termination(call: Call, id_or_arn: str) -> None:
    """Raise ClientException if a job is not there or has ended, and a switch refuses that."""
    job, behaviour = _find(call, id_or_arn), call.behaviour
    if job is None:
        if behaviour.terminate_unknown == "refuse":
            raise _missing(call, job_id_of(id_or_arn))
    elif job.status not in LIVE and behaviour.terminate_ended == "refuse":
        raise ClientException(f"ServiceJob {job.id} can't be terminated: it is {job.status}")


def _terminate(call: Call, id_or_arn: str, reason: str) -> None:
    job = _find(call, id_or_arn)
    if job is None or job.status not in LIVE or job.terminated:
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
    shown: dict[str, Any] = {
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
    }
    if attempt.training_job:
        shown["serviceResourceId"] = _training_job(job, attempt.training_job)
    return {name: value for name, value in shown.items() if value is not None}


def _training_job(job: Job, name: str) -> dict[str, str]:
    return {"name": "TrainingJobArn", "value": training_job_arn(job.region, name)}


def _query(parameters: Parameters) -> tuple[str, list[Any]]:
    """Return the SQL condition on the table of jobs, and its values."""
    filters = parameters.get("filters", [])
    if len(filters) > 1:
        raise ClientException("filters must have only one entry")
    if not filters:
        return "status = ?", [parameters.get("jobStatus", "RUNNING")]
    name = filters[0].get("name")
    values = filters[0].get("values", [])
    if name not in _FILTERS:
        raise ClientException(f"filters: name must be one of {', '.join(_FILTERS)}")
    if len(values) != 1:
        raise ClientException("filters: values must have one entry")
    if name in _SHARES:
        return _share_query(_SHARES[name], values[0], parameters)
    return _name_query(values[0]) if name == "JOB_NAME" else _time_query(name, values[0])


def _share_query(column: str, value: str, parameters: Parameters) -> tuple[str, list[Any]]:
    """Query a share's jobs; this is the only filter beside which a status counts."""
    if "jobStatus" not in parameters:
        return f"{column} = ?", [value]
    return f"{column} = ? AND status = ?", [value, parameters["jobStatus"]]


def _name_query(value: str) -> tuple[str, list[Any]]:
    name = value.lower()
    if not name.endswith("*"):
        return "name = ?", [name]
    return "name >= ? AND name < ?", [name[:-1], name[:-1] + "\U0010ffff"]


def _time_query(name: str, value: str) -> tuple[str, list[Any]]:
    """Query by creation time, via the sequence, which grows with it and orders the answer."""
    if not value.isascii() or not value.isdigit() or len(value) > _MOST_DIGITS:
        raise ClientException(f"filters: {name} must be milliseconds since 1970")
    created_at = int(value)
    if name == "BEFORE_CREATED_AT":
        bound = "SELECT max(sequence) FROM service_jobs WHERE created_at < ?"
        return f"sequence <= ({bound})", [created_at]
    bound = "SELECT min(sequence) FROM service_jobs WHERE created_at > ?"
    return f"sequence >= ({bound})", [created_at]


def _token(job: Job) -> str:
    return write_token(job.name.lower(), job.sequence)


def _after(token: str, *, by_name: bool) -> tuple[str, list[Any]]:
    name, sequence = read_token(token, 2)
    if not isinstance(name, str) or not isinstance(sequence, int):
        raise ClientException("nextToken is not valid")
    if by_name:
        return "(name > ? OR (name = ? AND sequence < ?))", [name, name, sequence]
    return "sequence < ?", [sequence]
