"""What `pulumi up` says on a terminal that is too narrow for its rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import window
from job_programs import PRELUDE, make_queue
from native_programs import CLASSES, put_plugin_on_path
from pulumi_cli import holds_within
from window import Window

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(window.find() is None, reason=window.MISSING),
]

PROGRAM = (
    PRELUDE
    + """
    def job(name):
        return sj.ServiceJob(
            name, job_queue=config.require("queue"), service_request_payload=payload()
        )

    sj.ServiceJobCompletion("trained", jobs=[job("train"), job("again")])
"""
)
NATIVE = f"""{CLASSES}
    def job(name):
        inputs = {{"jobQueue": config.require("queue"), "trainingJob": PAYLOAD, "triggers": [1]}}
        return Native("ServiceJob", name, inputs, "jobArn status").jobArn

    Native("ServiceJobCompletion", "ended", {{"jobs": [job("train"), job("again")]}}, "status")
"""
JOBS = ("train", "again")
HINT = "this terminal has 80 columns, and Pulumi's rows may be cut off before they say"


def test_a_narrow_terminal_is_told_how_to_see_progress_and_shows_it(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The preview of new jobs says it once, whole; a wide terminal shows rows instead.

    A pipe, which test_lifecycle has, does, too.
    """
    config = {"project:queue": make_queue(cloud)}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)
    cloud.script(running=3600.0)

    narrow, wide = _asked(stack, 80), _asked(stack, 140)
    progress = _progress(stack)
    after = _asked(stack, 80)
    stack.program(NATIVE)
    put_plugin_on_path(stack)
    native = _asked(stack, 80)
    progress_of_native = _progress(stack)

    assert narrow.count(HINT) == 1
    assert "`pulumi up --diff` prints lines instead" in narrow
    assert "type `sjresource watch` in a second one" in narrow
    assert "this terminal" not in wide
    assert "this terminal" not in after
    assert native.count(HINT) == 1
    assert sorted(progress) == sorted(f"ServiceJob ({name}): RUNNING: Training" for name in JOBS)
    assert sorted(progress_of_native) == sorted(progress)


def _progress(stack: PulumiStack) -> set[str]:
    """Return what stands on a terminal of 80 columns of jobs that run, while an `up` waits."""
    with closing(Window(stack.work, stack.environment, 80)) as shell:
        shell.type("pulumi up --diff --yes --skip-preview")

        def lines() -> set[str]:
            return {line.strip() for line in shell.screen().splitlines() if ": RUNNING" in line}

        assert holds_within(60, lambda: len(lines()) == len(JOBS)), shell.history()
        seen = lines()
        shell.press("C-c")
        locks = stack.folder / "state" / ".pulumi" / "locks"
        assert holds_within(60, lambda: not any(locks.rglob("*.json"))), shell.screen()
        return seen


def _asked(stack: PulumiStack, columns: int) -> str:
    """Return what stands above the question whether to update."""
    with closing(Window(stack.work, stack.environment, columns)) as shell:
        shell.type("pulumi up")
        asked = "Do you want to perform this update?"
        assert holds_within(60, lambda: asked in shell.screen()), shell.screen()
        history = shell.history()
        shell.press("C-c")
        locks = stack.folder / "state" / ".pulumi" / "locks"
        assert holds_within(60, lambda: not any(locks.rglob("*.json"))), shell.screen()
    return history
