"""How a service job goes from one status to the next. Pure: from a job to the next job.

SUBMITTED, RUNNABLE, SCHEDULED, STARTING, RUNNING, SUCCEEDED or FAILED, with ways back to
RUNNABLE (https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html). The other
files of this folder decide when. Times are in epoch milliseconds.

What follows a failed attempt:
https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from sjresource.emulator.executors.interface import PENDING_TOO_LONG
from sjresource.emulator.store.records import Attempt

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.emulator.executors.interface import Outcome
    from sjresource.emulator.store.records import Job

RECEIVED: Final = "Received status from SageMaker: "
"""How Batch begins the reason of an attempt that SageMaker ended."""

SHORTAGE: Final = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources"
)
"""What Batch shows of a job that SageMaker had no instances for:
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html"""

_CAPACITY: Final = "CapacityError"

COMPLETED: Final = f"{RECEIVED}Training job completed"
"""https://docs.aws.amazon.com/batch/latest/userguide/service-job-events.html"""

PREEMPTING: Final = "PREEMPTION_IN_PROGRESS: "
"""How the reason of a job begins that is being stopped for another one:
https://docs.aws.amazon.com/batch/latest/userguide/batch-service-job-preemption-events.html"""

TIMED_OUT: Final = "Job attempt duration exceeded timeout"

_STATUS: Final = {
    "Pending": "SCHEDULED",
    "Starting": "STARTING",
    "LaunchingMLInstances": "STARTING",
    "PreparingTrainingStack": "STARTING",
    "Downloading": "STARTING",
    "DownloadingTrainingImage": "STARTING",
    "Training": "RUNNING",
    "Uploading": "RUNNING",
}
_ORDER: Final = ("SCHEDULED", "STARTING", "RUNNING")
_PREFIX: Final = "AWSBatch"
_DIGITS: Final = 32
_LONGEST_NAME: Final = 63
_RECENT: Final = 10
"""How many preempted attempts are kept: "a sliding window", of a size that is not documented."""


def runnable(job: Job, now: int, reason: str | None = None) -> Job:
    """Return the job as RUNNABLE: once the scheduler has seen it, or after an attempt."""
    return replace(job, status="RUNNABLE", since=now, status_reason=reason, environment=None)


def scheduled(job: Job, environment: str, training_job: str, now: int) -> Job:
    """Return the job with capacity in `environment` and a new training job of this name."""
    return replace(
        job,
        status="SCHEDULED",
        since=now,
        scheduled_at=now,
        status_reason=None,
        blocked_since=None,
        environment=environment,
        training_job=training_job,
        starts=job.starts + 1,
        attempt_started_at=None,
        timed_out=False,
    )


def refused(job: Job, reason: str, now: int) -> Job:
    """Return the job after SageMaker refused its training job: a try without an attempt."""
    if job.terminated:
        return failed_without_attempt(job, job.termination_reason, now)
    job = replace(job, refusals=job.refusals + 1, blocked_since=None)
    return _tried(job, f"{RECEIVED}{reason}", now)


def progressed(job: Job, secondary_status: str, now: int) -> Job:
    """Return the job with the status of its training job; within an attempt it never goes back."""
    status = _STATUS.get(secondary_status, job.status)
    if _ORDER.index(status) <= _ORDER.index(job.status):
        return job
    job = replace(job, status=status, since=now)
    if status != "RUNNING":
        return job
    started = job.attempt_started_at or now
    return replace(job, attempt_started_at=started, started_at=job.started_at or started)


def ended(job: Job, outcome: Outcome, secondary_status: str, now: int) -> Job:
    """Return the job after its training job has ended: it has too, or waits for an attempt."""
    if outcome.status == "Completed" and not job.terminated:
        return _finished(_with_attempt(job, COMPLETED, now), "SUCCEEDED", COMPLETED, now)
    if job.terminated or job.timed_out:
        reason = job.termination_reason if job.terminated else TIMED_OUT
        return _failed_for_good(job, reason, now)
    if job.preempted_for is not None:
        return _preempted(job, now)
    if secondary_status == PENDING_TOO_LONG or is_capacity_failure(outcome.failure_reason):
        return _short_of_capacity(job, now)
    if outcome.status == "Stopped":
        return _failed_for_good(job, f"{RECEIVED}{secondary_status}", now)
    reason = f"{RECEIVED}{outcome.failure_reason or 'Failed'}"
    return _tried(_with_attempt(job, reason, now), reason, now)


def preempting(job: Job, for_job: str, reason: str, now: int) -> Job:
    """Return the job that is to be stopped, so that `for_job` gets its capacity."""
    return replace(
        job,
        preempted_for=for_job,
        preemption_reason=reason,
        stop_due=now,
        status_reason=f"{PREEMPTING}{reason}",
    )


def failed_without_attempt(job: Job, reason: str | None, now: int) -> Job:
    """Return the job as FAILED, without an attempt: it did not get as far as SageMaker."""
    return _finished(job, "FAILED", reason, now)


def training_job_name(name: str, job_id: str, start: int) -> str:
    """Return the name that Batch gives a training job: AWSBatch, the payload's, 32 hex digits.

    https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html and
    .../service-job-events.html show it. Believed: how a long name is cut, and that what SageMaker
    does not allow in it becomes a hyphen.
    """
    digest = hashlib.sha256(f"{job_id}/{start}".encode()).hexdigest()[:_DIGITS]
    cleaned = re.sub("[^A-Za-z0-9-]+", "-", name)
    room = _LONGEST_NAME - len(_PREFIX) - len(digest)
    return f"{_PREFIX}{cleaned[:room]}{digest}"


def _tried(job: Job, reason: str, now: int) -> Job:
    """Return the job after a failed try: FAILED, or RUNNABLE for the next one."""
    if after_failure(job.retry_strategy, len(job.attempts) + job.refusals, reason) == "EXIT":
        return _finished(job, "FAILED", reason, now)
    return replace(runnable(job, now, reason), shortages=0)


def _short_of_capacity(job: Job, now: int) -> Job:
    waited = job.shortage_ms + now - (job.scheduled_at or now)
    return replace(runnable(job, now, SHORTAGE), shortages=job.shortages + 1, shortage_ms=waited)


def _preempted(job: Job, now: int) -> Job:
    """Return the job as RUNNABLE, or FAILED "when preemption retries have been exhausted".

    Without the setting they are unlimited.

    https://docs.aws.amazon.com/batch/latest/userguide/preemption.html
    """
    reason = job.preemption_reason
    attempts = [_attempt(job, reason, now), *job.preempted_attempts][:_RECENT]
    job = replace(job, preemptions=job.preemptions + 1, preempted_attempts=attempts)
    retries = (job.preemption_configuration or {}).get("preemptionRetriesBeforeTermination")
    if retries is not None and job.preemptions > retries:
        return _finished(job, "FAILED", reason, now)
    return replace(runnable(job, now), stop_due=None, preempted_for=None, preemption_reason=None)


def _failed_for_good(job: Job, reason: str | None, now: int) -> Job:
    return _finished(_with_attempt(job, reason, now), "FAILED", reason, now)


def _with_attempt(job: Job, reason: str | None, now: int) -> Job:
    return replace(job, attempts=[*job.attempts, _attempt(job, reason, now)])


def _attempt(job: Job, reason: str | None, now: int) -> Attempt:
    return Attempt(job.training_job or "", job.attempt_started_at, now, reason)


def _finished(job: Job, status: str, reason: str | None, now: int) -> Job:
    return replace(
        job, status=status, since=now, stopped_at=now, status_reason=reason,
        environment=None, blocked_since=None, stop_due=None, preempted_for=None,
        preemption_reason=None,
    )  # fmt: skip


def is_capacity_failure(failure_reason: str | None) -> bool:
    """Return whether SageMaker had no instances: such a failure does not use up an attempt."""
    return (failure_reason or "").startswith(_CAPACITY)


def after_failure(
    strategy: Mapping[str, Any] | None, failed_attempts: int, status_reason: str
) -> Literal["RETRY", "EXIT"]:
    """Return RETRY for a job whose `failed_attempts`-th attempt just failed, or EXIT.

    Without a strategy a job has one attempt. The first pattern that matches decides; where none
    does, the job is retried while attempts are left.
    """
    if failed_attempts >= (strategy or {}).get("attempts", 1):
        return "EXIT"
    for rule in (strategy or {}).get("evaluateOnExit", []):
        if _matches(rule.get("onStatusReason", "*"), status_reason):
            return "EXIT" if rule.get("action") == "EXIT" else "RETRY"
    return "RETRY"


def _matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches all of a text; * matches anything, or nothing."""
    first, *others = pattern.split("*")
    if not others or not text.startswith(first):
        return text == pattern
    position = len(first)
    for part in others[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(others[-1]) and len(text) - position >= len(others[-1])
