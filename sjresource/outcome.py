"""What became of a service job: Batch's word and SageMaker's, in one record.

The record stands in the stack's state for good: Batch and SageMaker forget their jobs after a
while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.arn import name_in
from sjresource.naming import answer_properties
from sjresource.progress import attempt_number

if TYPE_CHECKING:
    from collections.abc import Mapping


def training_job_arn(detail: Mapping[str, Any]) -> str | None:
    """Give the ARN of the training job that Batch started last; None if it never started one.

    Batch names the training job itself, whatever the payload calls it.
    """
    resource = detail.get("latestAttempt", {}).get("serviceResourceId", {})
    arn: str | None = resource.get("value")
    return arn


def outcome_record(
    detail: Mapping[str, Any], training_job: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Build the record; what is not known is absent. `training_job` is DescribeTrainingJob's."""
    described = answer_properties("DescribeServiceJob", detail)
    arn = training_job_arn(detail)
    trained = training_job or {}
    record = {
        "status": detail["status"],
        "status_reason": detail.get("statusReason"),
        "attempts": described.get("attempts"),
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
    }
    return {name: value for name, value in record.items() if value not in (None, {}, [])}


def failure_message(
    name: str, job_arn: str, detail: Mapping[str, Any], record: Mapping[str, Any]
) -> str:
    """Say why there is no model, and how to run the job again."""
    reason = record.get("failure_reason") or record.get("status_reason") or "no reason was given"
    lines = [
        f"waiting for ServiceJob ({name}): FAILED on attempt {attempt_number(detail)}: {reason}",
        f"  job: {job_arn}",
    ]
    if "training_job_name" in record:
        lines.append(
            f"  log: group /aws/sagemaker/TrainingJobs, stream {record['training_job_name']}/…"
        )
    lines.append(
        "  to run it again: change its request or `triggers`, set `rerun_on_failure=True`, "
        "or `pulumi up --replace` its URN"
    )
    return "\n".join(lines)
