"""The life of a service job, from submission to its end, on a clock that the test moves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import (
    client,
    control,
    make_environment,
    make_queue,
    payload,
    scripted,
    submit,
)

if TYPE_CHECKING:
    from sjresource.emulator import Emulator


MODEL = "arn:aws:sagemaker:us-east-1:aws:hub-content/hub/Model/model/1.0.0"


@pytest.fixture(autouse=True)
def _queue(emulator: Emulator) -> None:
    make_queue(emulator, make_environment(emulator, capacity=2))


def described(batch: Any, job_id: str) -> dict[str, Any]:
    """Describe a job."""
    answer: dict[str, Any] = batch.describe_service_job(jobId=job_id)
    return answer


def statuses(batch: Any, *job_ids: str) -> list[str]:
    """Return the jobs' statuses."""
    return [described(batch, job_id)["status"] for job_id in job_ids]


def test_a_job_passes_through_every_status(emulator: Emulator, batch: Any) -> None:
    """A job is seen in each status in its order, a tenth of a second in each."""
    job = submit(emulator)

    seen = []
    for _ in range(6):
        seen += statuses(batch, job)
        emulator.clock.advance(0.1)

    assert seen == ["SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING", "SUCCEEDED"]


def test_times_are_milliseconds_of_the_emulators_clock(emulator: Emulator, batch: Any) -> None:
    """Created, scheduled, started and stopped are integers, in milliseconds, in their order."""
    created = round(emulator.clock.now() * 1000)
    job = submit(emulator)
    emulator.clock.advance(60)

    told = described(batch, job)
    times = [told[name] for name in ("createdAt", "scheduledAt", "startedAt", "stoppedAt")]
    assert times == [created, created + 200, created + 400, created + 500]


def test_started_at_is_zero_before_the_start(emulator: Emulator, batch: Any) -> None:
    """`startedAt`, which the model requires, is 0 in a job that has not started."""
    assert described(batch, submit(emulator))["startedAt"] == 0


def test_the_training_job_is_named_by_batch(emulator: Emulator, batch: Any) -> None:
    """It is AWSBatch, the payload's name, and 32 hex digits, whatever the service job is called."""
    job = submit(
        emulator, jobName="my_job", serviceRequestPayload=payload(TrainingJobName="my-training")
    )
    emulator.clock.advance(60)

    identifier = described(batch, job)["latestAttempt"]["serviceResourceId"]
    assert identifier["name"] == "TrainingJobArn"
    name = identifier["value"].partition(":training-job/")[2]
    assert re.fullmatch("AWSBatchmy-training[0-9a-f]{32}", name)
    training = client(emulator, "sagemaker").describe_training_job(TrainingJobName=name)
    assert training["TrainingJobStatus"] == "Completed"
    assert training["ModelArtifacts"]["S3ModelArtifacts"].startswith("s3://models/output/AWSBatch")


def test_a_training_job_without_a_name_has_the_jobs(emulator: Emulator, batch: Any) -> None:
    """A payload without a TrainingJobName gets the service job's, in SageMaker's letters."""
    job = submit(emulator, jobName="my_job")
    emulator.clock.advance(60)

    arn = described(batch, job)["latestAttempt"]["serviceResourceId"]["value"]
    assert re.search("/AWSBatchmy-job[0-9a-f]{32}$", arn)


def test_jobs_wait_for_capacity_first_in_first_out(emulator: Emulator, batch: Any) -> None:
    """A large job at the head holds back a small one behind it; both run when there is room."""
    running = submit(emulator, serviceRequestPayload=scripted({"running": 60}))
    emulator.clock.advance(1)
    large = submit(emulator, serviceRequestPayload=payload(2))
    small = submit(emulator)
    emulator.clock.advance(10)

    assert statuses(batch, running, large, small) == ["RUNNING", "RUNNABLE", "RUNNABLE"]
    emulator.clock.advance(60)
    assert statuses(batch, running, large, small) == ["SUCCEEDED"] * 3


def test_a_job_that_can_never_fit_says_so(emulator: Emulator, batch: Any) -> None:
    """A request larger than every environment is accepted, and stays RUNNABLE with AWS's reason."""
    job = submit(emulator, serviceRequestPayload=payload(3))
    emulator.clock.advance(600)

    told = described(batch, job)
    assert told["status"] == "RUNNABLE"
    assert told["statusReason"].startswith("MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE - ")


def test_raising_a_limit_lets_the_job_run(emulator: Emulator, batch: Any) -> None:
    """A job that was too large runs when its environment's limit is raised, its reason gone."""
    job = submit(emulator, serviceRequestPayload=payload(3))
    emulator.clock.advance(1)
    batch.update_service_environment(
        serviceEnvironment="env",
        capacityLimits=[{"maxCapacity": 3, "capacityUnit": "NUM_INSTANCES"}],
    )
    emulator.clock.advance(1)

    told = described(batch, job)
    assert told["status"] == "SUCCEEDED"
    assert "MISCONFIGURATION" not in told["statusReason"]


def test_a_failure_shows_sagemakers_reason(emulator: Emulator, batch: Any) -> None:
    """A failed job's reason, and its attempt's, begin with what Batch puts before SageMaker's."""
    script = {"outcome": "Failed", "failure_reason": "AlgorithmError: boom, exit code: 2"}
    job = submit(emulator, serviceRequestPayload=scripted(script))
    emulator.clock.advance(60)

    told = described(batch, job)
    reason = "Received status from SageMaker: AlgorithmError: boom, exit code: 2"
    assert (told["status"], told["statusReason"]) == ("FAILED", reason)
    assert [attempt["statusReason"] for attempt in told["attempts"]] == [reason]


def test_failed_attempts_are_retried(emulator: Emulator, batch: Any) -> None:
    """With attempts left a job goes back to RUNNABLE, and another training job runs it."""
    scripts = [{"outcome": "Failed"}, {"outcome": "Completed"}]
    job = submit(emulator, serviceRequestPayload=scripted(scripts), retryStrategy={"attempts": 2})
    emulator.clock.advance(60)

    told = described(batch, job)
    assert told["status"] == "SUCCEEDED"
    arns = [attempt["serviceResourceId"]["value"] for attempt in told["attempts"]]
    assert len(set(arns)) == 2
    assert told["latestAttempt"]["serviceResourceId"]["value"] == arns[1]


def test_an_exit_pattern_ends_the_retries(emulator: Emulator, batch: Any) -> None:
    """A reason that matches an EXIT rule fails the job although attempts are left."""
    strategy = {
        "attempts": 3,
        "evaluateOnExit": [
            {"action": "EXIT", "onStatusReason": "Received status from SageMaker: ClientError*"}
        ],
    }
    script = {"outcome": "Failed", "failure_reason": "ClientError: no such data"}
    job = submit(emulator, serviceRequestPayload=scripted(script), retryStrategy=strategy)
    emulator.clock.advance(60)

    assert described(batch, job)["status"] == "FAILED"
    assert len(described(batch, job)["attempts"]) == 1


def test_shortages_use_up_no_attempt(emulator: Emulator, batch: Any) -> None:
    """A job that SageMaker had no instances for is RUNNABLE again with the reason, then runs."""
    script = {"capacity_errors": 3, "runnable": 10}
    job = submit(emulator, serviceRequestPayload=scripted(script))
    emulator.clock.advance(15)
    waiting = described(batch, job)
    emulator.clock.advance(60)

    assert waiting["status"] == "RUNNABLE"
    assert waiting["statusReason"].startswith("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - ")
    assert described(batch, job)["status"] == "SUCCEEDED"
    assert len(described(batch, job)["attempts"]) == 1


def test_a_training_job_that_waits_too_long_is_a_shortage(emulator: Emulator, batch: Any) -> None:
    """One that MaxPendingTimeInSeconds stopped is RUNNABLE again, and its waits are summed up."""
    reason = "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"
    action = {"action": "TERMINATE", "maxTimeSeconds": 20_000, "reason": reason}
    batch.update_job_queue(
        jobQueue="queue", jobStateTimeLimitActions=[{**action, "state": "RUNNABLE"}]
    )
    condition = {"MaxRuntimeInSeconds": 60, "MaxPendingTimeInSeconds": 7200}
    job = submit(
        emulator,
        serviceRequestPayload=scripted(
            {"scheduled": 9000, "runnable": 100}, StoppingCondition=condition
        ),
    )
    emulator.clock.advance(7350)
    waiting = described(batch, job)
    name = waiting["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    training = client(emulator, "sagemaker").describe_training_job(TrainingJobName=name)
    emulator.clock.advance(3 * 7300)

    assert (waiting["status"], waiting["attempts"]) == ("RUNNABLE", [])
    assert waiting["statusReason"].startswith(f"{reason} - ")
    assert training["TrainingJobStatus"] == "Stopped"
    told = described(batch, job)
    assert (told["status"], told["attempts"]) == ("FAILED", [])
    assert told["statusReason"] == f"Terminated by JobStateTimeLimit action due to reason: {reason}"


@pytest.mark.parametrize(
    ("config", "usage"),
    [
        (
            {"InstanceCount": 2, "InstancePreferences": [{"InstanceType": "ml.m5.large"}]},
            [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
        ),
        ({}, []),
    ],
)
def test_a_job_without_an_instance_type_runs(
    emulator: Emulator, batch: Any, config: dict[str, Any], usage: list[Any]
) -> None:
    """A list of preferences is run as its first one, and a serverless job needs no instance."""
    request: dict[str, Any] = {"ResourceConfig": config}
    if not usage:
        request["ServerlessJobConfig"] = {"BaseModelArn": MODEL, "JobType": "FineTuning"}
    job = submit(emulator, serviceRequestPayload=payload(**request))
    emulator.clock.advance(20)

    told = described(batch, job)
    assert (told["status"], told["capacityUsage"]) == ("SUCCEEDED", usage)
    name = told["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    training = client(emulator, "sagemaker").describe_training_job(TrainingJobName=name)
    selected = training["ResourceConfig"].get("SelectedInstanceType")
    assert selected == ("ml.m5.large" if usage else None)


def test_an_attempt_that_lasts_too_long_is_stopped(emulator: Emulator, batch: Any) -> None:
    """`timeoutConfig` ends a running attempt, and the job is FAILED with the reason."""
    job = submit(
        emulator,
        serviceRequestPayload=scripted({"running": 1000}),
        timeoutConfig={"attemptDurationSeconds": 60},
    )
    emulator.clock.advance(50)
    assert statuses(batch, job) == ["RUNNING"]
    emulator.clock.advance(20)

    told = described(batch, job)
    assert (told["status"], told["statusReason"]) == (
        "FAILED",
        "Job attempt duration exceeded timeout",
    )


def test_a_queues_time_limit_ends_a_stuck_job(emulator: Emulator, batch: Any) -> None:
    """A job that blocks its queue for a listed reason is terminated, and the next one runs."""
    reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    action = {"action": "TERMINATE", "maxTimeSeconds": 600, "reason": reason, "state": "RUNNABLE"}
    batch.update_job_queue(jobQueue="queue", jobStateTimeLimitActions=[action])
    stuck = submit(emulator, serviceRequestPayload=payload(3))
    behind = submit(emulator)
    emulator.clock.advance(500)
    assert statuses(batch, stuck, behind) == ["RUNNABLE", "RUNNABLE"]
    emulator.clock.advance(120)

    assert statuses(batch, stuck, behind) == ["FAILED", "SUCCEEDED"]
    told = described(batch, stuck)
    assert told["statusReason"] == f"Terminated by JobStateTimeLimit action due to reason: {reason}"


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.2, 0.3, 0.4])
def test_a_job_is_terminated_in_any_status(emulator: Emulator, batch: Any, seconds: float) -> None:
    """Terminating shows at once in `isTerminated`, and soon the job is FAILED with the reason."""
    job = submit(emulator, serviceRequestPayload=scripted({"running": 60}))
    emulator.clock.advance(seconds)
    batch.terminate_service_job(jobId=job, reason="enough")
    assert described(batch, job)["isTerminated"] is True
    emulator.clock.advance(1)

    told = described(batch, job)
    assert (told["status"], told["statusReason"]) == ("FAILED", "enough")


def test_terminating_an_ended_job_changes_nothing(emulator: Emulator, batch: Any) -> None:
    """A job that has succeeded stays so, not even marked as terminated."""
    job = submit(emulator)
    emulator.clock.advance(60)
    before = described(batch, job)
    batch.terminate_service_job(jobId=job, reason="too late")
    emulator.clock.advance(60)

    after = described(batch, job)
    assert {**after, "ResponseMetadata": None} == {**before, "ResponseMetadata": None}


def test_an_empty_payload_fails_only_later(emulator: Emulator, batch: Any) -> None:
    """A payload of `{}` is accepted, and fails when SageMaker would be asked."""
    job = submit(emulator, serviceRequestPayload="{}")
    assert statuses(batch, job) == ["SUBMITTED"]
    emulator.clock.advance(1)

    told = described(batch, job)
    assert told["status"] == "FAILED"
    assert told["statusReason"].startswith("Received status from SageMaker: ValidationException")


def test_a_refused_training_job_leaves_no_attempt(emulator: Emulator, batch: Any) -> None:
    """What SageMaker does not create is in no attempt and is not scheduled, yet uses up a try."""
    job = submit(emulator, serviceRequestPayload="{}", retryStrategy={"attempts": 2})
    emulator.clock.advance(0.25)
    waiting = described(batch, job)
    emulator.clock.advance(1)

    told = described(batch, job)
    assert (waiting["status"], told["status"]) == ("RUNNABLE", "FAILED")
    assert waiting["statusReason"] == told["statusReason"]
    assert told["attempts"] == []
    assert not {"latestAttempt", "scheduledAt"} & set(told)


def test_deleting_a_queue_ends_its_jobs(emulator: Emulator, batch: Any) -> None:
    """The jobs of a deleted queue are terminated, and then the queue is gone."""
    running = submit(emulator, serviceRequestPayload=scripted({"running": 600}))
    emulator.clock.advance(5)
    batch.update_job_queue(jobQueue="queue", state="DISABLED")
    emulator.clock.advance(1)
    batch.delete_job_queue(jobQueue="queue")
    assert batch.describe_job_queues(jobQueues=["queue"])["jobQueues"][0]["status"] == "DELETING"
    emulator.clock.advance(5)

    assert statuses(batch, running) == ["FAILED"]
    assert batch.describe_job_queues(jobQueues=["queue"])["jobQueues"] == []


def test_a_stopped_training_job_fails_its_service_job(emulator: Emulator, batch: Any) -> None:
    """StopTrainingJob in SageMaker ends the service job too, which is documented as FAILED."""
    job = submit(emulator, serviceRequestPayload=scripted({"running": 600}))
    emulator.clock.advance(5)
    arn = described(batch, job)["latestAttempt"]["serviceResourceId"]["value"]
    client(emulator, "sagemaker").stop_training_job(TrainingJobName=arn.rpartition("/")[2])
    emulator.clock.advance(5)

    assert statuses(batch, job) == ["FAILED"]


def test_a_spot_interruption_is_lived_through(emulator: Emulator, batch: Any) -> None:
    """Interrupted training goes on; the service job stays RUNNING and has one attempt."""
    script = {"interruptions": 1, "running": 10, "starting": 5}
    job = submit(emulator, serviceRequestPayload=scripted(script))
    emulator.clock.advance(20)
    assert statuses(batch, job) == ["RUNNING"]
    emulator.clock.advance(20)

    told = described(batch, job)
    assert (told["status"], len(told["attempts"])) == ("SUCCEEDED", 1)
    name = told["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    training = client(emulator, "sagemaker").describe_training_job(TrainingJobName=name)
    seen = [each["Status"] for each in training["SecondaryStatusTransitions"]]
    assert seen.count("Training") == 2


def test_metrics_reach_sagemakers_description(emulator: Emulator, batch: Any) -> None:
    """What a script gives as metrics is what DescribeTrainingJob tells at the end."""
    job = submit(emulator, serviceRequestPayload=scripted({"metrics": {"loss": 0.25}}))
    emulator.clock.advance(20)

    arn = described(batch, job)["latestAttempt"]["serviceResourceId"]["value"]
    training = client(emulator, "sagemaker").describe_training_job(
        TrainingJobName=arn.rpartition("/")[2]
    )
    told = {each["MetricName"]: each["Value"] for each in training["FinalMetricDataList"]}
    assert told == {"loss": 0.25}


def test_every_waiting_job_can_say_why(emulator: Emulator) -> None:
    """The control route tells what the head of a queue waits for, and who is behind it."""

    def waits(job: str) -> Any:
        told = control(emulator.url, emulator.credentials, "GET", f"jobs/{job}")
        return told["waits_for"]

    running = submit(emulator, serviceRequestPayload=scripted({"running": 60}))
    emulator.clock.advance(1)
    head = submit(emulator, serviceRequestPayload=payload(2))
    behind = submit(emulator)
    assert waits(behind) == "the scheduler has not seen it yet"
    emulator.clock.advance(1)

    assert waits(running) is None
    use = "running jobs use the capacity: 1 of 2 instances free in env"
    assert waits(head) == f"it needs 2 ml.m5.large; {use}"
    assert waits(behind) == f"job {head}, which is before it"


def test_a_wrong_script_fails_the_job_with_the_mistake(emulator: Emulator, batch: Any) -> None:
    """A payload's script that can't be read fails the job, and the reason names what is wrong."""
    job = submit(emulator, serviceRequestPayload=scripted({"runing": 1}))
    emulator.clock.advance(20)

    assert "unknown field `runing`" in described(batch, job)["statusReason"]
