from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from emulated_stack import EmulatedCloud
from held_calls import held_calls
from pulumi.runtime import rpc
from pulumi_cli import holds_within
from waiting_programs import latest_job, wait_until, waiting_program

from sjresource.emulator import Clock, Emulator
from sjresource.waiting.watch import GONE_AFTER_POLLS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_fixtures import NewStack
    from held_calls import HeldCalls
    from pulumi_cli import Outcome, RunningCli
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

DENIED = {"status": 403, "code": "AccessDeniedException"}
UNKNOWN = {"status": 400, "code": "ClientException", "message": "the job does not exist"}

ONE = waiting_program("""
    train = job("train", {"epochs": config.get("epochs") or "10"})
    trained = sj.ServiceJobCompletion("trained", job=train)
    served = sj.JobQueue(
        "served",
        priority=1,
        tags={"model": trained.model_artifacts.apply(lambda uri: uri.split("/")[4])},
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )
    pulumi.export("model", trained.model_artifacts)
    pulumi.export("status", trained.status)
""")
"""A job, its completion, and something that depends on the model."""

TWO = waiting_program("""
    trained = sj.ServiceJobCompletion("trained", job=job("train"))
    pulumi.export("model", trained.model_artifacts)
    pulumi.export("status", trained.status)
""")
"""A job with its completion, before there is one that nobody waits for."""

LOST = """
lost = job("lost")
"""

LATE = """
sj.ServiceJobCompletion("found", job=lost)
"""


@pytest.fixture
def early() -> Iterator[EmulatedCloud]:
    """Return an emulated AWS of an hour ago: no job in it is so new that it may lag."""
    with Emulator(clock=Clock(start=time.time() - 3600)) as emulator:
        yield EmulatedCloud(emulator)


def test_a_wait_is_given_up_resumed_and_outlives_the_jobs_record(
    early: EmulatedCloud, new_stack: NewStack
) -> None:
    """Ctrl-C ends the wait alone; some operations don't wait; the next `up` that does goes on."""
    cloud = early
    cloud.script("train", running=3600)
    stack = new_stack(TWO, environment=cloud.environment)

    first = stack.start("up")
    first.wait_for("RUNNING")
    first.interrupt()
    interrupted = first.wait(60)
    ctrl_c_ends_the_wait_alone(interrupted, stack)
    assert latest_job(cloud)["status"] == "RUNNING"

    # It would wait for hours for the job that it is to look at.
    stack.refresh("--run-program")
    a_run_that_does_not_wait_submits_and_leaves_unknown_what_is_not_recorded(stack)
    assert cloud.submitted() == len(("train", "lost"))

    stack.environment["SJRESOURCE_WAIT"] = "1"
    second = stack.start("up")
    second.wait_for("RUNNING")
    cloud.control.fault("DescribeServiceJob", "drop_before", count=1)
    cloud.control.fault("DescribeServiceJob", "throttle", count=1)
    cloud.control.fault(
        "DescribeServiceJob", "error", code="ExpiredTokenException", status=403, count=1
    )
    cloud.control.fault("DescribeServiceJob", "error", count=3, **UNKNOWN)
    cloud.control.advance(3600)
    collected = second.wait(fails=False)
    assert collected.steps == [("update", "trained")]
    assert '"s3://bucket/models/AWSBatchtrain' in collected.stdout
    assert stack.outputs()["status"] == "SUCCEEDED"
    assert cloud.submitted() == len(("train", "lost"))

    cloud.control.call("DELETE", "calls")
    assert stack.up("--expect-no-changes").steps == []
    assert cloud.control.calls() == {"DescribeServiceJob": 1}

    for name in ("train", "lost"):
        cloud.control.forget(wait_until(cloud, "SUCCEEDED", name)["jobId"], "expire")
    assert 'status: "SUCCEEDED"' in stack.up("--expect-no-changes").stdout
    stack.program(TWO + LOST + LATE)
    what_was_not_recorded_is_an_error(stack.up(fails=True))


def ctrl_c_ends_the_wait_alone(interrupted: Outcome, stack: PulumiStack) -> None:
    """The job goes on, and it is said who shows it."""
    assert interrupted.exit_code != 0
    assert "pending_operations" not in stack.state()
    assert "Traceback" not in interrupted.stdout + interrupted.stderr
    assert "only the wait has ended, the job goes on: `sjresource watch`" in interrupted.stdout


def a_run_that_does_not_wait_submits_and_leaves_unknown_what_is_not_recorded(
    stack: PulumiStack,
) -> None:
    """For CI; it is unknown in previews, and after an `up`."""
    stack.set_config("sjresource:wait", "false")
    stack.program(TWO + LOST)

    assert sorted(stack.up().steps) == [("create", "lost"), ("create", "trained")]
    assert stack.outputs()["model"] == rpc.UNKNOWN
    assert stack.preview("--expect-no-changes").steps == []


def what_was_not_recorded_is_an_error(failed: Outcome) -> None:
    """Nobody can know how that job ended: it says so, and how to run it again."""
    assert "Batch no longer knows ServiceJob" in failed.stdout
    assert "`sjresource rerun lost`" in " ".join(failed.stdout.split())
    assert "Traceback" not in failed.stdout + failed.stderr


def test_a_job_that_batch_does_not_show_yet_is_waited_for_and_its_successor_is_followed(
    new_stack: NewStack,
) -> None:
    """Describe lags behind a submission: the completion of a new job goes on looking.

    A replaced job updates its completion in place, and what depends on the model is replaced or
    updated only when there is a new one. A Batch that never answers is told of and waited out.
    """
    with held_calls() as held:
        cloud = held.cloud
        cloud.control.fault("DescribeServiceJob", "error", count=None, **UNKNOWN)
        stack = new_stack(ONE, environment=cloud.environment)
        up = stack.start("up")
        assert holds_within(60, lambda: cloud.submitted() == 1)
        cloud.control.fault("ListServiceJobs", "error", count=None, **DENIED)

        def polls() -> int:
            return cloud.control.calls().get("DescribeServiceJob", 0)  # none at first

        assert holds_within(60, lambda: polls() > GONE_AFTER_POLLS)
        cloud.control.call("DELETE", "faults")
        up.wait_for("RUNNING")
        cloud.control.advance(3600)

        assert 'status: "SUCCEEDED"' in up.wait(fails=False).stdout
        assert cloud.submitted() == 1

        before = stack.resources()
        again = stack.start("up", "--replace", before["train"]["urn"])
        again.wait_for("RUNNING")
        a_batch_that_never_answers_is_told_of(held, again)
        cloud.control.advance(7200)
        replaced = again.wait(fails=False)
        assert cloud.jobs(before["training"]["id"]) == 2

    assert replaced.steps == [
        ("delete-replaced", "train"),
        ("replace", "train"),
        ("create-replacement", "train"),
        ("update", "trained"),
        ("update", "served"),
    ]
    assert 'status: "SUCCEEDED"' in replaced.stdout
    after = stack.resources()
    assert after["train"]["id"] != before["train"]["id"]
    assert after["served"]["inputs"]["tags"] != before["served"]["inputs"]["tags"]


def a_batch_that_never_answers_is_told_of(held: HeldCalls, up: RunningCli) -> None:
    """It accepts connections: the wait says so while there is no answer, and then goes on."""
    held.hold("DescribeServiceJob", count=None)
    up.wait_for("no word from AWS, still trying: reading ServiceJob")
    held.cloud.control.call("DELETE", "faults")
    held.let_go()
