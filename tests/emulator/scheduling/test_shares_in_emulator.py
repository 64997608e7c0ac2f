"""What the API and the control routes tell of shares, preemption and fair turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emulator_requests import NOON, client, control, make_queue, payload, scripted, submit

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from pathlib import Path

KIND = "ml.m5.large"
HOUR = {"running": 3600}


@pytest.fixture
def shares(emulator: Emulator, batch: Any) -> dict[str, str]:
    """Make the two shares, and give their ARNs."""
    return make_shares(emulator, batch)


def make_shares(emulator: Emulator, batch: Any) -> dict[str, str]:
    """Make a queue of four instances: `owner` lends its two, `team` has two and borrows."""
    policy = batch.create_scheduling_policy(
        name="quotas", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )["arn"]
    make_typed_queue(emulator, policy, KIND, 4)
    sharing = {"owner": {"strategy": "LEND"}, "team": {"strategy": "LEND_AND_BORROW"}}
    made = {
        name: batch.create_quota_share(
            quotaShareName=name,
            jobQueue="queue",
            capacityLimits=[{"maxCapacity": 2, "capacityUnit": KIND}],
            resourceSharingConfiguration=sharing[name],
            preemptionConfiguration={"inSharePreemption": "DISABLED"},
        )["quotaShareArn"]
        for name in sharing
    }
    emulator.clock.advance(1)
    return made


def make_typed_queue(emulator: Emulator, policy: str, unit: str, capacity: int) -> None:
    """Make an environment of this unit, and a queue with this policy."""
    client(emulator, "batch").create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": capacity, "capacityUnit": unit}],
    )
    emulator.clock.advance(1)
    make_queue(emulator, "env", schedulingPolicyArn=policy)


def described(batch: Any, job_id: str) -> dict[str, Any]:
    """Describe a job."""
    answer: dict[str, Any] = batch.describe_service_job(jobId=job_id)
    return answer


def run(emulator: Emulator, share: str, **request: Any) -> str:
    """Submit a job of an hour to a quota share, and let it get going."""
    request = {"serviceRequestPayload": scripted(HOUR), **request}
    job = submit(emulator, quotaShareName=share, **request)
    emulator.clock.advance(1)
    return job


def waits_for(emulator: Emulator, job: str) -> str:
    """Ask what a job waits for."""
    told: str = control(emulator.url, emulator.credentials, "GET", f"jobs/{job}")["waits_for"]
    return told


CROSS_SHARE = "Cross-share preemption triggered to reclaim borrowed capacity"


@pytest.mark.usefixtures("shares")
def test_a_preempted_job_is_requeued_and_says_so(emulator: Emulator, batch: Any) -> None:
    """It tells while it is stopped, then in its summary only, and it runs again."""
    stopping = {"serviceRequestPayload": scripted({**HOUR, "stopping": 1})}
    jobs = [run(emulator, "team", **stopping) for _ in range(3)]
    mine = run(emulator, "owner", serviceRequestPayload=scripted({"running": 60}, **two()))
    while_stopped = described(batch, jobs[2])
    emulator.clock.advance(2)

    assert while_stopped["status"] == "RUNNING"
    assert while_stopped["statusReason"] == f"PREEMPTION_IN_PROGRESS: {CROSS_SHARE}"
    told = described(batch, jobs[2])
    assert (told["status"], told["attempts"]) == ("RUNNABLE", [])
    assert "statusReason" not in told
    (attempt,) = told["preemptionSummary"]["recentPreemptedAttempts"]
    assert told["preemptionSummary"]["preemptedAttemptCount"] == 1
    assert attempt["statusReason"] == CROSS_SHARE
    assert attempt["serviceResourceId"] == told["latestAttempt"]["serviceResourceId"]
    assert attempt["startedAt"] < attempt["stoppedAt"]
    assert described(batch, mine)["status"] == "RUNNING"
    before = told["scheduledAt"]

    emulator.clock.advance(100)
    again = described(batch, jobs[2])
    assert again["status"] == "RUNNING"
    assert "statusReason" not in again
    assert again["scheduledAt"] > before
    assert again["latestAttempt"]["serviceResourceId"] != attempt["serviceResourceId"]


@pytest.mark.usefixtures("shares")
def test_the_newest_preempted_attempt_stands_first(emulator: Emulator, batch: Any) -> None:
    """Of two preemptions the later one is the first in the summary."""
    jobs = [run(emulator, "team") for _ in range(3)]
    for _ in range(2):
        run(emulator, "owner", serviceRequestPayload=scripted({"running": 60}, **two()))
        emulator.clock.advance(100)
    summary = described(batch, jobs[2])["preemptionSummary"]

    stopped = [each["stoppedAt"] for each in summary["recentPreemptedAttempts"]]
    assert summary["preemptedAttemptCount"] == len(stopped) == 2
    assert stopped[0] > stopped[1]


def two() -> dict[str, Any]:
    """Ask for two instances."""
    return {"ResourceConfig": {"InstanceCount": 2, "InstanceType": KIND, "VolumeSizeInGB": 1}}


@pytest.mark.usefixtures("shares")
def test_preemption_retries_end_in_failure(emulator: Emulator, batch: Any) -> None:
    """With 0 retries the first preemption fails the job, and the summary counts it."""
    jobs = [
        run(emulator, "team", preemptionConfiguration={"preemptionRetriesBeforeTermination": 0})
        for _ in range(3)
    ]
    run(emulator, "owner")
    run(emulator, "owner")

    told = described(batch, jobs[2])
    assert told["status"] == "FAILED"
    assert told["statusReason"] == CROSS_SHARE
    assert told["preemptionSummary"]["preemptedAttemptCount"] == 1
    assert [described(batch, job)["status"] for job in jobs[:2]] == ["RUNNING"] * 2


@pytest.mark.usefixtures("shares")
def test_a_preempted_job_can_be_terminated(emulator: Emulator, batch: Any) -> None:
    """A termination ends it while it waits to run again."""
    jobs = [run(emulator, "team") for _ in range(4)]
    run(emulator, "owner")
    batch.terminate_service_job(jobId=jobs[3], reason="enough")
    emulator.clock.advance(1)

    told = described(batch, jobs[3])
    assert (told["status"], told["statusReason"]) == ("FAILED", "enough")


@pytest.mark.usefixtures("shares")
def test_the_snapshot_is_true_at_each_moment(emulator: Emulator, batch: Any) -> None:
    """Front, fronts of the shares, and utilisation, before and after a preemption."""
    team = [run(emulator, "team") for _ in range(5)]
    first = batch.get_job_queue_snapshot(jobQueue="queue")
    mine = run(emulator, "owner")
    second = batch.get_job_queue_snapshot(jobQueue="queue")

    def front(snapshot: Any) -> list[str]:
        return [each["jobArn"].rpartition("/")[2] for each in snapshot["frontOfQueue"]["jobs"]]

    def usage(snapshot: Any) -> dict[str, float]:
        shares = snapshot["queueUtilization"]["quotaShareUtilization"]["topCapacityUtilization"]
        return {each["quotaShareName"]: each["capacityUsage"][0]["quantity"] for each in shares}

    assert front(first) == [team[4]]
    assert usage(first) == {"team": 4.0}
    assert front(second) == [team[3], team[4]]
    assert usage(second) == {"team": 3.0, "owner": 1.0}
    heads = second["frontOfQuotaShares"]["quotaShares"]
    assert heads["owner"] == []
    assert [each["jobArn"] for each in heads["team"]] == [described(batch, team[3])["jobArn"]]
    total = second["queueUtilization"]["totalCapacityUsage"]
    assert total == [{"capacityUnit": KIND, "quantity": 4.0}]
    assert described(batch, mine)["capacityUsage"] == [{"capacityUnit": KIND, "quantity": 1.0}]


@pytest.mark.usefixtures("shares")
def test_waiting_jobs_say_why_with_numbers(emulator: Emulator) -> None:
    """The head of a share tells its share's standing, those behind it who is before them."""
    for _ in range(4):
        run(emulator, "team")
    head, behind = run(emulator, "team"), run(emulator, "team")

    assert waits_for(emulator, head) == (
        f"it needs 1 {KIND}; share team is at 4 of 2 {KIND} and may borrow without limit, has 2; "
        f"of the 2 that shares lend, nobody else has any; 0 of 4 {KIND} free in env"
    )
    assert waits_for(emulator, behind) == f"job {head}, which is before it in share team"


@pytest.mark.usefixtures("shares")
def test_what_a_share_can_never_hold_says_so(emulator: Emulator, batch: Any) -> None:
    """Batch's reason for more than a share's limits, and its time limit, end such a job."""
    batch.update_job_queue(
        jobQueue="queue",
        jobStateTimeLimitActions=[
            {
                "reason": "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
                "state": "RUNNABLE",
                "maxTimeSeconds": 600,
                "action": "TERMINATE",
            }
        ],
    )
    job = run(emulator, "owner", serviceRequestPayload=payload(3))
    told = described(batch, job)
    emulator.clock.advance(700)

    code = "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"
    assert told["statusReason"] == f"{code} - Job requirements exceed quota share capacity limits."
    ended = described(batch, job)
    reason = f"Terminated by JobStateTimeLimit action due to reason: {code}"
    assert (ended["status"], ended["statusReason"]) == ("FAILED", reason)


@pytest.mark.parametrize(
    ("borrow_limit", "instances", "said"),
    [
        (50, 4, "Job requirements exceed quota share capacity limits and borrow limits."),
        (200, 7, "Job requirements exceed quota share capacity limits and borrow limits."),
        (200, 5, "Job requires borrowing that exceeds all configured borrowable capacity."),
        (-1, 9, "Job requires borrowing that exceeds all configured borrowable capacity."),
    ],
)
def test_what_a_share_can_never_borrow_says_so(
    emulator: Emulator,
    batch: Any,
    shares: dict[str, str],
    *,
    borrow_limit: int,
    instances: int,
    said: str,
) -> None:
    """Batch tells a share's own borrow limit from what there is to borrow."""
    batch.update_service_environment(
        serviceEnvironment="env", capacityLimits=[{"maxCapacity": 20, "capacityUnit": KIND}]
    )
    batch.update_quota_share(
        quotaShareArn=shares["team"],
        resourceSharingConfiguration={"strategy": "LEND_AND_BORROW", "borrowLimit": borrow_limit},
    )
    emulator.clock.advance(1)
    job = run(emulator, "team", serviceRequestPayload=payload(instances))

    assert described(batch, job)["statusReason"].endswith(f"_LIMIT_EXCEEDED - {said}")


def test_a_disabled_share_takes_no_jobs_and_finishes_those_it_has(
    emulator: Emulator, batch: Any, shares: dict[str, str]
) -> None:
    """Jobs that wait in a DISABLED share still run; new ones are refused."""
    jobs = [run(emulator, "owner", serviceRequestPayload=scripted({"running": 60})) for _ in "123"]
    batch.update_quota_share(quotaShareArn=shares["owner"], state="DISABLED")
    emulator.clock.advance(1)

    with pytest.raises(ClientError, match="is DISABLED"):
        submit(emulator, quotaShareName="owner")
    emulator.clock.advance(200)
    assert [described(batch, job)["status"] for job in jobs] == ["SUCCEEDED"] * 3


def test_a_raised_priority_preempts_where_the_share_allows_it(
    emulator: Emulator, batch: Any, shares: dict[str, str]
) -> None:
    """UpdateServiceJob on a waiting job lets it take the place of a running one."""
    batch.update_quota_share(
        quotaShareArn=shares["owner"], preemptionConfiguration={"inSharePreemption": "ENABLED"}
    )
    emulator.clock.advance(1)
    jobs = [run(emulator, "owner", schedulingPriority=5) for _ in range(3)]
    assert described(batch, jobs[2])["status"] == "RUNNABLE"
    batch.update_service_job(jobId=jobs[2], schedulingPriority=9)
    emulator.clock.advance(1)

    assert described(batch, jobs[2])["status"] == "RUNNING"
    (attempt,) = described(batch, jobs[1])["preemptionSummary"]["recentPreemptedAttempts"]
    assert attempt["statusReason"] == "In-share preemption triggered by a job of a higher priority"


def fair_queue(emulator: Emulator, **policy: Any) -> None:
    """Make a fair-share queue of two instances."""
    made = client(emulator, "batch").create_scheduling_policy(name="fair", fairsharePolicy=policy)
    make_typed_queue(emulator, made["arn"], "NUM_INSTANCES", 2)


@pytest.mark.parametrize("names", [("team*", "team1"), ("a", "a"), ("a*", "ab*")])
def test_entries_of_a_policy_do_not_overlap(batch: Any, names: tuple[str, str]) -> None:
    """A share identifier that two entries would weigh is refused."""
    distribution = [{"shareIdentifier": name} for name in names]

    with pytest.raises(ClientError, match="overlaps"):
        batch.create_scheduling_policy(
            name="fair", fairsharePolicy={"shareDistribution": distribution}
        )


def test_fair_shares_take_turns(emulator: Emulator, batch: Any) -> None:
    """The share that holds nothing goes before the one that came first, and the snapshot knows."""
    fair_queue(emulator)
    hour = {"serviceRequestPayload": scripted(HOUR)}
    for _ in range(2):
        submit(emulator, shareIdentifier="vision", **hour)
    emulator.clock.advance(1)
    vision = [submit(emulator, shareIdentifier="vision", **hour) for _ in range(2)]
    speech = submit(emulator, shareIdentifier="speech", **hour)
    emulator.clock.advance(1)

    front = batch.get_job_queue_snapshot(jobQueue="queue")
    arns = [each["jobArn"].rpartition("/")[2] for each in front["frontOfQueue"]["jobs"]]
    assert arns == [speech, *vision]
    fair = front["queueUtilization"]["fairshareUtilization"]
    assert fair["activeShareCount"] == 1
    assert fair["topCapacityUtilization"] == [
        {
            "shareIdentifier": "vision",
            "capacityUsage": [{"capacityUnit": "NUM_INSTANCES", "quantity": 2.0}],
        }
    ]
    assert front["queueUtilization"]["totalCapacityUsage"][0]["capacityUnit"] == "NUM_INSTANCES"
    assert "whose turn it is: share speech holds 0" in waits_for(emulator, vision[0])


def test_what_shares_held_outlives_a_restart(tmp_path: Path) -> None:
    """Past use decides the next turn also after the emulator was stopped and started."""
    with Emulator(tmp_path, clock=Clock(0, start=NOON)) as emulator:
        fair_queue(emulator, shareDecaySeconds=86_400)
        past = submit(
            emulator, shareIdentifier="a", serviceRequestPayload=scripted({"running": 600})
        )
        emulator.clock.advance(700)
        assert described(client(emulator, "batch"), past)["status"] == "SUCCEEDED"
    with Emulator(tmp_path, clock=Clock(0, start=NOON + 800)) as emulator:
        request = {"serviceRequestPayload": scripted(HOUR, **two())}
        late = submit(emulator, shareIdentifier="a", **request)
        other = submit(emulator, shareIdentifier="b", **request)
        emulator.clock.advance(5)

        batch = client(emulator, "batch")
        assert described(batch, other)["status"] == "RUNNING"
        assert described(batch, late)["status"] == "RUNNABLE"


def test_a_preemption_outlives_a_restart(tmp_path: Path) -> None:
    """A job that was being stopped for another when the emulator went counts as preempted."""
    with Emulator(tmp_path, clock=Clock(0, start=NOON)) as emulator:
        batch = client(emulator, "batch")
        make_shares(emulator, batch)
        slow = {"serviceRequestPayload": scripted({**HOUR, "stopping": 1000})}
        jobs = [run(emulator, "team", **slow) for _ in range(3)]
        mine = [run(emulator, "owner") for _ in range(2)]
        assert described(batch, jobs[2])["status"] == "RUNNING"  # it is stopping
        assert waits_for(emulator, mine[1]) == f"job {jobs[2]}, preempted for it, to stop"
    with Emulator(tmp_path, clock=Clock(0, start=NOON + 100)) as emulator:
        emulator.clock.advance(1)

        told = described(client(emulator, "batch"), jobs[2])
        assert told["preemptionSummary"]["preemptedAttemptCount"] == 1
        assert told["attempts"] == []
