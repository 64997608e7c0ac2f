from __future__ import annotations

from typing import Any

from page_answers import environment, job, job_arn, queue, snapshot

from sjresource.status.queue_reader import QueueDescription
from sjresource.status.why_waiting import never_starts_words, why_waiting

M5 = "ml.m5.large"


TOO_LARGE = "it asks for 9 ml.m5.large, more than its environments can ever give: 4 instances"


def why(waiting: dict[str, Any], told: dict[str, Any], **parts: Any) -> str:
    """Return why a job waits in a queue of four instances."""
    parts = {"environments": [environment(4)], "snapshot": told, **parts}
    described = QueueDescription(parts.pop("queue", queue()), **parts)
    return why_waiting(waiting, described, {job_arn("first"): "first"})


def test_place_and_full_queue_are_told() -> None:
    """Where a job stands, who is before it, and that all is in use."""
    told = snapshot(4, front=["first", "train"])

    assert why(job("train", "RUNNABLE"), told) == (
        "2nd in the queue, behind first; 4 of 4 instances in use"
    )


def test_use_of_other_queues_counts() -> None:
    """The environment is theirs too."""
    others = [{"capacityUnit": M5, "quantity": 3.0}]

    said = why(job("train", "RUNNABLE"), snapshot(1, front=["train"]), used_by_others=others)

    assert said == "1st in the queue; 4 of 4 instances in use"


def test_a_job_that_is_too_wide_for_what_is_left_is_told_so() -> None:
    """There is room, and not for this one; one that would fit has nothing to say of it."""
    told = snapshot(3, front=["train"])
    wide = job("train", "RUNNABLE", capacityUsage=[{"capacityUnit": M5, "quantity": 2.0}])

    assert why(wide, told) == "1st in the queue; 3 of 4 instances in use"
    assert why(job("train", "RUNNABLE"), told) == "1st in the queue"


def test_job_that_can_never_run_is_told_first() -> None:
    """It needs more than there is."""
    usage = [{"capacityUnit": M5, "quantity": 9.0}]

    said = why(job("train", "RUNNABLE", capacityUsage=usage), snapshot(front=["train"]))

    assert said == f"{TOO_LARGE}; 1st in the queue"


def test_a_job_that_batch_calls_misconfigured_needs_no_more_words() -> None:
    """Its place means nothing: it will never start. What it lacks does."""
    reason = "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"
    waiting = job("train", "RUNNABLE", statusReason=reason)

    assert why(waiting, snapshot(4, front=["train"])) == ""
    waiting["capacityUsage"] = [{"capacityUnit": M5, "quantity": 9.0}]
    assert why(waiting, snapshot()) == TOO_LARGE
    assert never_starts_words(reason).startswith(f"it will never start as things are: {reason}; ")
    assert never_starts_words("CAPACITY:NONE") == ""


def test_disabled_queue_environment_and_share_are_told() -> None:
    """Each of them holds up the job; Batch gives no reason for it."""
    said = why(
        job("train", "RUNNABLE", quotaShareName="team"),
        {},
        queue=queue(state="DISABLED"),
        environments=[environment(4, state="DISABLED")],
        shares=[{"quotaShareName": "team", "state": "DISABLED"}],
    )

    assert said == (
        "the queue training is DISABLED; every service environment of the queue is DISABLED "
        "(gpus); the quota share team is DISABLED"
    )


def test_full_share_and_the_place_in_it_are_told() -> None:
    """The first job of a share has its place there, every other one in the queue."""
    usage = [{"capacityUnit": M5, "quantity": 2.0}]
    told = {
        **snapshot(2, front=["first", "train", "third"]),
        "frontOfQuotaShares": {"quotaShares": {"team": [{"jobArn": job_arn("train")}]}},
    }
    top = [{"quotaShareName": "team", "capacityUsage": usage}]
    told["queueUtilization"]["quotaShareUtilization"] = {"topCapacityUtilization": top}
    limits = [{"capacityUnit": M5, "maxCapacity": 2}]
    shares = [{"quotaShareName": "team", "state": "ENABLED", "capacityLimits": limits}]
    full = "the quota share team uses 2 of its 2 ml.m5.large"

    for name, place in (
        ("train", "1st in the quota share team"),
        ("third", "3rd in the queue"),
        ("far", "behind the first 3 in the queue"),
    ):
        waiting = job(name, "RUNNABLE", quotaShareName="team")
        assert why(waiting, told, shares=shares) == f"{place}; {full}"


def test_job_that_is_not_seen_yet_or_no_longer_waits_is_told_so() -> None:
    """Batch puts only those in an order that it has taken in."""
    assert not why(job("train", "PAUSED"), {})  # which there may be one day
    assert why(job("train", "SUBMITTED"), {}) == "the scheduler has not seen it yet"
    assert why(job("train", "RUNNING"), {}) == ""
