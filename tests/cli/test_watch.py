"""`sjresource watch` on a terminal, in pipes, and while other things happen."""

from __future__ import annotations

import json
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import window
from command_line import CommandLine, hold_against_schema
from job_programs import PRELUDE, make_queue
from window import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(window.find() is None, reason=window.MISSING),
]

PROGRAM = (
    PRELUDE
    + """
    for name in config.require("jobs").split(","):
        sj.ServiceJob(
            name,
            job_queue=config.require("queue"),
            service_request_payload=payload(),
            retry_strategy={"attempts": 2},
        )
"""
)


def test_jobs_are_watched_until_all_have_ended(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """On a terminal and in pipes, over Ctrl-C, refusals and an `up` that brings another job."""
    cloud.script(running=3600.0)
    cloud.script("bad", running=7200.0, outcome="Failed", failure_reason="AlgorithmError: no")
    queue = make_queue(cloud)
    config = {"project:queue": queue, "project:jobs": "good,bad"}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    stack.up()
    sjresource = CommandLine(stack.work, stack.environment)
    command = sjresource.line
    lines, documents = sjresource.process("watch"), sjresource.process("watch", "--json")
    broken = sjresource.process("watch")

    with closing(Window(stack.work, stack.environment)) as shell:
        shell.type(f"{command} watch; echo ended with $?")
        assert shell.comes_to(lambda seen: seen.count("RUNNING") == 2), shell.screen()
        shell.press("C-c")
        assert shell.comes_to(lambda seen: "ended with 130" in seen), shell.screen()
        assert "Traceback" not in shell.history()
        left = shell.screen()
        assert left.count("RUNNING") == 2, left
        assert "2 jobs: 2 running" in left

        shell.type(f"clear; {command} watch; echo ended with $?")
        assert broken.stdout is not None
        assert "RUNNING" in broken.stdout.readline()
        broken.stdout.close()
        cloud.control.fault("ListServiceJobs", "throttle", count=2)
        cloud.control.fault("DescribeServiceJob", "throttle", count=2)
        stack.up("--config", "project:jobs=good,bad,late")
        cloud.control.advance(3700)
        assert shell.comes_to(_shows("good", "SUCCEEDED")), shell.screen()
        assert shell.comes_to(_shows("late", "SUCCEEDED")), shell.screen()
        _, header, *_ = shell.screen().splitlines()
        assert header == "JOB   STATUS     SINCE  ATTEMPT  DETAIL"
        assert max(map(len, shell.screen().splitlines())) <= 80
        cloud.control.advance(18_000)
        assert shell.comes_to(lambda seen: "ended with 1\n" in seen), shell.screen()

    out, err = lines.communicate(timeout=60)
    assert (lines.returncode, err) == (1, "")
    assert "\x1b" not in out
    assert any("bad  FAILED  2 of 2" in line for line in out.splitlines())
    told = [json.loads(line) for line in documents.communicate(timeout=60)[0].splitlines()]
    assert documents.returncode == 1
    with broken:
        assert broken.wait(60) == 141
        assert broken.stderr is not None
        assert broken.stderr.read() == ""
    for each in told:
        hold_against_schema(each, "watch")
    last = {each["job"]["resource"]: each["job"]["status"] for each in told}
    assert last == {"good": "SUCCEEDED", "late": "SUCCEEDED", "bad": "FAILED"}

    stack.run("state", "delete", "--yes", stack.resources()["bad"]["urn"])
    _ends_well(sjresource)


def _ends_well(sjresource: CommandLine) -> None:
    """Where all have succeeded, and where nothing is asked for, which is said."""
    assert sjresource("watch").code == 0
    none = sjresource("watch", "--state", "STARTING")
    words = "The stack test has no service jobs that are asked for.\n"
    assert (none.code, none.out, none.err) == (0, "", words)


def _shows(job: str, status: str) -> Callable[[str], bool]:
    return lambda seen: any(line.split()[:2] == [job, status] for line in seen.splitlines())
