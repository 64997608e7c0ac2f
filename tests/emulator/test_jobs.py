"""Listing, updating and terminating jobs, and replaying their submission."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emulator_requests import (
    client,
    make_environment,
    make_queue,
    payload,
    scripted,
    submit,
)

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.store.data_lock import DataLockedError

if TYPE_CHECKING:
    from pathlib import Path

UNKNOWN = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(autouse=True)
def _queue(emulator: Emulator) -> None:
    make_queue(emulator, make_environment(emulator))


def names(batch: Any, **question: Any) -> list[str]:
    """List a queue's jobs by a question, and give their names."""
    told = batch.list_service_jobs(jobQueue="queue", **question)
    return [job["jobName"] for job in told["jobSummaryList"]]


def by(name: str, value: str) -> dict[str, Any]:
    """Make a filter."""
    return {"filters": [{"name": name, "values": [value]}]}


def test_without_a_status_only_running_jobs_are_listed(emulator: Emulator, batch: Any) -> None:
    """The default of ListServiceJobs is RUNNING."""
    submit(emulator, jobName="done")
    emulator.clock.advance(60)
    submit(emulator, jobName="running", serviceRequestPayload=scripted({"running": 60}))
    emulator.clock.advance(1)
    submit(emulator, jobName="new")

    assert names(batch) == ["running"]
    assert names(batch, jobStatus="SUCCEEDED") == ["done"]
    assert names(batch, jobStatus="SUBMITTED") == ["new"]


def test_a_name_filter_ignores_status_and_case(emulator: Emulator, batch: Any) -> None:
    """JOB_NAME finds jobs of any status, newest first, whatever their case; * makes a prefix."""
    for name in ("Train", "other", "train", "trainer"):
        submit(emulator, jobName=name)
        emulator.clock.advance(1)

    assert names(batch, **by("JOB_NAME", "TRAIN")) == ["train", "Train"]
    assert names(batch, **by("JOB_NAME", "tr*"), jobStatus="RUNNING") == [
        "train",
        "Train",
        "trainer",
    ]


def test_time_filters_are_exclusive(emulator: Emulator, batch: Any) -> None:
    """BEFORE and AFTER a job's own creation time leave it out."""
    for name in ("a", "b", "c"):
        job = submit(emulator, jobName=name)
        emulator.clock.advance(1)
    moment = str(batch.describe_service_job(jobId=job)["createdAt"] - 1000)

    assert names(batch, **by("BEFORE_CREATED_AT", moment)) == ["a"]
    assert names(batch, **by("AFTER_CREATED_AT", moment)) == ["c"]


@pytest.mark.parametrize(
    "question",
    [
        by("JOB_COLOUR", "red"),
        by("BEFORE_CREATED_AT", "noon"),
        {"filters": [{"name": "JOB_NAME", "values": ["a"]}] * 2},
        {"filters": [{"name": "JOB_NAME", "values": []}]},
        {"maxResults": 101},
        {"nextToken": "made-up"},
    ],
)
def test_a_wrong_question_is_refused(batch: Any, question: Any) -> None:
    """Filters, sizes and tokens that do not exist are a ClientException."""
    with pytest.raises(ClientError, match="ClientException"):
        batch.list_service_jobs(jobQueue="queue", **question)


@pytest.mark.parametrize("question", [{"jobStatus": "SUCCEEDED"}, by("JOB_NAME", "job*")])
def test_pages_join_to_the_whole(emulator: Emulator, batch: Any, question: Any) -> None:
    """Jobs listed page by page are each there once, in the order of the unpaged list."""
    for number in range(7):
        submit(emulator, jobName=f"job{number % 3}")
    emulator.clock.advance(60)
    whole = batch.list_service_jobs(jobQueue="queue", **question)["jobSummaryList"]

    found: list[Any] = []
    token: dict[str, str] = {}
    while True:
        told = batch.list_service_jobs(jobQueue="queue", maxResults=2, **question, **token)
        found += told["jobSummaryList"]
        if "nextToken" not in told:
            break
        token = {"nextToken": told["nextToken"]}

    assert len(whole) == 7
    assert found == whole


def test_a_priority_is_updated_to_zero(emulator: Emulator, batch: Any) -> None:
    """UpdateServiceJob changes the priority of a live job, 0 included."""
    job = submit(emulator, schedulingPriority=5)
    batch.update_service_job(jobId=job, schedulingPriority=0)

    assert batch.describe_service_job(jobId=job)["schedulingPriority"] == 0


def test_a_job_of_another_account_does_not_exist(emulator: Emulator, batch: Any) -> None:
    """An ARN is that of one job, and not of each with the same id."""
    arn = batch.describe_service_job(jobId=submit(emulator))["jobArn"]
    elsewhere = arn.replace("123456789012", "210987654321")

    batch.terminate_service_job(jobId=elsewhere, reason="not mine")
    with pytest.raises(ClientError, match="210987654321"):
        batch.describe_service_job(jobId=elsewhere)

    assert batch.describe_service_job(jobId=arn)["isTerminated"] is False


def test_an_unknown_job_does_not_exist(batch: Any) -> None:
    """Describing or updating a job that is not there is refused with words that tell."""
    with pytest.raises(ClientError, match="does not exist"):
        batch.describe_service_job(jobId=UNKNOWN)
    with pytest.raises(ClientError, match="does not exist"):
        batch.update_service_job(jobId=UNKNOWN, schedulingPriority=1)


def test_many_jobs_are_terminated_at_once(emulator: Emulator, batch: Any) -> None:
    """TerminateServiceJobs takes known and unknown jobs, and reports malformed ids one by one."""
    jobs = [submit(emulator), submit(emulator)]
    told = batch.terminate_service_jobs(jobs=[*jobs, UNKNOWN, "train"], reason="enough")
    emulator.clock.advance(1)

    assert told["successful"] == [*jobs, UNKNOWN]
    assert [(error["job"], error["code"]) for error in told["errors"]] == [
        ("train", "ValidationException")
    ]
    assert names(batch, jobStatus="FAILED") == ["train", "train"]


def test_a_replayed_token_gives_the_same_job(emulator: Emulator, batch: Any) -> None:
    """By default the same token with the same request gives the first job, finished or not."""
    job = submit(emulator, clientToken="token")
    emulator.clock.advance(60)

    assert submit(emulator, clientToken="token") == job
    assert len(names(batch, **by("JOB_NAME", "train"))) == 1


def test_a_replayed_token_can_be_rejected(emulator: Emulator, batch: Any) -> None:
    """With the other behaviour the second request is an error, and there is one job."""
    emulator.behaviour.token_replay = "reject"
    submit(emulator, clientToken="token")

    with pytest.raises(ClientError, match="clientToken"):
        submit(emulator, clientToken="token")
    assert len(names(batch, **by("JOB_NAME", "train"))) == 1


@pytest.mark.parametrize("change", [{"jobName": "b"}, {"serviceRequestPayload": payload(2)}])
def test_a_token_with_another_request_is_refused(emulator: Emulator, change: Any) -> None:
    """The same token with anything else changed is an error in either behaviour."""
    submit(emulator, clientToken="token")

    with pytest.raises(ClientError, match="another request"):
        submit(emulator, clientToken="token", **change)


def test_a_restart_does_not_go_back_in_time(tmp_path: Path) -> None:
    """An emulator whose clock is behind its records goes on from these, so that jobs go on too."""
    with Emulator(tmp_path, clock=Clock(0, start=2_000_000_000)) as emulator:
        make_queue(emulator, make_environment(emulator))
        job = submit(emulator)
    with Emulator(tmp_path, clock=Clock(0, start=1_000_000_000)) as emulator:
        assert emulator.clock.now() > 2_000_000_000
        emulator.clock.advance(60)

        told = client(emulator, "batch").describe_service_job(jobId=job)
    assert told["status"] == "SUCCEEDED"


def test_it_serves_ipv6_too() -> None:
    """On ::1 the URL is one that boto3 can use."""
    with Emulator(host="::1") as emulator:
        assert emulator.url.startswith("http://[::1]:")
        assert client(emulator, "batch").describe_job_queues()["jobQueues"] == []


def test_emulators_in_one_process_share_no_directory(tmp_path: Path) -> None:
    """A second Emulator on a directory is refused until the first has stopped; no port is left."""
    with Emulator(tmp_path) as emulator, pytest.raises(DataLockedError, match=emulator.url):
        Emulator(tmp_path)

    with Emulator(tmp_path):
        pass


@pytest.mark.parametrize(("action", "tries"), [("Retry", 3), ("Exit", 1), ("eXIT", 1)])
def test_actions_are_taken_in_any_case(
    emulator: Emulator, batch: Any, action: str, tries: int
) -> None:
    """`Retry` and `Exit` mean what they say, and are shown as AWS's model writes them."""
    strategy = {
        "attempts": 3,
        "evaluateOnExit": [
            {"action": action, "onStatusReason": "*AlgorithmError*"},
            {"action": "EXIT" if tries > 1 else "RETRY", "onStatusReason": "*"},
        ],
    }
    script = {"outcome": "Failed", "failure_reason": "AlgorithmError: boom"}
    job = submit(emulator, retryStrategy=strategy, serviceRequestPayload=scripted(script))
    emulator.clock.advance(60)

    told = batch.describe_service_job(jobId=job)
    assert (told["status"], len(told["attempts"])) == ("FAILED", tries)
    assert told["retryStrategy"]["evaluateOnExit"][0]["action"] == action.upper()


def test_an_unknown_action_is_refused(emulator: Emulator) -> None:
    """Case is all that may differ."""
    strategy = {"attempts": 1, "evaluateOnExit": [{"action": "STOP"}]}

    with pytest.raises(ClientError, match="action must be one of RETRY, EXIT"):
        submit(emulator, retryStrategy=strategy)


def test_a_strategy_without_conditions_shows_none(emulator: Emulator, batch: Any) -> None:
    """`evaluateOnExit` is [] in a strategy that has only attempts."""
    job = submit(emulator, retryStrategy={"attempts": 2})

    told = batch.describe_service_job(jobId=job)["retryStrategy"]
    assert told == {"attempts": 2, "evaluateOnExit": []}


def test_a_success_has_sagemakers_reason(emulator: Emulator, batch: Any) -> None:
    """Job and attempt say that the training job completed."""
    job = submit(emulator)
    emulator.clock.advance(20)

    told = batch.describe_service_job(jobId=job)
    reason = "Received status from SageMaker: Training job completed"
    assert (told["status"], told["statusReason"]) == ("SUCCEEDED", reason)
    assert [attempt["statusReason"] for attempt in told["attempts"]] == [reason]
