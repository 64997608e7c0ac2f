from __future__ import annotations

from sjresource.cli.views.explanation import (
    explain_forgotten,
    explain_running,
    explain_succeeded,
    explain_waiting,
)
from sjresource.status.evidence import Evidence
from sjresource.status.masking import Mask
from sjresource.status.queue_reader import QueueDescription

MASK = Mask(["tok-12345"])


def test_of_a_forgotten_job_the_record_is_told() -> None:
    """Its reason without the secrets, its model; Batch's own word is no longer to be had."""
    failed = explain_forgotten({"status": "FAILED", "failure_reason": "no tok-12345"}, MASK)
    done = explain_forgotten({"status": "SUCCEEDED", "model_artifacts": "s3://m"}, MASK)

    assert (failed.verdict, failed.summary.partition(";")[0]) == ("FAILED", "FAILED: no [secret]")
    assert (done.verdict, done.evidence) == ("SUCCEEDED", ["model: s3://m"])


def test_of_a_forgotten_job_without_a_record_nothing_is_made_up() -> None:
    """What a refresh saw while it ran is no end; a secret status is none either."""
    for recorded in ({}, {"status": "RUNNING"}, {"status": {"4dabf": "secret"}}):
        explained = explain_forgotten(recorded, MASK)
        assert explained.verdict == "UNKNOWN"
        assert "pulumi refresh" in explained.next_steps[0]


def test_what_runs_tells_how_it_goes_and_what_it_went_through() -> None:
    """Earlier attempts and preemptions are part of why it still runs."""
    attempts = [
        {"startedAt": 0, "statusReason": "CapacityError: tok-12345"},
        {"startedAt": 1000, "stoppedAt": 61_000, "statusReason": "x"},
    ]
    detail = {
        "status": "RUNNING",
        "attempts": attempts,
        "retryStrategy": {"attempts": 3},
        "preemptionSummary": {"preemptedAttemptCount": 2},
    }
    explained = explain_running("train", detail, "Training, loss=0.1", 90, MASK)

    assert explained.summary == "RUNNING for 2 min (attempt 3 of 3): Training, loss=0.1"
    assert explained.evidence[-1] == "preempted: 2 times"
    assert "tok-12345" not in str(explained)


def test_the_queue_of_what_waits_is_named_as_a_shell_takes_it() -> None:
    """A resource may have spaces in its name, or a dash before it."""
    job = {"jobArn": "j", "status": "RUNNABLE", "jobQueue": "q"}
    queue = QueueDescription({"jobQueueArn": "q", "jobQueueName": "training"}, jobs=[job])
    for label, typed in (("my queue", "'my queue'"), ("-gpus", "-- -gpus")):
        explained = explain_waiting(job, 1.0, MASK, queue, {"q": label})
        assert explained.next_steps[-1] == f"the whole queue: sjresource queue {typed}"


def test_what_has_succeeded_tells_where_its_model_is() -> None:
    """And its metrics, and what could not be read."""
    detail = {"status": "SUCCEEDED", "startedAt": 1000, "stoppedAt": 13_000}
    trained = {
        "ModelArtifacts": {"S3ModelArtifacts": "s3://m"},
        "FinalMetricDataList": [{"MetricName": "loss", "Value": 0.25}],
    }
    explained = explain_succeeded(Evidence(detail, trained, unread=("log: denied",)), MASK)

    assert explained.summary == "SUCCEEDED after 12 s"
    assert explained.evidence == ["model: s3://m", "loss: 0.25", "not read: log: denied"]


def test_of_a_training_job_that_is_gone_it_is_said() -> None:
    """Else a succeeded job without a model would look like one that made none."""
    explained = explain_succeeded(Evidence({"status": "SUCCEEDED"}, gone=True), MASK)

    assert explained.evidence == [
        "SageMaker no longer has the training job: its metrics and model are not known"
    ]
