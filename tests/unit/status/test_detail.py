from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients, started

from sjresource.errors import RequestFailed, Unreachable
from sjresource.status.detail import StatusDetail, training_words
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from sjresource.aws.batch import ResourceKind

QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/q"
ENVIRONMENT = "arn:aws:batch:us-east-1:123456789012:service-environment/gpus"
WAITING = {"status": "RUNNABLE", "jobArn": arn("a"), "jobQueue": QUEUE}


class Queue(FakeBatch):
    """A queue with a front, and an environment."""

    def __init__(self, **states: Any) -> None:
        super().__init__({})
        self.states = {"queue": "ENABLED", "environment": "ENABLED", **states}

    def find_job_queue_snapshot(self, _queue: str) -> dict[str, Any]:
        """Return the front."""
        self.calls.append("snapshot")
        if isinstance(self.states.get("snapshot"), RequestFailed):
            raise self.states["snapshot"]
        return {"frontOfQueue": {"jobs": [{"jobArn": arn(name)} for name in "xya"]}}

    def find(self, _kind: ResourceKind, _queue: str) -> dict[str, Any]:
        """Describe the queue."""
        self.calls.append("queue")
        order = [{"order": 1, "serviceEnvironment": ENVIRONMENT}]
        return {
            "jobQueueName": "q",
            "state": self.states["queue"],
            "serviceEnvironmentOrder": order,
        }

    def find_many(self, _kind: ResourceKind, arns: list[str]) -> list[dict[str, Any]]:
        """Describe the environments."""
        self.calls.append("environments")
        return [
            {"serviceEnvironmentArn": each, "state": self.states["environment"]} for each in arns
        ]


class Time:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return it."""
        return self.seconds


def status_detail(
    batch: Queue, training: FakeTraining | None = None, now: Time | None = None
) -> StatusDetail:
    """Return a StatusDetail with fakes."""
    faked = fake_clients(batch, training or FakeTraining({}))
    return StatusDetail(faked.batch, faked.sagemaker, now or Time())


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({}, "3rd in the queue"),
        ({"queue": "DISABLED"}, "the queue q is DISABLED; 3rd in the queue"),
        (
            {"environment": "DISABLED"},
            "every service environment of the queue is DISABLED (gpus); 3rd in the queue",
        ),
    ],
)
def test_a_waiting_job_says_its_place_and_what_keeps_it(states: dict[str, str], said: str) -> None:
    """Batch gives no reason for a queue or an environment that is disabled."""
    assert status_detail(Queue(**states)).of(WAITING) == said


def test_twenty_waiting_jobs_cost_as_much_as_one() -> None:
    """All jobs of a queue share what is known of it: its snapshot for a while, the rest longer."""
    batch, now = Queue(), Time()
    shared = status_detail(batch, now=now)
    for _ in range(20):
        shared.of({**WAITING, "statusReason": "CAPACITY:NONE"})
    now.seconds = 30.0
    shared.of({**WAITING, "statusReason": "CAPACITY:NONE"})

    assert batch.calls == ["queue", "snapshot", "environments", "snapshot"]


def test_what_is_denied_is_not_asked_again() -> None:
    """It is only talk."""
    denied = RequestFailed("reading", "JobQueue", "q", "no", code="AccessDeniedException")
    batch, now = Queue(snapshot=denied), Time()
    shared = status_detail(batch, now=now)
    for minute in range(5):
        now.seconds = minute * 60.0
        assert shared.of({**WAITING, "statusReason": "CAPACITY:NONE"}) == ""

    assert batch.calls.count("snapshot") == 1


def test_a_running_job_says_what_sagemaker_says() -> None:
    """Its secondary status, and the last metric."""
    training = FakeTraining(
        {
            "t": {
                "SecondaryStatus": "Training",
                "FinalMetricDataList": [
                    {"MetricName": "loss", "Value": 0.25, "Timestamp": "2026-01-02"},
                    {"MetricName": "rate", "Value": 1.0, "Timestamp": "2026-01-01"},
                ],
            }
        }
    )
    shared = status_detail(Queue(), training)

    assert shared.of(started("RUNNING", "t")) == "Training, loss=0.25"
    assert shared.of(started("RUNNING", "forgotten")) == ""
    assert shared.of(started("SUCCEEDED", "t")) == ""
    assert training_words({}) == ""


def test_only_what_may_quote_a_payload_is_masked() -> None:
    """A short secret, such as "1", leaves places as they are; a payload names metrics."""
    mask = Mask(["1", "secret-loss"]).text
    metric = {"MetricName": "secret-loss", "Value": 0.5}
    training = FakeTraining({"t": {"SecondaryStatus": "Training", "FinalMetricDataList": [metric]}})
    shared = status_detail(Queue(), training)

    assert shared.of(WAITING, mask) == "3rd in the queue"
    assert shared.of(started("RUNNING", "t"), mask) == "Training, [secret]=0.5"


def test_a_silent_service_is_left_alone_for_a_minute() -> None:
    """Each line would else hold up the looks at all jobs; who is silent is said."""
    silence = Unreachable("reading", "TrainingJob", "t", "Read timeout")
    training, time = FakeTraining({}, refusing=silence), Time()
    fakes = fake_clients(FakeBatch({}), training)
    shared = StatusDetail(fakes.batch, fakes.sagemaker, time)
    running = started("RUNNING", "t", jobArn=arn("a"))

    assert [shared.of(running) for _ in range(5)] == ["no word from SageMaker"] * 5
    assert len(training.calls) == 1
    time.seconds = 61.0
    training.refusing, training.jobs = None, {"t": {"SecondaryStatus": "Training"}}
    assert shared.of(running) == "Training"
