"""The native provider on the real engine: what a user of any language sees."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
from command_line import CommandLine
from fronts import NATIVE
from native_programs import REPLACING, TRIGGERS, TWIN, WHOLE, native_stack
from pulumi_cli import holds_within
from victims import PLUGIN, kill_in_up

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import RunningCli
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack


SECRET_RATE = ('"0.5"', 'pulumi.Output.secret("0.5")')
"""What a program replaces so that a hyperparameter becomes a secret."""


def test_a_job_is_declared_run_changed_moved_and_destroyed(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The whole story, from an empty stack to an empty stack, with diffs to the leaf."""
    stack = native_stack(new_stack, WHOLE, environment=cloud.environment)

    preview = stack.preview()
    assert preview.steps == [
        ("create", name) for name in ("capacity", "training", "train", "trained")
    ]
    assert "this update runs 1 job, at most 0.17 instance-hours of ml.m5.large" in preview.stdout
    assert cloud.submitted() == 0

    assert "this update runs" not in stack.up().stdout
    outputs = stack.outputs()
    assert outputs["status"] == "SUCCEEDED"
    assert outputs["model"].startswith("s3://bucket/models/AWSBatchtrain")
    assert "sk-very-secret" not in json.dumps(stack.state())
    the_command_knows_the_stack(stack, outputs["job"])

    a_queue_that_changes_puts_nothing_else_in_doubt(stack)
    what_becomes_a_secret_is_one_in_the_state_too(stack)
    assert cloud.submitted() == 1
    a_changed_hyperparameter_is_that_one_line_and_a_new_run(stack)
    assert stack.outputs()["job"] != outputs["job"]
    assert stack.outputs()["status"] == "SUCCEEDED"
    assert cloud.submitted() == 2

    a_stack_moves_to_the_other_front_and_back(stack)
    assert cloud.submitted() == 2
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []


def the_command_knows_the_stack(stack: PulumiStack, job: str) -> None:
    """Its jobs, how one runs again, the plugin that the engine finds, and that nothing is lost."""
    sjresource = CommandLine(stack.work, stack.environment)
    (shown,) = sjresource.answer("status", schema="status")["jobs"]
    assert (shown["resource"], shown["arn"], shown["status"]) == ("train", job, "SUCCEEDED")
    assert "Change its `triggers`, and `pulumi up`" in sjresource("rerun", "train").out
    found = {each["name"]: each for each in sjresource.answer("doctor", schema="doctor")["checks"]}
    assert found["native plugin"]["status"] == "ok"
    assert sjresource.answer("orphans", schema="orphans")["orphans"] == []


def a_queue_that_changes_puts_nothing_else_in_doubt(stack: PulumiStack) -> None:
    """And what has not changed is no step, nor is it told what it would cost."""
    stack.set_config("priority", "5")
    preview = stack.preview()
    assert preview.steps == [("update", "training")]
    assert "this update runs" not in preview.stdout


def what_becomes_a_secret_is_one_in_the_state_too(stack: PulumiStack) -> None:
    """By an update, before which a refresh shows no difference of its own."""
    stack.program(WHOLE.replace(*SECRET_RATE))
    changed = stack.up("--refresh", "--diff")
    assert set(changed.steps) == {("update", "training"), ("update", "train")}
    assert '~ learning_rate: "0.5" => [secret]' in changed.stdout
    assert '"learning_rate": "0.5"' not in json.dumps(stack.state())


def a_changed_hyperparameter_is_that_one_line_and_a_new_run(stack: PulumiStack) -> None:
    """The preview shows what the `up` then does."""
    stack.set_config("epochs", "20")
    preview = stack.preview("--diff")
    assert ("replace", "train") in preview.steps
    assert '"10" => "20"' in preview.stdout
    assert "learning_rate" not in preview.stdout
    stack.up()


def a_stack_moves_to_the_other_front_and_back(stack: PulumiStack) -> None:
    """By the program alone: ids stay, nothing runs again, and secrets stay secrets.

    Not even where any change is to replace. Archives among the triggers have one digest at both.
    """
    ids = {name: each["id"] for name, each in stack.resources().items()}
    outputs = stack.outputs()

    for program in (TWIN, WHOLE):
        stack.program(program.replace(TRIGGERS, TRIGGERS + REPLACING))
        moved = stack.up()
        assert set(moved.steps) <= {("update", name) for name in ids}, moved.stdout
        assert "this update runs" not in moved.stdout
        assert {name: each["id"] for name, each in stack.resources().items()} == ids
        assert stack.outputs() == outputs
        assert stack.preview("--expect-no-changes").steps == []
        assert "sk-very-secret" not in json.dumps(stack.state())


def waiting_up(stack: PulumiStack) -> RunningCli:
    """Start an `up`, and return it once its completion waits."""
    running = stack.start("up")

    def waits() -> bool:
        begun = stack.state().get("pending_operations") or []
        return any(each["resource"]["urn"].endswith("::trained") for each in begun)

    assert holds_within(60, waits)
    return running


def test_what_ends_a_wait_keeps_all(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """The next `pulumi up` waits on: after a kill of the plugin, and after Ctrl-C.

    That ends it within moments, and without a pending operation. No `up` tells what is a secret.
    """
    cloud.script(running=3600.0)
    stack = native_stack(new_stack, WHOLE, environment=cloud.environment)
    running = waiting_up(stack)
    train = stack.resources()["train"]["id"]
    assert kill_in_up(running, PLUGIN, NATIVE)
    running.wait(fails=True)
    assert not stack.state().get("pending_operations")
    assert stack.resources()["train"]["id"] == train
    assert not cloud.batch.describe_service_job(jobId=train)["isTerminated"]

    running = waiting_up(stack)
    began = time.monotonic()
    running.interrupt()
    stopped = running.wait(fails=True)
    took = time.monotonic() - began

    assert took < 30  # the CLI's own end, on a busy machine
    assert "the wait was cancelled, the jobs go on" in stopped.stdout
    state = stack.state()
    assert not state.get("pending_operations")
    (kept,) = [each for each in state["resources"] if each["urn"].endswith("::trained")]
    assert kept["initErrors"]
    assert stack.resources()["train"]["id"] == train
    # An `up` of the completion alone tells the plugin nothing of the job, nor what is secret in it.
    cloud.batch.terminate_service_job(jobId=train, reason="sk-very-secret stopped it")
    # A refresh forgets that it has failed: the record says so.
    ended = [stack.up("--target", kept["urn"], fails=True), stack.up("--refresh", fails=True)]
    for each, name in zip(ended, ("trained", "train"), strict=True):
        assert f"waiting for ServiceJob ({name}): FAILED" in each.stdout
        assert "[secret] stopped it" in each.stdout
        assert "sk-very-secret" not in each.stdout
    assert "sk-very-secret" not in json.dumps(stack.state())
    assert cloud.submitted() == 1
