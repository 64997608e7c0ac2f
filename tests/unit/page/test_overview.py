from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from page_answers import MINUTE, NOON, QUEUE, Region, job, job_arn, training

from sjresource.page.overview import NOT_READ, Overview

SECRETS = ("payload-secret", "tag-secret", "hyper-secret", "env-secret")


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


def ended(name: str, status: str) -> dict[str, object]:
    """Make a job that ran for ten minutes."""
    times = {"scheduledAt": NOON, "startedAt": NOON, "stoppedAt": NOON + 10 * MINUTE}
    return job(name, status, **times, **training(name))


def test_queue_tells_how_many_jobs_stand_where() -> None:
    """Counted by what they do, not by Batch's many words."""
    region = Region(job("a", "RUNNING"), job("b", "STARTING"), job("c", "RUNNABLE"))

    shown = Overview(region).since("")

    assert shown["queues"][0]["counts"] == {"running": 2, "waiting": 1}
    assert {each["name"] for each in shown["jobs"]} == {"a", "b", "c"}


def test_pages_that_ask_within_the_rest_share_one_look() -> None:
    """Nothing is asked before the time is over, whoever asks."""
    region, watch = Region(job("a", "RUNNING")), Watch()
    region.rest = 10.0
    overview = Overview(region, watch)
    overview.since("")
    calls = len(region.asked)
    watch.seconds = 9.0

    assert overview.since("")["next"] == 1000
    assert len(region.asked) == calls
    watch.seconds = 10.0
    overview.since("")
    assert len(region.asked) == 2 * calls


def test_what_is_not_answered_is_said_and_the_last_answer_stays() -> None:
    """A throttled listing does not make jobs vanish."""
    region = Region(job("a", "RUNNING"))
    overview = Overview(region)
    overview.since("")
    region.refused = {"RUNNING", "snapshot"}

    shown = overview.since("")

    assert shown["errors"] == ["snapshot: not now", "RUNNING: not now"]
    assert [each["name"] for each in shown["jobs"]] == ["a"]
    region.refused = set()
    assert overview.since("")["errors"] == []


def test_shares_are_asked_for_only_where_there_are_some() -> None:
    """A first-in-first-out queue costs no call for them."""
    region = Region()
    Overview(region).since("")

    assert f"shares {QUEUE}" not in region.asked
    region.queue_snapshot["frontOfQuotaShares"] = {"quotaShares": {}}
    Overview(region).since("")
    assert f"shares {QUEUE}" in region.asked


def test_model_and_attempts_are_asked_for_once() -> None:
    """Of a job in sight, until the list shows that it has moved on."""
    region = Region(ended("a", "SUCCEEDED"))
    region.trained = {"ModelArtifacts": {"S3ModelArtifacts": "s3://models/a/model.tar.gz"}}
    overview = Overview(region)
    overview.since("")
    region.asked.clear()

    first, again = overview.rows([job_arn("a")]), overview.rows([job_arn("a")])

    assert first == again
    assert first[0]["model"] == "s3://models/a/model.tar.gz"
    assert region.asked == ["job", "training job"]


def test_only_jobs_that_are_shown_can_be_asked_for() -> None:
    """A page is no way to ask for anything else."""
    overview = Overview(Region(job("a", "RUNNING")))
    overview.since("")

    assert overview.job(job_arn("b")) is None
    assert overview.rows([job_arn("b")]) == []


def test_failed_job_tells_why_with_the_end_of_its_log() -> None:
    """Batch's reason, SageMaker's, and what the training wrote."""
    region = Region({**ended("a", "FAILED"), "statusReason": "exit code 1"})
    region.trained = {"FailureReason": "AlgorithmError: boom"}
    region.log = ["epoch 1", "Traceback"]
    overview = Overview(region)
    overview.since("")

    told = overview.job(job_arn("a"))

    assert told is not None
    assert (told["why"], told["failure"]) == ("exit code 1", "AlgorithmError: boom")
    assert told["log"] == ["epoch 1", "Traceback"]


def test_a_success_and_a_healthy_queue_need_no_reason() -> None:
    """Batch has words for both, which say no more than their status; trouble has its reason."""
    done = {**ended("a", "SUCCEEDED"), "statusReason": "Received status from SageMaker: done"}
    stopping = job("b", "RUNNING", statusReason="PREEMPTION_IN_PROGRESS: Cross-share preemption")
    region = Region(done, stopping)
    region.queue |= {"status": "VALID", "statusReason": "JobQueue Healthy"}
    shown = Overview(region).since("")
    region.queue |= {"status": "INVALID", "statusReason": "no role"}
    told = Overview(region).since("")

    assert {each["name"]: each["why"] for each in shown["jobs"]} == {
        "a": "",
        "b": "PREEMPTION_IN_PROGRESS: Cross-share preemption",
    }
    assert [each["queues"][0]["reason"] for each in (shown, told)] == ["", "no role"]


def test_log_that_can_not_be_read_leaves_the_rest() -> None:
    """A missing permission hides one thing, and is named."""
    region = Region(ended("a", "FAILED"))
    region.refused = {"log"}
    overview = Overview(region)
    overview.since("")

    told = overview.job(job_arn("a"))

    assert told is not None
    assert told["errors"] == ["log: not now"]
    assert told["status"] == "FAILED"


def test_waiting_job_tells_the_schedulers_word_where_there_is_one() -> None:
    """The emulator knows more than AWS tells."""
    overview = Overview(Region(job("a", "RUNNABLE")))
    overview.since("")

    told = overview.job(job_arn("a"))

    assert told is not None
    assert told["scheduler"] == "the scheduler's word on a"


def test_nothing_that_may_be_secret_is_shown() -> None:
    """Payloads, hyperparameters, environments and tags are in the answers, and stay there."""
    region = Region(ended("a", "SUCCEEDED"))
    overview = Overview(region)
    arn = job_arn("a")

    shown = json.dumps([overview.since(""), overview.rows([arn]), overview.job(arn)])

    assert "SUCCEEDED" in shown
    assert [secret for secret in SECRETS if secret in shown] == []


def test_model_that_could_not_be_asked_for_is_asked_for_again() -> None:
    """The rest of the row is shown meanwhile, and says that it lacks something."""
    region = Region(ended("a", "SUCCEEDED"))
    region.trained = {"ModelArtifacts": {"S3ModelArtifacts": "s3://models/a/model.tar.gz"}}
    region.refused = {"training job"}
    overview = Overview(region)
    overview.since("")

    (lacking,) = overview.rows([job_arn("a")])
    region.refused = set()
    (whole,) = overview.rows([job_arn("a")])

    assert (lacking["model"], lacking["incomplete"], lacking["attempt"]) == ("", True, 1)
    assert (whole["model"], whole["incomplete"]) == ("s3://models/a/model.tar.gz", False)


def test_metric_that_is_no_number_can_be_read_by_a_browser() -> None:
    """JSON has no NaN, which is what a loss becomes that diverges."""
    region = Region(ended("a", "SUCCEEDED"))
    region.trained = {"FinalMetricDataList": [{"MetricName": "loss", "Value": float("nan")}]}
    overview = Overview(region)
    overview.since("")

    told = json.loads(json.dumps(overview.job(job_arn("a"))), parse_constant=pytest.fail)

    assert told["metrics"] == [{"name": "loss", "value": "nan"}]


class Slow(Region):
    """DataSource about queues when it is let."""

    def __init__(self) -> None:
        super().__init__(job("a", "RUNNING"))
        self.asked_for, self.let = threading.Event(), threading.Event()

    def job_queues(self) -> list[dict[str, Any]]:
        """Wait."""
        self.asked_for.set()
        assert self.let.wait(60)
        return super().job_queues()

    def looked_at(self, overview: Overview) -> threading.Thread:
        """Look in a thread, which waits for its answer."""
        self.let.clear()
        self.asked_for.clear()
        look = threading.Thread(target=overview.since, args=[""])
        look.start()
        assert self.asked_for.wait(60)
        return look


def test_what_is_known_is_told_while_a_look_goes_on() -> None:
    """A slow AWS holds up the next look, not what somebody opens, nor another page."""
    region = Slow()
    region.let.set()
    overview = Overview(region)
    overview.since("")
    look = region.looked_at(overview)

    told = overview.job(job_arn("a"))
    shown = overview.since("")

    assert told is not None
    assert ([each["name"] for each in shown["jobs"]], shown["errors"]) == (["a"], [])
    assert shown["next"] > 0
    assert look.is_alive()
    region.let.set()
    look.join()


def test_pages_do_not_wait_for_ever_for_the_first_look() -> None:
    """They say that it is under way: each that waits holds a thread that serves."""
    region = Slow()
    overview = Overview(region, patience=0)
    look = region.looked_at(overview)

    shown = overview.since("")

    assert (shown["jobs"], shown["errors"]) == ([], [NOT_READ])
    region.let.set()
    look.join()
    assert overview.since("")["errors"] == []


def test_of_hyperparameters_only_numbers_are_shown() -> None:
    """And of metrics only what can be drawn."""
    region = Region(ended("a", "SUCCEEDED"))
    region.hyperparameters = {"lr": "1e-3", "epochs": "30", "name": "hyper-secret", "bad": "nan"}
    region.trained = {
        "FinalMetricDataList": [
            {"MetricName": "loss", "Value": 0.5},
            {"MetricName": "broken", "Value": float("nan")},
        ]
    }
    overview = Overview(region)
    overview.since("")

    (row,) = overview.rows([job_arn("a")])

    assert row["parameters"] == {"lr": 0.001, "epochs": 30.0}
    assert row["metrics"] == {"loss": 0.5}
    json.dumps(row, allow_nan=False)


@pytest.mark.parametrize("console", [True, False])
def test_a_failed_job_says_what_to_try_and_where_the_console_shows_it(console: bool) -> None:  # noqa: FBT001 - a row of a table
    """By the words and the log, as `why` does; an emulator's job is in no console."""
    region = Region(ended("a", "FAILED"))
    region.has_console = console
    region.trained = {"FailureReason": "AlgorithmError: exit code: 1"}
    region.log = ["RuntimeError: CUDA out of memory"]
    overview = Overview(region)
    overview.since("")

    told = overview.job(job_arn("a"))

    assert told is not None
    assert told["hint"].startswith("the container ran out of memory")
    assert set(told["console"]) == ({"job_queue", "training_job", "log"} if console else set())
