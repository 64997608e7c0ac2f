"""What became of the jobs of a completion: the record that stands in the stack's state. Pure.

It stands there for good: Batch and SageMaker forget their jobs after a while.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.arn import name_in
from sjresource.naming import answer_properties
from sjresource.waits.console import LOG_GROUP, console_urls
from sjresource.waits.evidence import training_job_arn
from sjresource.waits.progress import stage
from sjresource.waits.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.waits.evidence import Evidence
    from sjresource.waits.masking import Mask


def job_record(evidence: Evidence, mask: Mask) -> dict[str, Any]:
    """Build one job's record; what is not known is absent, AWS's words are masked."""
    detail, trained = evidence.detail, evidence.training_job
    arn = training_job_arn(detail)
    record = {
        "job": detail.get("jobArn"),
        "job_name": detail.get("jobName"),
        "status": detail["status"],
        "status_reason": mask.everything(detail.get("statusReason")),
        "attempts": mask.everything(
            answer_properties("DescribeServiceJob", detail).get("attempts")
        ),
        "training_job_arn": arn,
        "training_job_name": name_in(arn) if arn else None,
        "failure_reason": mask.everything(trained.get("FailureReason")),
        "model_artifacts": trained.get("ModelArtifacts", {}).get("S3ModelArtifacts"),
        "final_metrics": {
            metric["MetricName"]: metric["Value"]
            for metric in trained.get("FinalMetricDataList", [])
        },
        "training_seconds": trained.get("TrainingTimeInSeconds"),
        "billable_seconds": trained.get("BillableTimeInSeconds"),
        "log_group": LOG_GROUP if arn else None,
        "log_stream": evidence.log_stream,
        "console_urls": console_urls(detail.get("jobQueue"), arn),
    }
    return {name: value for name, value in record.items() if value not in (None, "", {}, [])}


def outcome_record(
    records: Sequence[Mapping[str, Any]], min_succeeded: int | None, unread: Sequence[str] = ()
) -> dict[str, Any]:
    """Sum up the jobs' records, which are in the order in which the jobs were given.

    `unread` says what AWS refused to tell; with it the record is incomplete.
    """
    statuses = [record["status"] for record in records]
    counts = Counter({"failed": 0, **dict.fromkeys(("done", "running", "waiting"), 0)})
    counts.update(stage(status) for status in statuses)
    outcome: dict[str, Any] = {
        "status": judge(statuses, min_succeeded).value,
        "summary": {
            "jobs": len(records),
            "succeeded": counts["done"],
            "failed": counts["failed"],
            "unfinished": counts["running"] + counts["waiting"],
        },
        "results": list(records),
    }
    return {**outcome, "unread": list(unread)} if unread else outcome
