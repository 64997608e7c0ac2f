"""A job as a list shows it: picked by name out of AWS's answers, so nothing secret can slip in.

Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.status.capacity import amount
from sjresource.status.timeline import since, spans
from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Answer = Mapping[str, Any]
    View = dict[str, Any]


def job_entry(job: Answer, queue: str, why: str = "") -> View:
    """Show a job of ListServiceJobs; `why` says what one that waits is waiting for."""
    return {
        "arn": job["jobArn"],
        "name": job["jobName"],
        "queue": queue,
        "share": job.get("quotaShareName") or job.get("shareIdentifier") or "",
        "status": job["status"],
        "why": why or reason(job),
        "training_job": training_job_arn(job).rpartition("/")[2],
        "needs": amount(job.get("capacityUsage", [])),
        "stopping": bool(job.get("isTerminated")) and job["status"] not in TERMINAL,
        "created": job["createdAt"],
        "since": since(job),
        "spans": spans(job),
    }


def job_row(job: Answer, training_job: Answer) -> View:
    """Show what only the job's description, and SageMaker, tell: attempts and the model."""
    ended = len(job.get("attempts", []))
    allowed = job.get("retryStrategy", {}).get("attempts", 1)
    now = max(ended, 1) if job["status"] in TERMINAL else ended + 1
    return {
        "arn": job["jobArn"],
        "attempt": min(now, max(allowed, ended, 1)),
        "attempts": allowed,
        "preemptions": job.get("preemptionSummary", {}).get("preemptedAttemptCount", 0),
        "since": since(job),
        "spans": spans(job),
        "model": model(job, training_job),
    }


def reason(job: Answer) -> str:
    """Return AWS's reason for where a job stands; of a success it only says that it is one."""
    return "" if job["status"] == "SUCCEEDED" else str(job.get("statusReason") or "")


def model(job: Answer, training_job: Answer) -> str:
    """Tell where the model is; empty unless the job has succeeded."""
    if job["status"] != "SUCCEEDED":
        return ""
    return str(training_job.get("ModelArtifacts", {}).get("S3ModelArtifacts") or "")


def counts(entries: Iterable[View]) -> dict[tuple[str, str], dict[str, int]]:
    """Count the jobs of each queue, and of each share of it, by stage; share "" is the queue."""
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for entry in entries:
        for share in {"", entry["share"]}:
            place = counted.setdefault((entry["queue"], share), {})
            where = stage(entry["status"])
            place[where] = place.get(where, 0) + 1
    return counted


def training_job_arn(job: Answer) -> str:
    """Give the ARN of the training job that was started last; empty if there was none."""
    return str(job.get("latestAttempt", {}).get("serviceResourceId", {}).get("value") or "")
