"""What became of the jobs of a completion: the record that stands in the stack's state. Pure.

It stands there for good: Batch and SageMaker forget their jobs after a while.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.models import answer_properties
from sjresource.status.console_links import console_urls
from sjresource.status.evidence import training_job_arn
from sjresource.vocabulary import LOG_GROUP, stage
from sjresource.waiting.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.status.evidence import Evidence
    from sjresource.status.masking import Mask


QUOTING = (
    "status_reason",
    "attempts",
    "failure_reason",
    "training_job_arn",
    "training_job_name",
    "log_stream",
    "console_urls",
)
"""AWS's words in a job's record, and names that begin with the payload's TrainingJobName."""

MADE_OF_ARGUMENTS = ("model_artifacts", "final_metrics")
"""What consists of the job's own arguments, and is needed whole: it is as secret as they are."""


def job_record(evidence: Evidence) -> dict[str, Any]:
    """Build one job's record; what is not known is absent."""
    detail, trained = evidence.detail, evidence.training_job
    arn = training_job_arn(detail)
    record = {
        "job": detail.get("jobArn"),
        "job_name": detail.get("jobName"),
        "status": detail["status"],
        "status_reason": detail.get("statusReason"),
        "attempts": answer_properties("DescribeServiceJob", detail).get("attempts"),
        "training_job_arn": arn,
        "training_job_name": name_in(arn) if arn else None,
        "failure_reason": trained.get("FailureReason"),
        "model_artifacts": trained.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
        "final_metrics": {
            metric["MetricName"]: metric["Value"]
            for metric in trained.get("FinalMetricDataList", [])
        },
        "training_seconds": trained.get("TrainingTimeInSeconds"),
        "billable_seconds": trained.get("BillableTimeInSeconds"),
        "log_group": LOG_GROUP if arn else None,
        "log_stream": evidence.log_stream,
        "console_urls": console_urls(detail.get("jobQueue"), arn, evidence.page),
    }
    return {name: value for name, value in record.items() if value not in (None, "", {}, [])}


def parted(record: Mapping[str, Any], mask: Mask) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a job's record into what may stand in the clear, and what is as secret as its sources.

    `secret_members` of the former names the members of the latter.
    """
    shown = {name: value for name, value in record.items() if name != "secret_members"}
    shown.update({name: mask.everything(shown[name]) for name in QUOTING if name in shown})
    secret = {}
    for name in MADE_OF_ARGUMENTS:
        value = shown.get(name)
        texts = list(value) if isinstance(value, dict) else value
        if value is not None and mask.everything(texts) != texts:
            secret[name] = shown.pop(name)
    return {**shown, "secret_members": sorted(secret)} if secret else shown, secret


def whole(record: Mapping[str, Any], secrets: Mapping[str, Any]) -> dict[str, Any]:
    """Put a job's record together again; `secrets` is what was parted from it."""
    return {**{name: each for name, each in record.items() if name != "secret_members"}, **secrets}


def outcome_record(
    records: Sequence[Mapping[str, Any]], min_succeeded: int | None, unread: Sequence[str] = ()
) -> dict[str, Any]:
    """Sum up the jobs' records, which are in the order in which the jobs were given.

    `unread` says what AWS refused to tell; with it the record is incomplete.
    """
    statuses = [record["status"] for record in records]
    counts = Counter({"failed": 0, **dict.fromkeys(("succeeded", "running", "waiting"), 0)})
    counts.update(stage(status) for status in statuses)
    outcome: dict[str, Any] = {
        "status": judge(statuses, min_succeeded).value,
        "summary": {
            "jobs": len(records),
            "succeeded": counts["succeeded"],
            "failed": counts["failed"],
            "unfinished": counts["running"] + counts["waiting"],
        },
        "results": list(records),
    }
    return {**outcome, "unread": list(unread)} if unread else outcome
