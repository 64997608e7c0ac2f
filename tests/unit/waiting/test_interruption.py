from __future__ import annotations

import subprocess
import sys

import pytest

from sjresource.waiting.interruption import interruption_message

PROGRAM = """
import os, signal, sys, time
from sjresource.waiting.interruption import log_interruptions

log_interruptions(lambda: {jobs})
os.kill(os.getpid(), signal.{number})
time.sleep(5)
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(("jobs", "said"), [(3, True), (0, False)])
def test_an_interrupted_program_says_that_the_jobs_go_on_and_ends(
    number: str, jobs: int, *, said: bool
) -> None:
    """As it always did, a moment later; where nothing is waited for, nothing is said."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(number=number, jobs=jobs)],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )

    assert ran.returncode != 0
    assert ("only the wait has ended, the 3 jobs go on" in ran.stdout + ran.stderr) is said


def test_it_says_how_to_look() -> None:
    """By the command, where it is there."""
    assert interruption_message(1) == (
        "only the wait has ended, the job goes on: `sjresource watch` shows it, the next "
        "`pulumi up` goes on waiting"
    )
