from __future__ import annotations

from typing import Any

from sjresource.resources.job.job_outputs import job_outputs, masked_again


def attempts(*reasons: str) -> list[dict[str, Any]]:
    """Make attempts as DescribeServiceJob tells of them."""
    return [{"statusReason": reason, "stoppedAt": 1} for reason in reasons]


def test_the_latest_two_attempts_are_kept() -> None:
    """Batch lists attempts the oldest first, and preempted ones the newest first."""
    detail = {
        "status": "RUNNABLE",
        "attempts": attempts("1st", "2nd", "3rd"),
        "preemptionSummary": {
            "preemptedAttemptCount": 3,
            "recentPreemptedAttempts": attempts("3rd", "2nd", "1st"),
        },
    }

    outputs = job_outputs(detail, {})
    preempted = outputs["preemption_summary"]["recent_preempted_attempts"]
    assert [each["status_reason"] for each in outputs["attempts"]] == ["2nd", "3rd"]
    assert [each["status_reason"] for each in preempted] == ["3rd", "2nd"]


def test_a_refused_training_job_leaves_no_attempts() -> None:
    """A job that SageMaker refused has its reason, and nothing to list."""
    detail = {
        "status": "FAILED",
        "statusReason": "Received status from SageMaker: ValidationException: no",
        "attempts": [],
    }

    assert job_outputs(detail, {}) == {
        "status": "FAILED",
        "status_reason": "Received status from SageMaker: ValidationException: no",
    }


def test_what_says_nothing_is_left_out() -> None:
    """The engine writes the whole state at each step."""
    training = {"serviceResourceId": {"name": "TrainingJobArn", "value": "arn"}}
    detail = {
        "status": "SUCCEEDED",
        "statusReason": "Received status from SageMaker: Training job completed",
        "attempts": [{**training, "statusReason": "the same", "startedAt": 2, "stoppedAt": 3}],
        "latestAttempt": training,
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 1}],
        "isTerminated": False,
        "createdAt": 1,
        "scheduledAt": 0,
        "startedAt": 2,
        "stoppedAt": 3,
    }
    told = {
        "status": "SUCCEEDED",
        "latest_attempt": {"service_resource_id": {"name": "TrainingJobArn", "value": "arn"}},
        "created_at": 1,
        "started_at": 2,
        "stopped_at": 3,
    }

    assert job_outputs(detail, {}) == told

    failed_before = {"serviceResourceId": {"name": "TrainingJobArn", "value": "earlier"}}
    again = {**detail, "status": "RUNNING", "attempts": [failed_before]}
    assert len(job_outputs(again, {})["attempts"]) == 1


def test_a_secret_name_of_the_training_job_is_masked_in_its_attempts() -> None:
    """Batch makes the training job's name of it."""
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/AWSBatchtopsecretname0123"
    attempt = {"serviceResourceId": {"name": "TrainingJobArn", "value": arn}}
    detail = {"status": "RUNNING", "attempts": [attempt], "latestAttempt": attempt}
    props = {
        "service_request_payload": {"TrainingJobName": "topsecretname"},
        "secret_paths": [["service_request_payload", "TrainingJobName"]],
    }

    assert "topsecretname" not in str(job_outputs(detail, props))


def test_a_recorded_reason_is_masked_once_it_quotes_a_secret() -> None:
    """At its cut end, too, and in attempts; what is no word of AWS's stays."""
    secret = "correct-horse-battery"
    detail = {
        "status": "FAILED",
        "statusReason": f"{'no ' * 50}{secret}",
        "attempts": attempts(f"bad {secret}"),
        "createdAt": 1,
    }
    recorded = job_outputs(detail, {"identity": "i"})
    assert recorded["status_reason"].endswith("correct-ho")

    props = {"identity": "i", "tags": {"key": secret}, "secret_paths": [["tags", "key"]]}
    masked = masked_again({**recorded, "orphans": [secret]}, props)

    assert masked == {
        "status": "FAILED",
        "status_reason": f"{'no ' * 50}[secret]",
        "attempts": [{"status_reason": "bad [secret]", "stopped_at": 1}],
        "created_at": 1,
        "orphans": [secret],
    }
    assert masked_again(masked, props) == masked
