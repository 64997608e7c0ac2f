from __future__ import annotations

from typing import Any

import pytest

from sjresource.progress import Narrator, attempt_number, duration


def detail(status: str, **more: Any) -> dict[str, Any]:
    """Describe a job with three attempts."""
    return {"status": status, "retryStrategy": {"attempts": 3}, **more}


def test_a_line_is_said_for_each_change_and_one_a_minute() -> None:
    """Whatever is waited for, the output stays short."""
    narrator = Narrator()
    runnable, running = detail("RUNNABLE"), detail("RUNNING")
    lines = [narrator.line(runnable, now) for now in (0.0, 5.0, 59.0, 60.0, 61.0)]

    assert lines == [
        "RUNNABLE (attempt 1 of 3)",
        None,
        None,
        "RUNNABLE for 60 s (attempt 1 of 3)",
        None,
    ]
    assert narrator.line(running, 62.0) == "RUNNING (attempt 1 of 3)"


def test_a_new_reason_is_said_with_the_time_in_the_status() -> None:
    """Why a job waits matters more than that it waits."""
    narrator = Narrator()
    narrator.line(detail("RUNNABLE"), 0.0)

    line = narrator.line(detail("RUNNABLE", statusReason="CAPACITY:NONE"), 7.0)

    assert line == "RUNNABLE for 7 s (attempt 1 of 3): CAPACITY:NONE"


@pytest.mark.parametrize(
    ("status", "ended", "number"),
    [("RUNNABLE", 0, 1), ("RUNNING", 1, 2), ("FAILED", 3, 3), ("FAILED", 0, 1)],
)
def test_attempts_are_counted_from_one(status: str, ended: int, number: int) -> None:
    """The attempt that goes on counts; after the end there is none."""
    assert attempt_number(detail(status, attempts=[{}] * ended)) == number


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(42, "42 s"), (180, "3 min"), (7500, "2 h 5 min"), (7200, "2 h")],
)
def test_durations_read_as_people_say_them(seconds: float, said: str) -> None:
    """Nobody reads 7500 s."""
    assert duration(seconds) == said
