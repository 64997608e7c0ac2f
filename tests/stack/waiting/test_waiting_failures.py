from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from waiting_programs import latest_job, wait_until, waiting_program

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_cli import Outcome
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

GROUP = "/aws/sagemaker/TrainingJobs"

FAILURES = """
    for name in ("bad", "worse", "hopeless"):
        sj.ServiceJobCompletion(
            f"{name}-done", job=job(name), on_failure="record" if name == "hopeless" else "raise")
    good = sj.ServiceJobCompletion("good-done", job=job("good"))
    tuned = job("tuned", {"start": good.model_artifacts})
    again = sj.ServiceJobCompletion("tuned-done", job=tuned)
    last = job("last", {"start": again.model_artifacts})

    leaky = job("leaky", {"token": config.require_secret("token"), "plain": "visible"})
    sj.ServiceJobCompletion("leaky-done", job=leaky, log_lines=2)
    sj.ServiceJobCompletion("leaky-recorded", job=leaky, on_failure="record")
    sj.ServiceJobCompletion("some-done", jobs=[job(name) for name in "abc"], min_succeeded=2)
"""
STUCK = """
    sj.ServiceJobCompletion("stuck-done", job=job("stuck"), timeout_seconds=4)
"""
"""A job that never starts, and none that is behind it in the queue."""


def test_failures_end_no_other_wait_and_are_told_together_and_again(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Each on its job's row, then all of them."""
    for name in ("bad", "worse", "hopeless", "b", "c"):
        cloud.script(name, outcome="Failed", failure_reason=f"AlgorithmError: {name} cheese")
    cloud.script("good", running=2)
    cloud.script("a", running=3600)
    cloud.script("stuck", stuck=True)
    cloud.script(
        "leaky", running=2, outcome="Failed", failure_reason="AlgorithmError: tok-12345\x1b]0;x\x07"
    )
    stack = new_stack(waiting_program(FAILURES), environment=cloud.environment)
    stack.set_config("token", "tok-12345", secret=True)

    up = stack.start("up")
    log = write_log_of_leaky(cloud)
    failed = up.wait(fails=True)
    submitted = cloud.submitted()

    one_failure_does_not_end_the_others(failed, stack)
    failures_are_told_together(failed, waits=4)
    a_failure_shows_the_log_without_the_secrets(failed, stack, log)
    a_wait_ends_as_soon_as_too_few_can_succeed(failed)

    stack.program(waiting_program(FAILURES + STUCK))
    again = stack.up(fails=True)
    assert {step for step in again.steps if step[1] != "stuck"} == set()
    assert cloud.submitted() == submitted + 1
    failures_are_told_together(again, waits=5)
    a_timeout_ends_the_wait_and_not_the_job(again, cloud)


def one_failure_does_not_end_the_others(failed: Outcome, stack: PulumiStack) -> None:
    """They go on and are recorded, and what depends on them is made."""
    made = stack.resources()

    assert {"good-done", "tuned-done", "hopeless-done", "last"} <= set(made)
    assert not {"bad-done", "worse-done"} & set(made)
    assert made["hopeless-done"]["outputs"]["outcome"]["status"] == "FAILED"
    warned = [(each.urn.rpartition("::")[2], each.message) for each in failed.warnings]
    assert sorted(name for name, _ in warned) == ["hopeless-done", "leaky-recorded"]
    assert "FAILED: AlgorithmError: hopeless cheese" in dict(warned)["hopeless-done"]
    assert "pending_operations" not in stack.state()


def failures_are_told_together(failed: Outcome, *, waits: int) -> None:
    """A line each at the end, without a traceback."""
    (verdict,) = [error for error in failed.diagnostics("error") if "waits have" in error.message]
    lines = verdict.message.strip().splitlines()

    assert lines[0] == f"{waits} waits have failed (see the reasons on the jobs' rows):"
    for name in ("bad", "worse"):
        assert (
            f"  waiting for ServiceJob ({name}): FAILED on attempt 1 of 1: "
            f"AlgorithmError: {name} cheese"
        ) in lines
    assert "Traceback" not in failed.stdout + failed.stderr


def a_failure_shows_the_log_without_the_secrets(
    failed: Outcome, stack: PulumiStack, log: str
) -> None:
    """The last lines end the search; what the program knows as secret is masked, recorded too."""
    (error,) = [error for error in failed.diagnostics("error") if "::leaky" in error.urn]
    assert (
        f"({GROUP}, {log}):\n    | visible [secret]\n    | no\\x1b[2J\\u202echeese\n"
        in error.message
    )
    assert "first" not in error.message
    assert "tok-12345" not in failed.stdout + failed.stderr
    state = str(stack.state())
    assert "AlgorithmError: [secret]" in state
    assert "tok-12345" not in state
    assert not any(acts in failed.stdout + failed.stderr + state for acts in "\x1b\x07\u202e")


def a_timeout_ends_the_wait_and_not_the_job(failed: Outcome, cloud: EmulatedCloud) -> None:
    """It says what it waited for, that the job goes on, and how to stop it."""
    (error,) = [error for error in failed.diagnostics("error") if "::stuck" in error.urn]
    assert "waiting for ServiceJob (stuck): still RUNNABLE" in error.message
    assert "it has waited for capacity all that time" in error.message
    assert "to stop the job: sjresource terminate stuck" in error.message
    assert latest_job(cloud, "stuck")["status"] == "RUNNABLE"


def a_wait_ends_as_soon_as_too_few_can_succeed(failed: Outcome) -> None:
    """With an hour to go for the others; the message counts."""
    assert "2 of 3 jobs FAILED, 2 had to succeed: waiting for ServiceJob (b): FAILED" in (
        failed.stdout
    )
    rows = {error.urn.rpartition("::")[2] for error in failed.diagnostics("error")}
    assert {"b", "c"} <= rows


def test_fail_fast_ends_the_others_at_once_and_a_destroy_waits_for_none(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Within seconds of the reason, with another job that goes on for an hour.

    A destroy that runs the program would wait for the job that it is to end.
    """
    cloud.script("bad", running=1, outcome="Failed", failure_reason="AlgorithmError: no cheese")
    cloud.script("long", running=3600)
    program = waiting_program("""
        for name in ("bad", "long"):
            sj.ServiceJobCompletion(f"{name}-done", job=job(name))
    """)
    stack = new_stack(
        program, environment=cloud.environment, config={"sjresource:failFast": "true"}
    )

    failed = stack.up(fails=True)

    assert "1 wait has failed" in failed.stdout
    assert "FAILED on attempt 1 of 1: AlgorithmError: no cheese" in failed.stdout
    assert "long-done" not in stack.resources()
    assert latest_job(cloud, "long")["status"] == "RUNNING"

    stack.destroy("--run-program")
    assert stack.resources() == {}


def write_log_of_leaky(cloud: EmulatedCloud) -> str:
    """Write what the job `leaky` prints, and return in which stream, once it has failed."""
    detail = wait_until(cloud, "RUNNING", "leaky")
    name = detail["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    stream = f"{name}/algo-1-1"
    write_log(cloud, stream, ["first", "visible tok-12345", "no\x1b[2J\u202echeese"])
    wait_until(cloud, "FAILED", "leaky")
    return stream


def write_log(cloud: EmulatedCloud, stream: str, lines: list[str]) -> None:
    """Write what a training container prints."""
    logs: Any = boto3.client(
        "logs",
        region_name="us-east-1",
        endpoint_url=cloud.emulator.url,
        **vars(cloud.emulator.credentials),
    )
    if not logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]:
        logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + i, "message": line} for i, line in enumerate(lines)]
    logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
