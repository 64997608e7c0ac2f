"""Situations of completions: waits that succeed, fail, take too long or are refused."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from situation import (
    AN_HOUR,
    ASKED_ANEW,
    DENIED,
    FEW_TRIES,
    KEPT,
    Meant,
    Situation,
    again,
    job,
    kept,
    of,
    submitted,
)

if TYPE_CHECKING:
    from both_fronts import Front


def three_jobs(front: Front) -> None:
    """Submit two that succeed and one that fails, in one operation; begin the next."""
    front.aws.control.call("POST", "rules", job_name="bad", script={"outcome": "Failed"})
    for name in ("good", "bad", "fair"):
        front.up("ServiceJob", name, **job(front))
    again(front)


def a_job_is_waited_for(front: Front) -> None:
    """Its end is recorded once."""
    submitted(front)
    ends = partial(front.aws.advance, 60)
    front.complete("trained", job="train", timeout_seconds=30, meanwhile=ends)
    again(front)
    front.complete("trained", job="train")


def jobs_are_waited_for(front: Front) -> None:
    """In a list, by name, as many as have to succeed; failures that are recorded are no errors."""
    three_jobs(front)
    front.aws.advance(60)
    answers_late(front, "bad")  # which is seen all the same before a wait is over
    front.complete("list", jobs=["good", "fair"])
    front.complete("enough", jobs=["good", "bad"], min_succeeded=1)
    front.complete("named", jobs={"a": "bad", "b": "good"}, on_failure="record")
    front.complete("one", job="bad", on_failure="record")
    again(front)
    front.complete("list", jobs=["good", "bad"], min_succeeded=1)
    front.complete("named", jobs={"a": "bad", "b": "good"}, on_failure="record")


def answers_late(front: Front, name: str) -> None:
    """Have a job described a moment after the others that are asked about with it."""
    front.aws.emulator.faults.sleep = time.sleep
    match = {"jobId": of(front, name)}
    front.aws.control.fault("DescribeServiceJob", "delay", match=match, seconds=0.2, count=None)


def waits_fail(front: Front) -> None:
    """One says which job has failed, on which attempt, why, and how to run it again."""
    three_jobs(front)
    front.aws.advance(60)
    front.complete("one", job="bad")
    front.complete("some", jobs=["good", "bad", "fair"], log_lines=0)
    theirs = of(front, "bad")
    del front.state["bad"]
    again(front)
    front.complete("elsewhere", job=theirs, log_lines=0)
    again(front)
    front.complete("one", jobs={"theirs": theirs, "ours": "good"}, log_lines=0)


def a_wait_takes_too_long(front: Front) -> None:
    """It ends, and not the job; the next `up` waits on."""
    submitted(front)
    front.complete("trained", job="train", timeout_seconds=1)
    again(front)
    front.aws.advance(60)
    front.complete("trained", job="train")


def batch_forgets_before_a_wait(front: Front) -> None:
    """How it ended was never recorded: an error, unless enough others have succeeded."""
    three_jobs(front)
    front.aws.advance(60)
    forgotten = of(front, "fair")
    created = front.aws.batch.describe_service_job(jobId=forgotten)["createdAt"]
    front.rewrite("fair", str(created), str(created - AN_HOUR))  # of a new one it is a lag
    front.aws.control.forget(forgotten.rpartition("/")[2], "expire")
    front.complete("enough", jobs=["good", "fair"], min_succeeded=1)
    front.complete("one", job="fair")


def a_wait_is_refused(front: Front) -> None:
    """By AWS: at once, in its own words."""
    submitted(front)
    for call in ("DescribeServiceJob", "ListServiceJobs"):
        front.aws.control.fault(call, "error", count=None, **DENIED)
    front.complete("trained", job="train")
    front.aws.emulator.faults.clear()


def a_wait_can_t_be(front: Front) -> None:
    """Wrong arguments: each says what it must be."""
    submitted(front)
    front.complete("trained", job="train", min_succeeded=2)
    front.complete("trained", job="train", min_succeeded="one")
    front.complete("trained", job="train", timeout_seconds=0)
    front.complete("trained", job="train", on_failure="ignore")
    front.complete("trained", job="train", log_lines=-1)
    front.complete("trained", job="by-its-name")
    front.complete("trained", job=of(front).replace(":batch:", ":sagemaker:"))


WAIT_SITUATIONS = (
    Situation("a job is waited for", a_job_is_waited_for, meant={2: ASKED_ANEW}),
    Situation("jobs are waited for", jobs_are_waited_for, meant={8: ASKED_ANEW}),
    Situation(
        "waits fail",
        waits_fail,
        meant={
            3: kept("one", ("waiting for ServiceJob (bad): FAILED on attempt 1 of 1: Algor",)),
            4: kept("some", ("1 of 3 jobs FAILED, 3 had to", "waiting for ServiceJob (bad): FAI")),
            5: kept("elsewhere"),
            6: kept("one"),
        },
    ),
    Situation(
        "a wait takes too long",
        a_wait_takes_too_long,
        meant={2: Meant(KEPT, done="updated")},
    ),
    Situation(
        "Batch forgets before a wait",
        batch_forgets_before_a_wait,
        meant={
            4: Meant(KEPT, said=("Batch no longer knows ServiceJob (",), facts=("one",)),
        },
    ),
    Situation(
        "a wait is refused",
        a_wait_is_refused,
        FEW_TRIES,
        meant={1: Meant(KEPT, facts=("trained",))},
    ),
    Situation(
        "a wait can't be",
        a_wait_can_t_be,
        meant={
            3: Meant("what is left out is no None", said=("timeoutSeconds must be a number of ",)),
            6: Meant("the class takes a ServiceJob", said=("job must be a service job's id or ",)),
            7: Meant("the class takes a ServiceJob", said=("job must be a service job's id or ",)),
        },
    ),
)
