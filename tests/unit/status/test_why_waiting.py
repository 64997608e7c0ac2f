from __future__ import annotations

from typing import Any

from page_answers import QUEUE, environment, job, job_arn, queue, snapshot

from sjresource.status.capacity import queue_view
from sjresource.status.why_waiting import why_waiting


def why(
    waiting: dict[str, Any],
    told: dict[str, Any],
    *,
    of: dict[str, Any] | None = None,
    over: dict[str, Any] | None = None,
    shares: list[dict[str, Any]] | None = None,
) -> str:
    """Return why a job waits in a queue of four instances."""
    view = queue_view(of or queue(), [over or environment(4)], shares or [], {QUEUE: told})
    return why_waiting(waiting, view, told, {job_arn("first"): "first"})


def test_place_and_full_queue_are_told() -> None:
    """Where a job stands, who is before it, and that all is in use."""
    told = snapshot(4, front=["first", "train"])

    assert why(job("train", "RUNNABLE"), told) == (
        "2nd in the queue, behind first; 4 of 4 instances in use"
    )


def test_batchs_reason_is_told_before_the_place() -> None:
    """What Batch says is worth more."""
    waiting = job("train", "RUNNABLE", statusReason="CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY")

    assert why(waiting, snapshot(front=["train"])) == (
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY; 1st in the queue"
    )


def test_job_that_can_never_run_is_told_first() -> None:
    """It needs more than there is."""
    usage = [{"capacityUnit": "ml.m5.large", "quantity": 9.0}]

    said = why(job("train", "RUNNABLE", capacityUsage=usage), snapshot(front=["train"]))

    assert said == "it needs 9, there are 4 instances in all; 1st in the queue"


def test_disabled_queue_environment_and_share_are_told() -> None:
    """Each of them holds up the job."""
    waiting = job("train", "RUNNABLE", quotaShareName="team")
    share = {"quotaShareName": "team", "state": "DISABLED"}
    said = why(
        waiting,
        {},
        of=queue(state="DISABLED"),
        over=environment(4, state="DISABLED"),
        shares=[share],
    )

    assert said.startswith(
        "the queue is DISABLED; every service environment of the queue is DISABLED; "
        "share team is DISABLED"
    )


def test_full_share_and_the_place_in_it_are_told() -> None:
    """The share's own line counts, not the queue's."""
    usage = [{"capacityUnit": "ml.m5.large", "quantity": 2.0}]
    top = [{"quotaShareName": "team", "capacityUsage": usage}]
    told = {
        **snapshot(2, front=["first", "train"]),
        "frontOfQuotaShares": {"quotaShares": {"team": [{"jobArn": job_arn("train")}]}},
    }
    told["queueUtilization"]["quotaShareUtilization"] = {"topCapacityUtilization": top}
    limits = [{"capacityUnit": "ml.m5.large", "maxCapacity": 2}]
    share = {"quotaShareName": "team", "state": "ENABLED", "capacityLimits": limits}

    assert why(job("train", "RUNNABLE", quotaShareName="team"), told, shares=[share]) == (
        "1st in share team; share team uses 2 of its 2 ml.m5.large"
    )


def test_job_beyond_the_front_and_job_not_seen_yet_are_told() -> None:
    """Batch tells of the first hundred only, and of those that it has taken in."""
    assert why(job("train", "RUNNABLE"), snapshot(front=["first"])) == "behind the first 1"
    assert why(job("train", "SUBMITTED"), {}) == "the scheduler has not seen it yet"
