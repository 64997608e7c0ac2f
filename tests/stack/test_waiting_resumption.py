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


@pytest.fixture
def early() -> Iterator[EmulatedCloud]:
    """Return an emulated AWS of an hour ago: no job in it is so new that it may lag."""
    with Emulator(clock=Clock(start=time.time() - 3600)) as emulator:
        yield EmulatedCloud(emulator)


def test_a_wait_is_given_up_resumed_and_outlives_the_jobs_record(
    early: EmulatedCloud, new_stack: NewStack
) -> None:
    """Ctrl-C ends the wait alone; the next `up` goes on; when it is over it costs one call."""
    cloud = early
    cloud.script("train", running=3600)
    stack = new_stack(ONE, environment=cloud.environment)

    first = stack.start("up")
    first.wait_for("RUNNING")
    first.interrupt()
    interrupted = first.wait(30)
    assert interrupted.exit_code != 0
    assert "pending_operations" not in stack.state()
    assert "Traceback" not in interrupted.stdout + interrupted.stderr
    assert "only the wait has ended, the job goes on: `sjresource watch`" in interrupted.stdout
    assert latest_job(cloud)["status"] == "RUNNING"

    second = stack.start("up")
    second.wait_for("RUNNING")
    cloud.control.fault("DescribeServiceJob", "drop_before", count=1)
    cloud.control.fault("DescribeServiceJob", "throttle", count=1)
    cloud.control.fault(
        "DescribeServiceJob", "error", code="ExpiredTokenException", status=403, count=1
    )
    cloud.control.fault("DescribeServiceJob", "error", count=3, **UNKNOWN)
    cloud.control.advance(3600)
    assert 'status: "SUCCEEDED"' in second.wait(fails=False).stdout
    assert cloud.submitted() == 1

    cloud.control.call("DELETE", "calls")
    assert stack.up("--expect-no-changes").steps == []
    assert cloud.control.calls() == {"DescribeServiceJob": 1}

    cloud.control.forget(latest_job(cloud)["jobId"], "expire")
    assert stack.preview("--expect-no-changes").steps == []
    assert 'status: "SUCCEEDED"' in stack.up("--expect-no-changes").stdout


def test_a_replaced_job_updates_its_completion_in_place(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """What depends on the model is replaced or updated only when there is a new one."""
    stack = new_stack(ONE, environment=cloud.environment)
    stack.up()
    before = stack.resources()

    replaced = stack.up("--replace", before["train"]["urn"])

    assert replaced.steps == [
        ("delete-replaced", "train"),
        ("replace", "train"),
        ("create-replacement", "train"),
        ("update", "trained"),
        ("update", "served"),
    ]
    after = stack.resources()
    assert after["train"]["id"] != before["train"]["id"]
    assert after["served"]["inputs"]["tags"] != before["served"]["inputs"]["tags"]


def test_a_run_that_does_not_wait_submits_and_a_later_one_collects(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """For CI; what is not recorded yet is unknown, in previews and after an `up`."""
    cloud.script("train", running=3600)
    program = waiting_program("""
        trained = sj.ServiceJobCompletion("trained", job=job("train"))
        pulumi.export("model", trained.model_artifacts)
    """)
    stack = new_stack(program, environment=cloud.environment, config={"sjresource:wait": "false"})

    submitted = stack.up()
    assert ("create", "trained") in submitted.steps
    assert stack.outputs()["model"] == rpc.UNKNOWN
    assert stack.preview("--expect-no-changes").steps == []

    stack.environment["SJRESOURCE_WAIT"] = "1"
    collecting = stack.start("up")
    collecting.wait_for("RUNNING")
    cloud.control.advance(3600)
    collected = collecting.wait(fails=False)
    assert collected.steps == [("update", "trained")]
    assert '"s3://bucket/models/AWSBatchtrain' in collected.stdout


def test_refresh_and_destroy_with_the_program_do_not_wait(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """They would wait for hours for the job that they are to look at, or to end."""
    cloud.script("train", running=3600)
    program = waiting_program("""
        sj.ServiceJobCompletion("trained", job=job("train"))
    """)
    stack = new_stack(program, environment=cloud.environment)
    waiting = stack.start("up")
    waiting.wait_for("RUNNING")
    waiting.interrupt()
    waiting.wait(30)

    stack.refresh("--run-program")
    stack.destroy("--run-program")

    assert stack.resources() == {}


def test_a_job_that_is_forgotten_before_it_was_recorded_is_an_error(
    early: EmulatedCloud, new_stack: NewStack
) -> None:
    """It says so, and how to run the job again: nobody can know how it ended."""
    program = waiting_program("""
        sj.ServiceJobCompletion("trained", job=job("train"))
    """)
    stack = new_stack(program, environment={**early.environment, "SJRESOURCE_WAIT": "0"})
    stack.up()
    stack.environment["SJRESOURCE_WAIT"] = "1"
    ended = wait_until(early, "SUCCEEDED")
    early.control.forget(ended["jobId"], "expire")

    failed = stack.up(fails=True)

    assert "Batch no longer knows ServiceJob" in failed.stdout
    assert "`sjresource rerun train`" in " ".join(failed.stdout.split())
    assert "Traceback" not in failed.stdout + failed.stderr


def test_a_job_that_batch_does_not_show_yet_is_waited_for(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Describe lags behind a submission: the completion of a new job goes on looking."""
    cloud.control.fault("DescribeServiceJob", "error", count=None, **UNKNOWN)
    cloud.script("train", running=3600.0)
    stack = new_stack(ONE, environment=cloud.environment)
    up = stack.start("up")
    assert holds_within(30, lambda: cloud.submitted() == 1)
    cloud.control.fault("ListServiceJobs", "error", count=None, **DENIED)
    assert holds_within(30, lambda: cloud.control.calls()["DescribeServiceJob"] > GONE_AFTER_POLLS)
    cloud.control.call("DELETE", "faults")
    up.wait_for("RUNNING")
    cloud.control.advance(3600)

    assert 'status: "SUCCEEDED"' in up.wait(fails=False).stdout
    assert cloud.submitted() == 1


def test_a_batch_that_never_answers_is_told_of_and_waited_out(new_stack: NewStack) -> None:
    """It accepts connections: after half a minute the wait has said so, and then goes on."""
    with held_calls() as held:
        stack = new_stack(ONE, environment=held.cloud.environment)
        up = stack.start("up")
        up.wait_for("RUNNING")
        held.hold("DescribeServiceJob", count=None)

        up.wait_for("no word from AWS, still trying: reading ServiceJob", timeout_seconds=30)

        held.cloud.control.call("DELETE", "faults")
        held.let_go()
        held.cloud.control.advance(7200)
        assert 'status: "SUCCEEDED"' in up.wait(fails=False).stdout
        assert held.cloud.submitted() == 1
