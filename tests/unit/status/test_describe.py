from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from waiting_fakes import FakeBatch, arn

from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.status.describe import JobSweep

if TYPE_CHECKING:
    from collections.abc import Mapping

    Detail = dict[str, Any]


def sweep_once(
    batch: FakeBatch, last: Mapping[str, Detail | None], **more: Any
) -> tuple[JobSweep, dict[str, Detail | SjresourceError]]:
    """Sweep once; return the sweep and its answers."""
    sweep = JobSweep(batch.client(), "queue", last, **more)
    return sweep, dict(sweep.answers())


def running(count: int) -> dict[str, Detail]:
    """Describe so many running jobs."""
    return {f"job{i}": {"status": "RUNNING"} for i in range(count)}


def test_one_job_is_described() -> None:
    """A page would tell less for the same price."""
    batch = FakeBatch(running(1))

    sweep, answers = sweep_once(batch, {"job0": {"status": "RUNNING"}})

    assert answers["job0"] == {"status": "RUNNING", "jobArn": arn("job0"), "jobId": "job0"}
    assert (sweep.calls, batch.calls) == (1, ["describe"])


@pytest.mark.parametrize("count", [2, 20, 150, 500])
def test_pages_tell_of_a_hundred_jobs_a_call(count: int) -> None:
    """Where jobs were seen in one status, that status is listed."""
    jobs = running(count)

    sweep, answers = sweep_once(FakeBatch(jobs), jobs)

    assert set(answers) == set(jobs)
    assert sweep.calls == math.ceil(count / 100)


def test_a_status_that_is_newer_than_ours_is_described() -> None:
    """It is nowhere on the way that we know; the jobs beside it are told of all the same."""
    jobs = {**running(3), "job1": {"status": "PAUSED"}, "job2": {"status": "PAUSED"}}
    last = {"job0": {"status": "PAUSED"}, "job1": {"status": "PAUSED"}, "job2": running(1)["job0"]}

    _, answers = sweep_once(FakeBatch(jobs), last)

    found = {job: each["status"] for job, each in answers.items() if isinstance(each, dict)}
    assert found == {"job0": "RUNNING", "job1": "PAUSED"}  # and job2 by the next sweep


def test_what_no_page_told_of_is_described() -> None:
    """A job that has moved on since is not in the list of its old status."""
    jobs = running(10)
    batch = FakeBatch({**jobs, "job3": {"status": "FAILED"}})

    sweep, answers = sweep_once(batch, jobs)

    assert isinstance(answers["job3"], dict)
    assert answers["job3"]["status"] == "FAILED"
    assert sweep.calls == 2


def test_many_unknown_jobs_are_found_by_listing_every_status() -> None:
    """A finished sweep costs a few pages, not a Describe of each job."""
    jobs = {f"job{i}": {"status": "SUCCEEDED"} for i in range(500)}

    sweep, answers = sweep_once(FakeBatch(jobs), dict.fromkeys(jobs))

    assert all(isinstance(a, dict) and a["status"] == "SUCCEEDED" for a in answers.values())
    assert len(answers) == 500
    assert sweep.calls <= 5 + 7  # five full pages, and one empty one of each other status


def test_many_jobs_that_ended_at_once_are_found_by_listing() -> None:
    """The page of what they were tells that they are not that any more."""
    jobs = {f"job{i}": {"status": "SUCCEEDED"} for i in range(500)}

    sweep, answers = sweep_once(FakeBatch(jobs), running(500))

    assert len(answers) == 500
    assert sweep.calls < 20


def test_a_failure_is_described_for_its_attempts() -> None:
    """A summary lacks them."""
    jobs = {f"job{i}": {"status": "FAILED"} for i in range(20)}
    batch = FakeBatch(jobs)

    _, answers = sweep_once(batch, dict.fromkeys(jobs))

    assert batch.calls.count("describe") >= len(answers) - 8


@pytest.mark.parametrize("count", [2, 5, 40])
def test_a_look_never_costs_more_than_a_describe_each(count: int) -> None:
    """In a queue full of others' jobs pages tell nothing; what they cost is saved elsewhere."""
    jobs = running(count)
    strangers = {f"other{i}": {"status": "RUNNING"} for i in range(300)}
    batch = FakeBatch({**strangers, **jobs})

    sweep, answers = sweep_once(batch, jobs)
    again, _ = sweep_once(batch, jobs, empty_statuses=sweep.empty_statuses)

    assert sweep.calls <= count
    assert len(answers) >= count - 1
    assert sweep.empty_statuses == {"RUNNING"}
    assert again.calls == count


def test_a_new_attempt_is_described() -> None:
    """A job that went back to RUNNABLE, or has another training job, has one attempt more."""
    last = running(3)
    batch = FakeBatch({name: {"status": "RUNNABLE", "attempts": [{}]} for name in last})

    _, answers = sweep_once(batch, last)

    assert all(isinstance(answer, dict) and "attempts" in answer for answer in answers.values())


def test_a_gone_job_is_said_to_be_gone() -> None:
    """The others are seen all the same."""
    _, answers = sweep_once(
        FakeBatch({"here": {"status": "RUNNING"}}), {"here": None, "gone": None}
    )

    assert isinstance(answers["gone"], NotFound)
    assert isinstance(answers["here"], dict)


def test_lists_that_are_not_allowed_are_done_without() -> None:
    """A Describe tells all as well."""
    jobs = running(3)
    denied = RequestFailed("listing", "ServiceJob", "queue", "no", code="AccessDeniedException")

    sweep, answers = sweep_once(FakeBatch(jobs, listing=denied), jobs)

    assert set(answers) >= {"job0", "job1"}
    assert not sweep.can_list


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("reading", "ServiceJob", "job", "no route"),
        RequestFailed("reading", "ServiceJob", "job", "slow", code="TooManyRequestsException"),
    ],
)
def test_a_look_ends_where_nothing_can_be_asked(error: SjresourceError) -> None:
    """Asking for each of 500 jobs without a network would take an hour."""
    batch = FakeBatch(running(500), describing=error, listing=error)

    with pytest.raises(type(error)):
        sweep_once(batch, dict.fromkeys(running(500)))

    assert len(batch.calls) == 1
