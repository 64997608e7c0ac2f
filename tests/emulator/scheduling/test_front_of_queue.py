"""Since when GetJobQueueSnapshot says that a job has its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import NOON, client, make_environment, make_queue, scripted, submit

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from pathlib import Path

KIND = "ml.m5.large"


@pytest.fixture
def queue(emulator: Emulator) -> str:
    """Make a queue of one instance, first in, first out."""
    return make_queue(emulator, make_environment(emulator, capacity=1))


@pytest.fixture
def share(emulator: Emulator, batch: Any) -> str:
    """Make a queue of one instance with one quota share."""
    batch.create_service_environment(
        serviceEnvironmentName="typed",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": KIND}],
    )
    policy = batch.create_scheduling_policy(
        name="quotas", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )
    emulator.clock.advance(1)
    make_queue(emulator, "typed", schedulingPolicyArn=policy["arn"])
    batch.create_quota_share(
        quotaShareName="team",
        jobQueue="queue",
        capacityLimits=[{"maxCapacity": 1, "capacityUnit": KIND}],
        resourceSharingConfiguration={"strategy": "RESERVE"},
        preemptionConfiguration={"inSharePreemption": "DISABLED"},
    )
    emulator.clock.advance(1)
    return "team"


def submit_in_turn(emulator: Emulator, count: int, **request: Any) -> list[str]:
    """Submit so many jobs of a hundred seconds, ten seconds apart; the first one gets going."""
    request = {"serviceRequestPayload": scripted({"running": 100}), **request}
    jobs = []
    for _ in range(count):
        jobs.append(submit(emulator, **request))
        emulator.clock.advance(10)
    return jobs


def times(summaries: Any) -> dict[str, int]:
    """Return since when each job has its place, by job id, in the order of the places."""
    return {each["jobArn"].rpartition("/")[2]: each["earliestTimeAtPosition"] for each in summaries}


def front(batch: Any) -> dict[str, int]:
    """Ask for the front of the queue."""
    return times(batch.get_job_queue_snapshot(jobQueue="queue")["frontOfQueue"]["jobs"])


def now(emulator: Emulator) -> int:
    """Return the clock's time in epoch milliseconds."""
    return round(emulator.clock.now() * 1000)


@pytest.mark.usefixtures("queue")
def test_a_job_has_its_place_since_it_came(emulator: Emulator, batch: Any) -> None:
    """While nobody before it leaves, its time is when it became RUNNABLE."""
    began = now(emulator)
    _, second, third = submit_in_turn(emulator, 3)

    assert front(batch) == {second: began + 10_100, third: began + 20_100}


@pytest.mark.usefixtures("queue")
def test_jobs_move_up_when_the_first_starts(emulator: Emulator, batch: Any) -> None:
    """All behind the one that got capacity have their places since that moment, and keep them."""
    _, second, third, fourth = submit_in_turn(emulator, 4)
    emulator.clock.advance(80)
    started = batch.describe_service_job(jobId=second)["scheduledAt"]

    assert now(emulator) - started > 10_000
    assert front(batch) == {third: started, fourth: started}


@pytest.mark.usefixtures("queue")
def test_only_jobs_behind_one_that_ends_move_up(emulator: Emulator, batch: Any) -> None:
    """A termination gives those behind it a new time, and leaves those before it theirs."""
    _, second, third, fourth = submit_in_turn(emulator, 4)
    before = front(batch)
    batch.terminate_service_job(jobId=third, reason="enough")
    ended = now(emulator)
    emulator.clock.advance(10)

    assert front(batch) == {second: before[second], fourth: ended}


def test_a_raised_priority_changes_the_places_it_passes(
    emulator: Emulator, batch: Any, share: str
) -> None:
    """The raised job and the one it passes have new times, the last one keeps its own."""
    _, second, third, fourth = submit_in_turn(
        emulator, 4, quotaShareName=share, schedulingPriority=5
    )
    before = front(batch)
    batch.update_service_job(jobId=third, schedulingPriority=9)
    raised = now(emulator)
    emulator.clock.advance(10)

    assert list(front(batch).items()) == [
        (third, raised),
        (second, raised),
        (fourth, before[fourth]),
    ]


def test_the_head_of_a_share_has_its_time_too(emulator: Emulator, batch: Any, share: str) -> None:
    """It is the head since the one before it started."""
    _, second, third = submit_in_turn(emulator, 3, quotaShareName=share)

    def head() -> dict[str, int]:
        snapshot = batch.get_job_queue_snapshot(jobQueue="queue")
        return times(snapshot["frontOfQuotaShares"]["quotaShares"][share])

    first = head()
    emulator.clock.advance(90)
    started = batch.describe_service_job(jobId=second)["scheduledAt"]

    assert first == {second: runnable_at(batch, second)}
    assert head() == {third: started}


def runnable_at(batch: Any, job: str) -> int:
    """Return when a job that has started became RUNNABLE: a tenth of a second after it came."""
    return int(batch.describe_service_job(jobId=job)["createdAt"]) + 100


def test_another_shares_turn_moves_jobs_down(emulator: Emulator, batch: Any) -> None:
    """In a fair-share queue a newcomer that goes first gives those behind it new times."""
    policy = batch.create_scheduling_policy(name="fair", fairsharePolicy={})["arn"]
    make_queue(emulator, make_environment(emulator, capacity=1), schedulingPolicyArn=policy)
    _, second, third = submit_in_turn(emulator, 3, shareIdentifier="vision")
    came = now(emulator) + 100
    (other,) = submit_in_turn(emulator, 1, shareIdentifier="speech")

    assert list(front(batch).items()) == [(other, came), (second, came), (third, came)]


def test_after_a_restart_the_time_is_when_it_became_runnable(tmp_path: Path) -> None:
    """What was seen of places is gone, and is seen anew from then on."""
    with Emulator(tmp_path, clock=Clock(0, start=NOON)) as emulator:
        make_queue(emulator, make_environment(emulator, capacity=0))
        came = now(emulator) + 100
        first, second, third = submit_in_turn(emulator, 3)
        client(emulator, "batch").terminate_service_job(jobId=first, reason="enough")
        emulator.clock.advance(10)
        moved = front(client(emulator, "batch"))
    with Emulator(tmp_path, clock=Clock(0, start=NOON + 100)) as emulator:
        batch = client(emulator, "batch")
        restarted = front(batch)
        batch.terminate_service_job(jobId=second, reason="enough")

        assert moved == dict.fromkeys([second, third], came + 29_900)
        assert restarted == {second: came + 10_000, third: came + 20_000}
        assert front(batch) == {third: now(emulator)}
