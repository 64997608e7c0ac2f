"""A sweep of twenty jobs as a person asks for it: which was best, which failed, and why."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import window
from command_line import CommandLine
from job_programs import PRELUDE, make_queue
from pulumi_cli import holds_within
from window import Window

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(window.find() is None, reason=window.MISSING),
]

JOBS = 20
BEST, BROKEN, RUNNING = "lr-0_03", "lr-0_20", "lr-0_19"

PROGRAM = (
    PRELUDE
    + f"""
    for number in reversed(range(1, {JOBS + 1})):
        sj.ServiceJob(
            f"lr-0_{{number:02}}",
            job_queue=config.require("queue"),
            service_request_payload=payload(),
        )
"""
)


def test_a_sweep_is_understood_at_a_glance(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """A line a job at 80 and 120 columns, in the order of the numbers; the best is named."""
    for number in range(1, JOBS + 1):
        loss = 0.012 + abs(number - 3) / 100
        cloud.script(f"lr-0_{number:02}", metrics={"loss": loss, "epoch": 9.0})
    why = "AlgorithmError: ExecuteUserScriptError: ValueError: loss is NaN, exit code: 1"
    cloud.script(BROKEN, outcome="Failed", failure_reason=why)
    cloud.script(RUNNING, running=36_000.0, metrics={"loss": 0.5})
    queue = make_queue(cloud)
    config = {"project:queue": queue}
    environment = {**cloud.environment, "SJRESOURCE_WAIT": "0"}
    stack = new_stack(PROGRAM, config=config, environment=environment)
    stack.up()
    sjresource = CommandLine(stack.work, stack.environment)
    expected = "20 jobs: 18 succeeded, 1 failed, 1 running; best loss 0.012 lr-0_03"
    assert holds_within(60, lambda: _have_ended(cloud, queue) == JOBS - 1)
    said = sjresource("status").out.splitlines()

    assert expected in said
    assert [line.split()[0] for line in said[1 : JOBS + 1]] == [
        f"lr-0_{number:02}" for number in range(1, JOBS + 1)
    ]
    answer = sjresource.answer("status", "--sort", "loss", schema="status")
    assert answer["jobs"][0]["resource"] == BEST
    assert answer["jobs"][0]["metrics"] == {"loss": 0.012, "epoch": 9.0}

    for columns, shown in ((80, "ValueError: loss is"), (120, "ValueError: loss is NaN, exit")):
        with closing(Window(stack.work, stack.environment, columns, lines=30)) as shell:
            shell.type(f"clear; {sjresource.line} status; echo ended with $?")
            assert shell.comes_to(lambda seen: "ended with 0" in seen), shell.screen()
            table = shell.screen().splitlines()
        header, *rows = table
        assert header.split() == ["JOB", "STATUS", "SINCE", "ATTEMPT", "loss", "epoch", "DETAIL"]
        assert rows[2].split()[:2] == [BEST, "SUCCEEDED"]
        assert rows[JOBS - 1].startswith(f"{BROKEN}  FAILED")
        assert shown in rows[JOBS - 1]
        assert rows[JOBS] == expected
        assert max(map(len, table)) <= columns


def _have_ended(cloud: EmulatedCloud, queue: str) -> int:
    listed = [
        cloud.batch.list_service_jobs(jobQueue=queue, jobStatus=status)["jobSummaryList"]
        for status in ("SUCCEEDED", "FAILED")
    ]
    return sum(map(len, listed))
