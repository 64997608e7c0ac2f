from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from waiting_programs import latest_job, wait_until, waiting_program

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

GROUP = "/aws/sagemaker/TrainingJobs"

MANY = """
    for name in ("bad", "worse", "hopeless"):
        sj.ServiceJobCompletion(
            f"{name}-done", job=job(name), on_failure="record" if name == "hopeless" else "raise")
    good = sj.ServiceJobCompletion("good-done", job=job("good"))
    tuned = job("tuned", {"start": good.model_artifacts})
    again = sj.ServiceJobCompletion("tuned-done", job=tuned)
    last = job("last", {"start": again.model_artifacts})
"""


def test_one_failure_does_not_end_the_others(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """They go on and are recorded, what depends on them is made; then all failures are listed."""
    for name in ("bad", "worse", "hopeless"):
        cloud.script(name, outcome="Failed", failure_reason=f"AlgorithmError: {name} cheese")
    cloud.script("good", running=2)
    stack = new_stack(waiting_program(MANY), environment=cloud.environment)

    failed = stack.up(fails=True)

    (verdict,) = [error for error in failed.diagnostics("error") if "waits have" in error.message]
    assert sorted(verdict.message.strip().splitlines()) == [
        "  waiting for ServiceJob (bad): FAILED on attempt 1 of 1: AlgorithmError: bad cheese",
        "  waiting for ServiceJob (worse): FAILED on attempt 1 of 1: AlgorithmError: worse cheese",
        "2 waits have failed (see the reasons on the jobs' rows):",
    ]
    assert "Traceback" not in failed.stdout + failed.stderr
    made = stack.resources()
    assert {"good-done", "tuned-done", "hopeless-done", "last"} <= set(made)
    assert not {"bad-done", "worse-done"} & set(made)
    assert made["hopeless-done"]["outputs"]["outcome"]["status"] == "FAILED"
    (warning,) = failed.diagnostics("warning")
    assert "FAILED: AlgorithmError: hopeless cheese" in warning.message


def test_fail_fast_ends_the_others_at_once(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Within seconds of the reason, with another job that goes on for an hour."""
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


def test_a_failure_shows_the_log_without_the_secrets(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """The last lines end the search; what the program knows as secret is masked, recorded too."""
    cloud.script(
        "train", running=2, outcome="Failed", failure_reason="AlgorithmError: tok-12345\x1b]0;x\x07"
    )
    program = waiting_program("""
        train = job("train", {"token": config.require_secret("token"), "plain": "visible"})
        sj.ServiceJobCompletion("trained", job=train, log_lines=2)
        sj.ServiceJobCompletion("recorded", job=train, on_failure="record")
    """)
    stack = new_stack(program, environment=cloud.environment)
    stack.set_config("token", "tok-12345", secret=True)

    up = stack.start("up")
    detail = wait_until(cloud, "RUNNING")
    name = detail["latestAttempt"]["serviceResourceId"]["value"].rpartition("/")[2]
    write_log(cloud, f"{name}/algo-1-1", ["first", "visible tok-12345", "no\x1b[2J\u202echeese"])
    wait_until(cloud, "FAILED")
    failed = up.wait(fails=True)

    (error,) = [error for error in failed.diagnostics("error") if "::train" in error.urn]
    assert (
        f"({GROUP}, {name}/algo-1-1):\n    | visible [secret]\n    | no\\x1b[2J\\u202echeese\n"
        in error.message
    )
    assert "first" not in error.message
    assert "tok-12345" not in failed.stdout + failed.stderr
    state = str(stack.state())
    assert "AlgorithmError: [secret]" in state
    assert "tok-12345" not in state
    assert not any(acts in failed.stdout + failed.stderr + state for acts in "\x1b\x07\u202e")


def test_a_timeout_ends_the_wait_and_not_the_job(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """It says what it waited for, that the job goes on, and how to stop it."""
    cloud.script("train", stuck=True)
    program = waiting_program("""
        sj.ServiceJobCompletion("trained", job=job("train"), timeout_seconds=1.5)
    """)
    stack = new_stack(program, environment=cloud.environment)

    failed = stack.up(fails=True)

    (error,) = [error for error in failed.diagnostics("error") if "::train" in error.urn]
    assert "waiting for ServiceJob (train): still RUNNABLE" in error.message
    assert "it has waited for capacity all that time" in error.message
    assert "to stop the job: sjresource terminate train" in error.message
    assert latest_job(cloud)["status"] == "RUNNABLE"


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
