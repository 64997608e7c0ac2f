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
    job = sj.ServiceJob(
        "train", job_queue=config.require("queue"), service_request_payload=payload()
    )
    sj.ServiceJobCompletion("trained", job=job)
"""
)
NATIVE = f"""{CLASSES}
    long = Native("ServiceJob", "long", {{
        "jobQueue": config.require("queue"), "trainingJob": PAYLOAD
    }}, "jobArn status")
    Native("ServiceJobCompletion", "ended", {{"job": long.jobArn}}, "status")
"""
HINT = "this terminal has 80 columns, and Pulumi's rows may be cut off before they say"


def test_a_narrow_terminal_names_watch_before_the_update(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Where new jobs are waited for, whole, once; a wide one and a pipe show the rows instead."""
    config = {"project:queue": make_queue(cloud)}
    stack = new_stack(PROGRAM, config=config, environment=cloud.environment)

    narrow, wide = _asked(stack, 80), _asked(stack, 140)
    first = stack.up()
    after = _asked(stack, 80)
    cloud.script(running=3600.0)
    stack.program(NATIVE)
    put_plugin_on_path(stack)
    native = _asked(stack, 80)
    row = _row_of_waited_job(stack)

    assert narrow.count(HINT) == 1
    assert "type `sjresource watch` in a second one" in narrow
    assert "this terminal" not in wide
    assert not [each for each in first.diagnostics("info") if "this terminal" in each.message]
    assert "this terminal" not in after
    assert native.count(HINT) == 1
    assert row.strip().startswith("+  sjresource:index:ServiceJob long created"), row


def _row_of_waited_job(stack: PulumiStack) -> str:
    """Return the row of the plugin's job in 80 columns, while an `up` waits for it."""
    with closing(Window(stack.work, stack.environment, 80)) as shell:
        shell.type("pulumi --non-interactive up --yes --skip-preview")

        def rows() -> list[str]:
            return [line for line in shell.history().splitlines() if "RUNNING" in line]

        assert holds_within(60, lambda: bool(rows())), shell.history()
        shell.press("C-c")
        waits_on = "the next `pulumi up` waits on"
        assert holds_within(20, lambda: waits_on in shell.history()), shell.history()
        return rows()[0]


def _asked(stack: PulumiStack, columns: int) -> str:
    """Return what stands above the question whether to update."""
    with closing(Window(stack.work, stack.environment, columns)) as shell:
        shell.type("pulumi up")
        asked = "Do you want to perform this update?"
        assert holds_within(60, lambda: asked in shell.screen()), shell.screen()
        history = shell.history()
        shell.press("C-c")
        locks = stack.folder / "state" / ".pulumi" / "locks"
        assert holds_within(20, lambda: not any(locks.rglob("*.json"))), shell.screen()
    return history
