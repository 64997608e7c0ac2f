from __future__ import annotations

from typing import Any

import pytest

from sjresource.status.text import (
    as_argument,
    duration,
    progress_line,
    stated_reason,
    summary_line,
)


def detail(status: str, **more: Any) -> dict[str, Any]:
    """Describe a job with three attempts."""
    return {"status": status, "retryStrategy": {"attempts": 3}, **more}


@pytest.mark.parametrize(
    ("described", "seconds", "more", "line"),
    [
        (detail("RUNNABLE"), 0.0, "", "RUNNABLE (attempt 1 of 3)"),
        (
            detail("RUNNABLE", statusReason="CAPACITY:NONE"),
            7.0,
            "2nd in the queue",
            "RUNNABLE for 7 s (attempt 1 of 3): CAPACITY:NONE; 2nd in the queue",
        ),
        (
            {"status": "RUNNING"},
            7500.0,
            "Training, loss=0.5",
            "RUNNING for 2 h 5 min: Training, loss=0.5",
        ),
        ({"status": "SUCCEEDED"}, 61.0, "", "SUCCEEDED"),
        (
            {"status": "SUCCEEDED", "startedAt": 1000, "stoppedAt": 181_000},
            1.0,
            "",
            "SUCCEEDED after 3 min",
        ),
    ],
)
def test_a_line_says_status_time_attempt_and_why(
    described: dict[str, Any], seconds: float, more: str, line: str
) -> None:
    """Why a job waits matters as much as that it waits."""
    assert progress_line(described, seconds, more) == line


CROSS_SHARE = "Cross-share preemption triggered to reclaim borrowed capacity"
PREEMPTED = {
    "preemptedAttemptCount": 2,
    "recentPreemptedAttempts": [{"statusReason": CROSS_SHARE}, {"statusReason": "an older one"}],
}


@pytest.mark.parametrize(
    ("status", "told", "reason"),
    [
        ("RUNNABLE", {"preemptionSummary": PREEMPTED}, CROSS_SHARE),
        ("RUNNABLE", {"preemptionSummary": PREEMPTED, "statusReason": "CAPACITY:x"}, "CAPACITY:x"),
        ("RUNNING", {"preemptionSummary": PREEMPTED}, ""),
        (
            "RUNNING",
            {"statusReason": f"PREEMPTION_IN_PROGRESS: {CROSS_SHARE}"},
            f"PREEMPTION_IN_PROGRESS: {CROSS_SHARE}",
        ),
        (
            "SUCCEEDED",
            {"statusReason": "Received status from SageMaker: Training job completed"},
            "",
        ),
        ("RUNNABLE", {"preemptionSummary": {"recentPreemptedAttempts": []}}, ""),
        ("RUNNABLE", {"preemptionSummary": None}, ""),
    ],
)
def test_a_job_that_waits_again_was_preempted(
    status: str, told: dict[str, Any], reason: str
) -> None:
    """Batch leaves its reason to the newest preempted attempt; a success needs no reason."""
    assert stated_reason(detail(status, **told)) == reason


def test_a_crowd_is_counted_and_its_failures_are_named() -> None:
    """Five hundred jobs fit into one line, five of their failures too."""
    details = [
        *[{"status": "SUCCEEDED"}] * 3,
        {"status": "STARTING"},
        *[{"status": "RUNNABLE", "statusReason": "CAPACITY:NONE"}] * 2,
        {"status": "SUBMITTED"},
    ]

    assert summary_line(details, ["a", "b"]) == (
        "7 jobs: 3 succeeded, 1 running, 3 waiting, 0 failed; waiting for CAPACITY:NONE; "
        "FAILED: a, b"
    )
    assert summary_line([], "abcdefg").endswith("FAILED: a, b, c, d, e and 2 more")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(42, "42 s"), (180, "3 min"), (7500, "2 h 5 min"), (7200, "2 h")],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    """Nobody reads 7500 s."""
    assert duration(seconds) == said


@pytest.mark.parametrize(
    ("name", "typed"), [("train", "train"), ("a b's", "'a b'\"'\"'s'"), ("-f x", "-- '-f x'")]
)
def test_a_name_can_be_typed_as_it_is_told(name: str, typed: str) -> None:
    """One with spaces is one word, and one with a dash no option."""
    assert as_argument(name) == typed
