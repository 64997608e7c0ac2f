from __future__ import annotations

from typing import Any, cast

import pytest
from waiting_fakes import FakeBatch, FakeTraining, arn, fake_clients, started

from sjresource.errors import RequestFailed, Unreachable
from sjresource.status.detail import (
    Standing,
    masked_words,
    queue_words,
    share_words,
    training_words,
)
from sjresource.status.masking import Mask

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

    def find_job_queue(self, queue: str) -> dict[str, Any]:
        """Describe the queue."""
        self.calls.append("queue")
        order = [{"order": 1, "serviceEnvironment": ENVIRONMENT}]
        return {
            "jobQueueName": queue,
            "state": self.states["queue"],
            "serviceEnvironmentOrder": order,
        }

    def find_service_environment(self, _environment: str) -> dict[str, Any]:
        """Describe the environment."""
        self.calls.append("environment")
        return {"state": self.states["environment"]}


class Time:
    """A clock that a test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        """Return it."""
        return self.seconds


def standing(
    batch: Queue, training: FakeTraining | None = None, now: Time | None = None
) -> Standing:
    """Look up standings with fakes."""
    faked = fake_clients(batch, training or FakeTraining({}))
    return Standing(faked.batch, faked.sagemaker, now or Time())


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ({}, "3rd in the queue"),
        ({"queue": "DISABLED"}, "3rd in the queue, the queue q is DISABLED"),
        (
            {"environment": "DISABLED"},
            "3rd in the queue, every service environment of it is DISABLED (gpus)",
        ),
    ],
)
def test_a_waiting_job_says_its_place_and_what_keeps_it(states: dict[str, str], said: str) -> None:
    """Batch gives no reason for a queue or an environment that is disabled."""
    assert standing(Queue(**states)).of(WAITING) == said


def test_twenty_waiting_jobs_cost_one_snapshot() -> None:
    """All jobs of a queue share what is known of it, for a while."""
    batch, now = Queue(), Time()
    shared = standing(batch, now=now)
    for _ in range(20):
        shared.of({**WAITING, "statusReason": "CAPACITY:NONE"})
    now.seconds = 60.0
    shared.of({**WAITING, "statusReason": "CAPACITY:NONE"})

    assert batch.calls == ["snapshot", "snapshot"]


def test_what_is_denied_is_not_asked_again() -> None:
    """It is only talk."""
    denied = RequestFailed("reading", "JobQueue", "q", "no", code="AccessDeniedException")
    batch, now = Queue(snapshot=denied), Time()
    shared = standing(batch, now=now)
    for minute in range(5):
        now.seconds = minute * 60.0
        assert shared.of({**WAITING, "statusReason": "CAPACITY:NONE"}) == ""

    assert batch.calls == ["snapshot"]


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
    shared = standing(Queue(), training)

    assert shared.of(started("RUNNING", "t")) == "Training, loss=0.25"
    assert shared.of(started("RUNNING", "forgotten")) == ""
    assert shared.of(started("SUCCEEDED", "t")) == ""
    assert training_words({}) == ""


def test_a_place_is_that_in_the_quota_share() -> None:
    """A quota-managed queue has a front for each share."""
    snapshot = cast(
        "dict[str, Any]",
        {
            "frontOfQueue": {"jobs": [{"jobArn": "x"}, {"jobArn": "a"}]},
            "frontOfQuotaShares": {"quotaShares": {"vision": [{"jobArn": "a"}]}},
        },
    )

    assert queue_words("a", "vision", snapshot) == "1st in the quota share vision"
    assert queue_words("a", None, snapshot) == "2nd in the queue"
    assert queue_words("far", None, snapshot) == "behind the first 2 in the queue"
    assert queue_words("a", None, {}) == ""


def test_a_quota_share_that_keeps_a_job_waiting_is_named() -> None:
    """Full, or disabled: the queue may have room all the same."""
    limits = [{"maxCapacity": 4, "capacityUnit": "ml.m5.large"}]
    shares = {
        "vision": {"state": "ENABLED", "capacityLimits": limits},
        "text": {"state": "DISABLED", "capacityLimits": limits},
    }

    def used(count: float) -> dict[str, Any]:
        usage = [{"capacityUnit": "ml.m5.large", "quantity": count}]
        top = [{"quotaShareName": "vision", "capacityUsage": usage}]
        utilization = {"quotaShareUtilization": {"topCapacityUtilization": top}}
        return {"queueUtilization": utilization}

    full = "the quota share vision is full (4 of 4 ml.m5.large in use)"
    assert share_words("vision", shares, used(4.0)) == full
    assert share_words("vision", shares, used(3.0)) == ""
    assert share_words("text", shares, {}) == "the quota share text is DISABLED"
    assert share_words("unknown", {}, {}) == ""


def test_only_what_may_quote_a_payload_is_masked() -> None:
    """A short secret, such as "1", leaves places as they are; a payload names metrics."""
    mask = Mask(["1", "secret-loss"])

    assert masked_words("RUNNABLE", "behind the first 1 in the queue", mask) == (
        "behind the first 1 in the queue"
    )
    assert masked_words("RUNNING", "Training, secret-loss=0.5", mask) == "Training, [secret]=0.5"


def test_a_silent_service_is_left_alone_for_a_minute() -> None:
    """Each line would else hold up the looks at all jobs; who is silent is said."""
    silence = Unreachable("reading", "TrainingJob", "t", "Read timeout")
    training, time = FakeTraining({}, refusing=silence), Time()
    fakes = fake_clients(FakeBatch({}), training)
    standing = Standing(fakes.batch, fakes.sagemaker, time)
    running = started("RUNNING", "t", jobArn=arn("a"))

    assert [standing.of(running) for _ in range(5)] == ["no word from SageMaker"] * 5
    assert len(training.calls) == 1
    time.seconds = 61.0
    training.refusing, training.jobs = None, {"t": {"SecondaryStatus": "Training"}}
    assert standing.of(running) == "Training"
