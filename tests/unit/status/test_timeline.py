from __future__ import annotations

from typing import Any

import pytest
from page_answers import MINUTE, NOON, job

from sjresource.status.timeline import attempt_number, spans, status_since


def line(status: str, **members: Any) -> list[tuple[str, int, int | None]]:
    """Lay out a job; moments in minutes after noon."""
    for name in ("scheduledAt", "startedAt", "stoppedAt"):
        if name in members:
            members[name] = NOON + members[name] * MINUTE
    return [
        (span.what, minutes(span.begin), None if span.end is None else minutes(span.end))
        for span in spans(job("train", status, **members))
    ]


def minutes(moment: int) -> int:
    """Return the minutes after noon."""
    return (moment - NOON) // MINUTE


def tried(begin: int | None, end: int, why: str = "boom") -> dict[str, Any]:
    """Make an attempt of DescribeServiceJob."""
    told = {"stoppedAt": NOON + end * MINUTE, "statusReason": why}
    return told if begin is None else {**told, "startedAt": NOON + begin * MINUTE}


def test_waiting_job_waits_on() -> None:
    """From its submission, without an end."""
    assert line("RUNNABLE", startedAt=-NOON // MINUTE) == [("waiting", 0, None)]


def test_running_job_has_waited_and_started() -> None:
    """Each part begins where the one before it ends."""
    assert line("RUNNING", scheduledAt=5, startedAt=7) == [
        ("waiting", 0, 5),
        ("starting", 5, 7),
        ("running", 7, None),
    ]
    assert line("STARTING", scheduledAt=5) == [("waiting", 0, 5), ("starting", 5, None)]


def test_retried_job_shows_its_failed_attempts() -> None:
    """Between attempts it waits; the first start is not the present one's."""
    assert line("RUNNING", scheduledAt=30, startedAt=2, attempts=[tried(2, 20)]) == [
        ("waiting", 0, 2),
        ("failed", 2, 20),
        ("waiting", 20, 30),
        ("running", 30, None),
    ]


def test_preempted_job_waits_again() -> None:
    """A preemption is neither a failure nor an end."""
    summary = {"preemptedAttemptCount": 1, "recentPreemptedAttempts": [tried(2, 20)]}

    assert line("RUNNABLE", scheduledAt=1, startedAt=2, preemptionSummary=summary) == [
        ("waiting", 0, 1),
        ("starting", 1, 2),
        ("preempted", 2, 20),
        ("waiting", 20, None),
    ]


def test_last_attempt_of_an_ended_job_is_how_it_ended() -> None:
    """Those before it have failed."""
    attempts = [tried(2, 5), tried(8, 20, "")]

    assert line("SUCCEEDED", startedAt=2, stoppedAt=20, attempts=attempts)[-1] == (
        "succeeded", 8, 20
    )  # fmt: skip
    assert [what for what, *_ in line("FAILED", stoppedAt=20, attempts=attempts)] == [
        "waiting", "failed", "waiting", "failed"
    ]  # fmt: skip


def test_ended_job_is_laid_out_before_its_attempts_are_known() -> None:
    """A summary tells when it began and ended."""
    assert line("SUCCEEDED", scheduledAt=3, startedAt=5, stoppedAt=9) == [
        ("waiting", 0, 3),
        ("starting", 3, 5),
        ("succeeded", 5, 9),
    ]


def test_job_that_never_ran_only_waited() -> None:
    """It was terminated, or its attempt had no start."""
    assert line("FAILED", stoppedAt=9) == [("waiting", 0, 9)]
    assert line("FAILED", scheduledAt=3, stoppedAt=9, attempts=[tried(None, 9)]) == [
        ("waiting", 0, 3),
        ("starting", 3, 9),
        ("failed", 9, 9),
    ]


FAILED = {"attempts": [tried(2, 20)]}
PREEMPTED = {
    "preemptionSummary": {"preemptedAttemptCount": 1, "recentPreemptedAttempts": [tried(2, 50)]}
}


@pytest.mark.parametrize(
    ("status", "members", "expected"),
    [
        ("RUNNABLE", {}, 0),
        ("RUNNABLE", {"scheduledAt": 1, "startedAt": 2, **FAILED}, 20),
        ("RUNNABLE", {"scheduledAt": 1, "startedAt": 2, **PREEMPTED}, 50),
        ("PENDING", {"scheduledAt": 1, **FAILED, **PREEMPTED}, 50),
        ("STARTING", {"scheduledAt": 5}, 5),
        ("STARTING", {"scheduledAt": 55, "startedAt": 2, **FAILED}, 55),
        ("SCHEDULED", {"scheduledAt": 55, "startedAt": 2, **PREEMPTED}, 55),
        ("RUNNING", {"scheduledAt": 1, "startedAt": 2}, 2),
        ("RUNNING", {"scheduledAt": 55, "startedAt": 2, **PREEMPTED}, 55),
        ("FAILED", {"scheduledAt": 1, "startedAt": 2, "stoppedAt": 20, **FAILED}, 20),
    ],
)
def test_time_counts_from_when_a_job_went_back_to_the_queue(
    status: str, members: dict[str, Any], expected: int
) -> None:
    """On the page as in what the command says: the one can't import the other."""
    times = {
        name: NOON + value * MINUTE if isinstance(value, int) else value
        for name, value in members.items()
    }
    described = job("train", status, **times)

    assert minutes(status_since(described) or 0) == expected


def test_a_job_waits_since_its_last_run_was_cut_short() -> None:
    """Neither a failed attempt's time nor a preempted one's counts as waiting."""
    job = {"status": "RUNNABLE", "createdAt": 1, "attempts": [{"stoppedAt": 5}, {}]}
    summary = {"preemptedAttemptCount": 1, "recentPreemptedAttempts": [{"stoppedAt": 9}]}

    assert status_since({"status": "RUNNABLE", "createdAt": 1}) == 1
    assert status_since(job) == 5
    assert status_since({**job, "preemptionSummary": summary}) == 9
    assert status_since({"status": "RUNNING", "createdAt": 1}) is None


@pytest.mark.parametrize(
    ("status", "ended", "number"),
    [("RUNNABLE", 0, 1), ("RUNNING", 1, 2), ("RUNNING", 3, 3), ("FAILED", 3, 3), ("FAILED", 0, 1)],
)
def test_attempts_are_counted_from_one(status: str, ended: int, number: int) -> None:
    """The attempt that goes on counts; after the end there is none."""
    job = {"retryStrategy": {"attempts": 3}}

    assert attempt_number({**job, "status": status, "attempts": [{}] * ended}) == number
