"""The commands that follow and act, on one real stack: each test takes a job of its own."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any

import pytest
from acted_stack import ActedStack, acted_stack
from command_line import CommandLine, hold_against_schema
from pulumi_cli import holds_within
from terminal import on_a_terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.stack

HOSTILE = "\x1b]0;title\x07\x1b[32mgreen\x1b[0m \u202eback"


@pytest.fixture(scope="module")
def acted(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActedStack]:
    """Return the stack, shared by the module."""
    with acted_stack(tmp_path_factory.mktemp("acted") / "stack", engine) as stack:
        yield stack


def test_log_of_a_job_is_followed_over_a_retry(acted: ActedStack) -> None:
    """The log alone is on stdout, in order; what happened to the job stands on stderr."""
    first = acted.training_job("retried")
    acted.writes("retried", "first 1", "first 2")
    following = acted.sjresource.process("logs", "-f", "retried")
    assert following.stdout is not None
    assert following.stderr is not None
    lines = [following.stdout.readline(), following.stdout.readline()]
    acted.writes("retried", "first 3")
    acted.cloud.control.advance(600)
    assert holds_within(60, lambda: acted.status("retried") == "RUNNING")
    second = acted.training_job("retried")
    acted.writes("retried", "second 1")
    lines += [following.stdout.readline(), following.stdout.readline()]
    acted.cloud.control.advance(600)
    out, err = following.communicate(timeout=60)

    assert lines == ["first 1\n", "first 2\n", "first 3\n", "second 1\n"]
    assert (following.returncode, out) == (0, "")
    phases = err.splitlines()
    assert phases[0].startswith("── RUNNING")
    assert phases[1:5] == [
        f"── attempt 1 of 2: training job {first}",
        "── attempt 1 of 2 ended after 10 min: Received status from SageMaker: AlgorithmError: no",
        "── RUNNING (attempt 2 of 2)",
        f"── attempt 2 of 2: training job {second}",
    ]
    assert phases[-1].startswith("── SUCCEEDED")


def test_log_is_json_an_object_a_line(acted: ActedStack) -> None:
    """Each is as its schema says, secrets masked, whatever was printed."""
    acted.writes("secretive", HOSTILE, "the token is tok-12345\nand more")
    ended = acted.sjresource("logs", "secretive", "--json")

    assert (ended.code, ended.err) == (0, "")
    events = [json.loads(line) for line in ended.out.splitlines()]
    for event in events:
        hold_against_schema(event, "log_event")
    assert [event["type"] for event in events] == ["status", "log", "log", "status"]
    assert events[1]["message"] == HOSTILE
    assert events[2]["message"] == "the token is [secret]\nand more"
    assert (events[2]["instance"], events[2]["attempt"]) == ("algo-1", 1)


def test_log_on_a_terminal_acts_on_nothing(acted: ActedStack) -> None:
    """Colours are left out, the rest of what acts on a terminal is shown as text."""
    job = acted.arns["again"]
    acted.writes("again", HOSTILE, "50%\r100%")

    code, shown = on_a_terminal(acted.outside, "logs", job, "--timestamps")
    lines = [line.rpartition("Z ")[2] for line in shown.splitlines() if "──" not in line]
    assert code == 0
    assert lines == [r"\x1b]0;title\x07green \u202eback", "50%", "100%"]
    assert acted.outside("logs", job).out == f"{HOSTILE}\n50%\n100%\n"


def test_secrets_are_masked_even_without_the_key(acted: ActedStack) -> None:
    """The state says where a payload is secret, and Batch what stands there."""
    acted.writes("secretive", "again tok-12345, epochs 1")
    ended = acted.sjresource("logs", "secretive", VAULT_SERVER_TOKEN="wrong")

    assert ended.code == 0
    assert "again [secret], epochs 1" in ended.out
    assert "tok-12345" not in ended.out


def test_lines_of_several_instances_tell_which_wrote_them(acted: ActedStack) -> None:
    """A stream for each, merged by time."""
    for second in range(4):
        line = f"line {second}"
        acted.writes("lost", line, instance=1 + second % 2, after=float(second))

    job = acted.arns["lost"]
    assert acted.outside("logs", job).out.splitlines() == [
        "algo-1 | line 0",
        "algo-2 | line 1",
        "algo-1 | line 2",
        "algo-2 | line 3",
    ]
    tail = acted.outside("logs", job, "--tail", "1")
    assert tail.out == "algo-2 | line 3\n"
    assert tail.err.startswith("── RUNNING")


def test_following_ends_at_ctrl_c(acted: ActedStack) -> None:
    """Nothing is left on the terminal, and the job goes on."""
    acted.writes("declined", "line")
    following = acted.outside.process("logs", "-f", acted.arns["declined"])
    assert following.stdout is not None
    assert following.stdout.readline() == "line\n"
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=60)

    assert following.returncode == 130
    assert "Traceback" not in err
    assert acted.status("declined") == "RUNNING"


def test_log_of_a_forgotten_job_is_found_by_what_was_recorded(acted: ActedStack) -> None:
    """Batch forgets a job long before CloudWatch forgets its log."""
    completion = acted.stack.resources()["retried-done"]["urn"]
    del acted.stack.environment["SJRESOURCE_WAIT"]
    acted.stack.up("--target", completion)
    acted.stack.environment["SJRESOURCE_WAIT"] = "0"
    acted.cloud.control.forget(acted.job("retried")["jobId"], "expire")

    forgotten = acted.sjresource("logs", "retried")
    assert (forgotten.code, forgotten.out) == (0, "second 1\n")
    assert "SUCCEEDED" in forgotten.err


def test_nothing_is_terminated_unasked(acted: ActedStack) -> None:
    """In a pipe it takes --yes, on a terminal a yes."""
    job = acted.arns["declined"]
    piped = acted.outside.process("terminate", job, stdin=-3)
    _, err = piped.communicate(timeout=60)
    code, shown = on_a_terminal(acted.outside, "terminate", job, typed="n\n")

    assert piped.returncode == 2
    assert "not a terminal; pass --yes to confirm" in err
    assert code == 1
    assert ": RUNNING" in shown
    assert "submitted for organization/project/test/declined" in shown
    assert "Terminate it?" in shown
    assert "nothing was done" in shown
    assert not acted.job("declined").get("isTerminated")


def test_terminated_job_is_not_run_again(acted: ActedStack) -> None:
    """It says so, and a second termination is no error."""
    ended = acted.sjresource("terminate", "busy", "--yes", "--reason", "too slow")

    assert ended.code == 0
    assert "The next `pulumi up` leaves it as it is and fails, as its completion does" in ended.out
    assert holds_within(60, lambda: acted.status("busy") == "FAILED")
    assert acted.job("busy")["statusReason"] == "too slow"
    assert acted.job("busy")["tags"]["sjresource:recorded"] == "true"
    again = acted.sjresource.answer("terminate", "busy", schema="terminate")
    assert again == {
        "resource": "busy",
        "arn": acted.arns["busy"],
        "status": "FAILED",
        "terminated": False,
    }


def test_terminated_job_that_is_to_be_rerun_is_run_again(acted: ActedStack) -> None:
    """It says so as well; the next `up` is the one by which another job is run again."""
    code, shown = on_a_terminal(acted.sjresource, "terminate", "again", typed="y\n")

    assert code == 0
    assert "The next `pulumi up` runs it again: rerun_on_failure is set." in shown
    assert holds_within(60, lambda: acted.status("again") == "FAILED")


def test_orphans_are_listed_and_ended(acted: ActedStack) -> None:
    """A job that no state knows is found; the next `up` submits it anew, since it is released.

    What a state has recorded may be another stack's: it ends only by its id.
    """
    lost = acted.stack.resources()["lost"]
    acted.edit_checkpoint(lambda state: _forget(state, lost["urn"]))

    (orphan,) = acted.sjresource.answer("orphans", schema="orphans", code=1)["orphans"]
    assert (orphan["resource"], orphan["arn"], orphan["terminated"]) == ("lost", lost["id"], False)
    assert orphan["may_be_owned"]
    left = acted.sjresource("orphans", "--terminate", "--yes")
    assert (left.code, acted.status("lost")) == (1, "RUNNING")
    assert "may own it; to end it, give its id" in left.out
    assert acted.sjresource("orphans", "busy", "--terminate", "--yes").code == 2
    ended = acted.sjresource("orphans", lost["id"].rpartition("/")[2], "--terminate", "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert holds_within(60, lambda: acted.status("lost") == "FAILED")
    assert acted.job("lost")["tags"]["sjresource:released"] == "true"


def test_job_is_run_again_by_its_name(acted: ActedStack) -> None:
    """It says what to type and what that may cost; only --yes does it, to this job alone."""
    told = acted.sjresource("rerun", "busy", "--stack", "test")
    running = acted.sjresource("rerun", "declined")
    urn, before = acted.stack.resources()["busy"]["urn"], acted.stack.resources()

    assert (told.code, told.err) == (0, "")
    assert "it may use at most 0.17 instance-hours of ml.m5.large" in told.out
    assert f"\n  pulumi up --replace {urn} --stack test\n" in told.out
    assert "declined is RUNNING: it is ended first" in running.out
    assert acted.stack.resources()["busy"]["id"] == before["busy"]["id"]

    code, shown = on_a_terminal(acted.sjresource, "rerun", "busy", "--yes")
    after = acted.stack.resources()
    assert code == 0, shown
    assert {name for name in after if _id_of(name, after) != _id_of(name, before)} == {
        "busy",
        "again",  # as its rerun_on_failure is set, and it was terminated
        "lost",  # which is no more taken back than it is in the state
    }
    assert after["lost"]["id"] != acted.arns["lost"]
    assert acted.sjresource("rerun", after["declined"]["id"]).code == 0
    arn = acted.arns["busy"]  # no resource has it any more
    assert acted.sjresource("rerun", arn).code == 3
    acted.arns["busy"] = after["busy"]["id"]


def test_job_that_cannot_be_run_again_is_told_so(acted: ActedStack) -> None:
    """A protected one would be refused by Pulumi; a failed `up` is told by the exit code."""
    urn = acted.stack.resources()["busy"]["urn"]
    acted.edit_checkpoint(lambda state: _protect(state, urn, protected=True))
    protected = acted.sjresource("rerun", "busy", "--yes")
    acted.edit_checkpoint(lambda state: _protect(state, urn, protected=False))
    answer = acted.sjresource.answer("rerun", "busy", schema="rerun")
    code, shown = on_a_terminal(
        CommandLine(acted.stack.work, {**acted.stack.environment, "SJRESOURCE_WAIT": "maybe"}),
        "rerun",
        "secretive",
        "--yes",
    )

    assert protected.code == 1
    assert "it is protected, and a rerun replaces it; `pulumi state unprotect" in protected.err
    assert answer["command"] == ["pulumi", "up", "--replace", urn]
    assert (answer["ran"], answer["instance_hours"]) == (False, {"ml.m5.large": 0.1667})
    assert (code, "must be true or false" in shown) == (1, True), shown


def test_job_whose_create_was_interrupted_is_no_orphan(acted: ActedStack) -> None:
    """The next `up` finds it again, so it is not to be ended."""
    acted.edit_checkpoint(_interrupt_create)

    assert acted.sjresource.answer("orphans", schema="orphans") == {"stack": "test", "orphans": []}


def _interrupt_create(checkpoint: dict[str, Any]) -> None:
    """Turn the resource `declined` into one whose create was begun and not ended."""
    (created,) = [each for each in checkpoint["resources"] if each["urn"].endswith("::declined")]
    checkpoint["resources"].remove(created)
    pending = {**created, "id": ""}
    checkpoint["pending_operations"] = [{"resource": pending, "type": "creating"}]


def _id_of(name: str, resources: dict[str, Any]) -> str | None:
    resource_id: str | None = resources.get(name, {}).get("id")
    return resource_id


def _forget(state: dict[str, Any], urn: str) -> None:
    """Leave a resource out, as `pulumi state delete` does."""
    state["resources"] = [each for each in state["resources"] if each["urn"] != urn]


def _protect(state: dict[str, Any], urn: str, *, protected: bool) -> None:
    (resource,) = (each for each in state["resources"] if each["urn"] == urn)
    resource["protect"] = protected
