"""Beliefs about jobs that train: each needs minutes of the smallest instance."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.arn import name_in
from sjresource.aws.batch import QUOTA_SHARE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.probes.beliefs.sources import TRAINING_TROUBLE, api, guide
from sjresource.probes.session.calls import NotTriedError
from sjresource.probes.session.payload import INSTANCE_TYPE, training_payload
from sjresource.probes.session.probe import Words, probe
from sjresource.probes.session.session import QUOTA_POLICY, share_request
from sjresource.vocabulary import SAGEMAKER_TRAINING, STATUSES, TERMINAL

if TYPE_CHECKING:
    from sjresource.probes.session.session import Session

_PATIENCE: Final = 1800.0
"""Seconds within which a training job of a minute is over, capacity included."""

_MADE_NAME: Final = re.compile(r"AWSBatch(.*?)([0-9a-f]{32})")
_STARTED: Final = ("RUNNING", *TERMINAL)
"""The statuses of a job whose training has begun, or never will."""

_TRAINS: Final = ("DescribeServiceJob", "SubmitServiceJob")


def _end(job: dict[str, Any]) -> dict[str, Any]:
    """Return how a job has ended, as the probes believe something of it."""
    return {
        "status": job["status"],
        "attempts": len(job["attempts"]),
        "reason": job.get("statusReason"),
    }


def _trained(session: Session) -> dict[str, Any]:
    """Return a job that has succeeded, with the statuses that it was seen to have."""

    def train() -> dict[str, Any]:
        payload = training_payload(session.trained_with(), 20)
        job_id = session.job(session.open_queue, "trained", serviceRequestPayload=payload)
        seen: list[dict[str, Any]] = []

        def look() -> dict[str, Any]:
            seen.append(session.describe(job_id))
            return seen[-1]

        job = session.wait(look, lambda found: found["status"] in TERMINAL, _PATIENCE)
        early = [each for each in seen if each["status"] not in _STARTED]
        return {
            "job": job,
            "statuses": list(dict.fromkeys(each["status"] for each in seen)),
            "early_started": sorted({str(each.get("startedAt")) for each in early}),
        }

    found = session.shared("trained", train)
    if found["job"]["status"] != "SUCCEEDED":
        job = found["job"]
        raise NotTriedError(f"the training job did not succeed: {job.get('statusReason')}")
    return found


@probe(
    name="statuses-in-order",
    belief="A job goes through its statuses in their documented order, and never back within an "
    "attempt.",
    source=f"{guide('service-job-status')} has the order",
    believed={"in_order": True, "last": "SUCCEEDED"},
    cost="paid",
    minutes=3,
)
def statuses_in_order(session: Session) -> dict[str, Any]:
    """In which order does a job have its statuses?"""
    statuses = _trained(session)["statuses"]
    ordered = statuses == sorted(statuses, key=STATUSES.index)
    return {"in_order": ordered, "last": statuses[-1], "statuses": statuses}


@probe(
    name="started-at",
    belief="`startedAt` is 0 until training begins, and then it and an attempt's are that moment. "
    "`scheduledAt` is of the latest start.",
    source=f"{api('DescribeServiceJob')} has it as required",
    believed={"before": ["0"], "as_the_attempt": True, "after_scheduled": True},
    cost="paid",
)
def started_at(session: Session) -> dict[str, Any]:
    """What is startedAt before, while and after a job trains?"""
    trained = _trained(session)
    if not trained["early_started"]:
        raise NotTriedError("the job was not seen before it trained")
    job = trained["job"]
    (attempt,) = job["attempts"]
    return {
        "before": trained["early_started"],
        "as_the_attempt": job.get("startedAt") == attempt.get("startedAt"),
        "after_scheduled": bool(job.get("scheduledAt"))
        and job["createdAt"] <= job["scheduledAt"] <= job["startedAt"],
    }


@probe(
    name="reason-of-success",
    belief="A job that has succeeded, and its one attempt, have the reason `Received status from "
    "SageMaker: Training job completed`.",
    source=f"{guide('service-job-events')} shows it",
    believed={"reason": "Received status from SageMaker: Training job completed", "attempts": 1},
    cost="paid",
)
def reason_of_success(session: Session) -> dict[str, Any]:
    """Which reason has a job that has succeeded?"""
    job = _trained(session)["job"]
    return {"reason": job.get("statusReason"), "attempts": len(job["attempts"])}


@probe(
    name="training-job-name",
    belief="The training job's name is `AWSBatch`, the payload's TrainingJobName, 32 hex digits "
    "that differ with each start; the name is cut so that all has 63 characters, and what "
    "SageMaker does not allow in it becomes a hyphen. A payload without one gets the service job's "
    "name.",
    source=f"{guide('service-job-events')} and {guide('getting-started-sagemaker')} show short "
    "names",
    believed={"form": "AWSBatch, the first 23 characters of the job's name, 32 hex digits"},
    cost="paid",
)
def training_job_name(session: Session) -> dict[str, Any]:
    """How is a training job named whose payload has no name?"""
    job = _trained(session)["job"]
    name = name_in(job["attempts"][0]["serviceResourceId"]["value"])
    found = _MADE_NAME.fullmatch(name)
    if found is None or not job["jobName"].startswith(found[1]):
        return {"form": "another", "length": len(name)}
    length = len(found[1])
    form = f"AWSBatch, the first {length} characters of the job's name, 32 hex digits"
    return {"form": form, "length": len(name)}


@probe(
    name="failed-attempts",
    belief="A failed attempt is retried while attempts are left, and the words in which SageMaker "
    "says why a training failed, by which advice is chosen, come after `Received status from "
    "SageMaker: AlgorithmError`.",
    source=TRAINING_TROUBLE,
    believed={
        "status": "FAILED",
        "attempts": 2,
        "reason": Words("Received status from SageMaker: AlgorithmError"),
    },
    operations=_TRAINS,
    cost="paid",
    minutes=4,
    believer="sjresource",
)
def failed_attempts(session: Session) -> dict[str, Any]:
    """What is shown of a job with two attempts whose training fails?"""
    payload = training_payload(session.trained_with(), 1, exit_code=1)
    job_id = session.job(
        session.open_queue,
        "failing",
        serviceRequestPayload=payload,
        retryStrategy={"attempts": 2},
    )
    return _end(session.wait_for_end(job_id, _PATIENCE))


@probe(
    name="attempt-timeout",
    belief="An attempt's timeout, of which the reason is that of container jobs, stops the "
    "training job from outside, counts from when training began, and the job is not retried.",
    source=f'{api("ServiceJobTimeout")}: "AWS Batch terminates the service job attempt"',
    believed={
        "status": "FAILED",
        "attempts": 1,
        "reason": Words("Job attempt duration exceeded timeout"),
    },
    operations=_TRAINS,
    cost="paid",
    minutes=5,
)
def attempt_timeout(session: Session) -> dict[str, Any]:
    """What becomes of an attempt that takes longer than its timeout?"""
    payload = training_payload(session.trained_with(), 240)
    job_id = session.job(
        session.open_queue,
        "slow",
        serviceRequestPayload=payload,
        retryStrategy={"attempts": 2},
        timeoutConfig={"attemptDurationSeconds": 60},
    )
    return _end(session.wait_for_end(job_id, _PATIENCE))


@probe(
    name="terminate-running-job",
    belief="A job that was terminated while it trained is FAILED with the reason that was given, "
    "and is not retried.",
    source=f"{guide('service-job-retries')} names what is retried",
    believed={"status": "FAILED", "attempts": 1, "reason": "ended by a probe"},
    operations=(*_TRAINS, "TerminateServiceJob"),
    cost="paid",
    minutes=4,
)
def terminate_running_job(session: Session) -> dict[str, Any]:
    """What becomes of a job that is terminated while it trains?"""
    payload = training_payload(session.trained_with(), 240)
    job_id = session.job(
        session.open_queue,
        "stopped",
        serviceRequestPayload=payload,
        retryStrategy={"attempts": 2},
    )
    running = session.wait(
        lambda: session.describe(job_id),
        lambda job: job["status"] in _STARTED,
        _PATIENCE,
    )
    if running["status"] != "RUNNING":
        raise NotTriedError(f"the job is {running['status']}, and was not seen RUNNING")
    session.calls.required("TerminateServiceJob", jobId=job_id, reason="ended by a probe")
    return _end(session.wait_for_end(job_id, 300))


@probe(
    name="preempted-job",
    belief="A preempted attempt stands in `preemptionSummary` only and uses up no attempt of the "
    "retry strategy. A preempted job that waits again has no reason of its own.",
    source=f"{guide('preemption')} and {api('DescribeServiceJob')} don't say",
    believed={
        "preempted": 1,
        "attempts": 0,
        "reason_of_attempt": Words("Cross-share preemption triggered to reclaim borrowed capacity"),
        "reason": None,
    },
    operations=_TRAINS,
    cost="paid",
    minutes=12,
)
def preempted_job(session: Session) -> dict[str, Any]:
    """What is shown of a job that another share has taken its capacity back from?"""
    payload = training_payload(session.trained_with(), 280)
    queue = session.shared("lending_queue", lambda: _lending_queue(session))
    borrower = session.name("borrower")
    jobs = [
        session.job(queue, f"borrowed-{n}", quotaShareName=borrower, serviceRequestPayload=payload)
        for n in (1, 2)
    ]
    for job_id in jobs:
        session.wait(
            lambda job_id=job_id: session.describe(job_id),  # type: ignore[misc] # bound
            lambda job: job["status"] in _STARTED,
            _PATIENCE,
        )
    session.job(
        queue, "owned", quotaShareName=session.name("lender"), serviceRequestPayload=payload
    )
    described = session.wait(
        lambda: [session.describe(job_id) for job_id in jobs],
        lambda found: any("preemptionSummary" in each for each in found),
        600,
    )
    preempted = next((each for each in described if "preemptionSummary" in each), None)
    if preempted is None:
        return {"preempted": 0}
    summary = preempted["preemptionSummary"]
    return {
        "preempted": summary.get("preemptedAttemptCount"),
        "attempts": len(preempted.get("attempts", [])),
        "reason_of_attempt": summary["recentPreemptedAttempts"][0].get("statusReason"),
        "reason": preempted.get("statusReason"),
    }


def _lending_queue(session: Session) -> str:
    """Return a queue of two instances and two shares, each of which lends and borrows one."""
    environment = session.make(
        SERVICE_ENVIRONMENT,
        "lending",
        serviceEnvironmentType=SAGEMAKER_TRAINING,
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": INSTANCE_TYPE}],
    )
    policy = session.make(
        SCHEDULING_POLICY,
        "lending",
        quotaSharePolicy=QUOTA_POLICY,
    )
    queue = session.queue("lending", environment, schedulingPolicyArn=policy)
    for label in ("lender", "borrower"):
        session.make(QUOTA_SHARE, label, jobQueue=queue, **share_request())
    return queue


PROBES: Final = (
    statuses_in_order,
    started_at,
    reason_of_success,
    training_job_name,
    failed_attempts,
    attempt_timeout,
    terminate_running_job,
    preempted_job,
)
