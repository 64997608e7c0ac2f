"""What looks, on one stack that a module shares: `status`, `why`, `queue`, and what JOB means."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click
import pytest
from dashboard_process import DashboardProcess
from emulated_stack import EmulatedCloud

from sjresource.cli.command_group import sjresource
from sjresource.cli.stack.context import StackContext
from sjresource.cli.stack.find_job import FoundJob, complete_job, resolve_job
from sjresource.emulator import Emulator
from sjresource.emulator.clock import Clock

if TYPE_CHECKING:
    from pathlib import Path

    from shown_stack import ShownStack

pytestmark = pytest.mark.stack


def test_every_job_of_the_stack_is_shown_as_it_stands(shown: ShownStack) -> None:
    """Running, waiting, failed, trained: by the names that the program has for them."""
    answer = shown.sjresource.answer("status", schema="status")

    jobs = {job["resource"]: job for job in answer["jobs"]}
    assert answer["stack"] == "test"
    assert {name: job["status"] for name, job in jobs.items()} == {
        "done": "SUCCEEDED",
        "unwatched": "SUCCEEDED",
        "broken": "FAILED",
        "running": "RUNNING",
        "waiting": "RUNNABLE",
        "nightly/train": "SUCCEEDED",
        "weekly/train": "SUCCEEDED",
    }
    assert (jobs["running"]["attempt"], jobs["running"]["attempts"]) == (1, 3)
    assert jobs["running"]["detail"] == "Training"
    waits = "1st in the queue; 1 of 1 instances in use"
    assert (jobs["waiting"]["place"], jobs["waiting"]["detail"]) == (1, waits)
    assert jobs["running"]["since"] > 1_600_000_000_000
    for name in ("done", "unwatched"):  # recorded by a completion, and asked for
        assert jobs[name]["model_artifacts"].startswith("s3://bucket/models/AWSBatch")
    assert jobs["broken"]["status_reason"].endswith("exit code 1\nmore")
    assert "[bold][secret][/bold]" in jobs["broken"]["status_reason"]


def test_a_pipe_gets_a_line_for_each_job(shown: ShownStack) -> None:
    """Without colours or secrets, whatever the reasons hold; the next command is named."""
    ended = shown.sjresource("status")

    header, *rows, closing, hint = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert header.split() == ["JOB", "STATUS", "SINCE", "ATTEMPT", "DETAIL"]
    assert len(rows) == 7
    assert not any(each in ended.out for each in ("\x1b", "tok-12345", "\x07", "\u202e"))
    (broken,) = [row for row in rows if row.startswith("broken")]
    assert r"\x1b[31m[bold][secret][/bold]\x1b]0;title\x07 \u202eexit code 1" in broken
    assert closing == "7 jobs: 4 succeeded, 1 failed, 1 running, 1 waiting"
    assert hint == "why: sjresource why broken; once more: sjresource rerun broken"


def test_jobs_are_chosen_and_sorted(shown: ShownStack) -> None:
    """By state and queue, by any column; what there is not is told with what was meant."""
    failed = shown.sjresource("status", "--state", "failed", "-o", "wide")
    header, row, *_ = failed.out.splitlines()
    small = shown.sjresource.answer(
        "status", "--queue", "small", "--sort", "-state", schema="status"
    )
    slip = shown.sjresource("status", "--sort", "sinze")
    both = shown.sjresource("status", "--json", "-o", "wide")

    assert header.split() == ["JOB", "STATUS", "SINCE", "ATTEMPT", "QUEUE"]
    assert row.startswith("broken")
    assert "Received status from SageMaker: AlgorithmError" in failed.out
    assert [job["resource"] for job in small["jobs"]] == ["waiting", "running"]
    assert shown.sjresource("status", "--state", "STARTING").out == (
        "The stack test has no service jobs that are asked for.\n"
    )
    for command in ("status", "watch"):
        elsewhere = shown.sjresource(command, "--queue", "smal")
        assert (elsewhere.code, elsewhere.out) == (3, "")
        assert elsewhere.err.endswith("(smal): the stack has none there; did you mean small?\n")
    assert slip.code == 2
    assert slip.err.endswith("there is no such column or metric; did you mean since?\n")
    assert both.code == 2


def test_what_may_quote_a_secret_is_withheld_where_secrets_cannot_be_read(
    shown: ShownStack,
) -> None:
    """Without the passphrase all else is told: nothing else is encrypted."""
    with shown.guarded_by_a_passphrase():
        blind = shown.sjresource("status", PULUMI_CONFIG_PASSPHRASE="wrong")

    assert blind.code == 0
    assert "tok-12345" not in blind.out
    assert "[withheld: it may quote a secret" in blind.out
    assert "1st in the queue" in blind.out


def test_reading_takes_no_lock_and_changes_nothing(shown: ShownStack) -> None:
    """It works while an update is under way, from an inner folder, and without Pulumi's SDK."""
    locks = shown.stack.folder / "state" / ".pulumi" / "locks" / "organization" / "project" / "test"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "5b0a1d0c.json"
    lock.write_text(
        '{"pid": 1, "username": "ann", "hostname": "ci", "timestamp": "2026-01-01T00:00:00Z"}'
    )
    inside = shown.stack.work / "inside"
    inside.mkdir()
    try:
        environment = {**shown.stack.environment, "PYTHONPROFILEIMPORTTIME": "1"}
        read = shown.sjresource.process("status", "--cwd", str(inside), env=environment)
        told = read.communicate(timeout=60)[1]
        assert read.returncode == 0
        loaded = {line.rpartition("|")[2].strip() for line in told.splitlines()}
        assert {"botocore", "rich", "pulumi"} & loaded == {"botocore", "rich"}
        assert sorted(locks.iterdir()) == [lock]
    finally:
        lock.unlink()
        inside.rmdir()


def test_a_stack_is_named_or_selected(shown: ShownStack, tmp_path: Path) -> None:
    """Naming one selects nothing; what is missing is said in one line, with its own exit code."""
    assert shown.sjresource("status", "--stack", "test").code == 0

    missing = shown.sjresource("status", "--stack", "prod")
    assert (missing.code, missing.out) == (6, "")
    assert missing.err == (
        "sjresource: running pulumi: no stack named 'prod' found; "
        "`sjresource doctor` checks what Pulumi needs\n"
    )

    nowhere = shown.sjresource("status", "--cwd", str(tmp_path))
    assert nowhere.code == 6
    assert f"no Pulumi project in {tmp_path}" in nowhere.err

    shutil.copy(shown.stack.work / "Pulumi.yaml", tmp_path)
    for command in ("status", "orphans"):
        unselected = shown.sjresource(command, "--cwd", str(tmp_path), PULUMI_STACK="")
        assert unselected.code == 3
        assert "no stack is selected; `pulumi stack select` one, or give --stack" in unselected.err

    without = shown.sjresource("status", PATH=str(tmp_path))
    assert (without.code, without.out) == (6, "")
    assert "it must be on PATH to read a stack; `sjresource doctor` checks" in without.err


def test_an_aws_that_does_not_answer_ends_it_in_one_line(shown: ShownStack) -> None:
    """Refusals too: scripts tell them from a bad answer by the exit code."""
    refused = shown.sjresource("status", AWS_ACCESS_KEY_ID="nobody")

    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("sjresource: reading ServiceJob (")
    assert refused.err.count("\n") == 1


def test_why_a_job_waits_is_told_with_who_is_in_its_way(shown: ShownStack) -> None:
    """Place, what is taken and by whom, what would help."""
    why = shown.sjresource.answer("why", "waiting", schema="why")

    assert (why["status"], why["verdict"]) == ("RUNNABLE", "WAITS")
    assert why["summary"].endswith(": 1st in the queue; 1 of 1 instances in use")
    assert why["evidence"] == ["running in its queue: running"]
    assert any("raise max_capacity of one-" in step for step in why["next_steps"])


def test_why_a_job_failed_is_told_in_the_words_of_an_up(shown: ShownStack) -> None:
    """Attempt, reason, evidence, what to try, how to run it again; secrets masked."""
    why = shown.sjresource.answer("why", "broken", schema="why")
    words = shown.sjresource("why", "broken")

    assert why["verdict"] == "FAILED"
    assert why["summary"].startswith("FAILED on attempt 1 of 1: AlgorithmError: ")
    assert "to try: the training code failed: its log says where" in why["next_steps"]
    assert "tok-12345" not in str(why) + words.out
    assert "\x1b" not in words.out
    assert why["console_urls"]["page"] in words.out


def test_what_runs_and_what_is_done_is_told_too(shown: ShownStack) -> None:
    """Nobody has to know the state to ask; where the model is stands there."""
    running = shown.sjresource("why", "running").out
    done = shown.sjresource.answer("why", "done", schema="why")

    assert running.startswith("running: RUNNING for ")
    assert "(attempt 1 of 3): Training\n  its log: sjresource logs -f running\n" in running
    assert done["verdict"] == "SUCCEEDED"
    assert done["evidence"][0].startswith("model: s3://bucket/models/AWSBatchdone")


def test_job_is_a_resource_an_id_an_arn_or_a_job_name(shown: ShownStack) -> None:
    """All mean the same job; a component's name tells two of one name apart."""
    arn, other = shown.arn("running"), shown.submit("not-in-the-stack")
    with shown.sjresource.shell():
        context = StackContext(shown.stack.work)
        for job in ("running", arn.rpartition("/")[2], arn):
            assert resolve_job(context, job).arn == arn
        assert resolve_job(context, "nightly/train").label == "nightly/train"
        click_context = click.Context(sjresource, info_name="sjresource")
        assert complete_job(click_context, click.Option(["--x"]), "n") == ["nightly/train"]
        for job in ("not-in-the-stack", other.rpartition("/")[2], other):
            assert resolve_job(context, job) == FoundJob(other)


def test_an_ambiguous_job_lists_the_candidates(shown: ShownStack) -> None:
    """With status and ARN, by which one of them can be named."""
    ended = shown.sjresource("why", "train")

    said, *candidates = ended.err.splitlines()
    assert (ended.code, ended.out) == (4, "")
    assert "2 jobs are called that" in said
    assert {line.split()[0] for line in candidates} == {"nightly/train", "weekly/train"}
    assert all("SUCCEEDED  arn:aws:batch:" in line for line in candidates)


def test_an_unknown_job_is_told_with_what_there_is(shown: ShownStack) -> None:
    """A slip of the finger is recognised."""
    slip, other = shown.sjresource("why", "runing"), shown.sjresource("why", "x")

    assert (slip.code, other.code) == (3, 3)
    assert slip.err.endswith("did you mean running?\n")
    assert "there is unwatched" in other.err or "nightly/train" in other.err


def test_a_queue_shows_what_is_in_use_who_runs_and_who_waits(shown: ShownStack) -> None:
    """By the resource's name, the queue's own or its ARN."""
    view = shown.sjresource.answer("queue", "small", schema="queue")

    assert view["queue"]["arn"] == shown.stack.resources()["small"]["id"]
    assert view["queue"]["scheduling"] == "FIFO"
    assert view["capacity"] == [{"capacity_unit": "NUM_INSTANCES", "used": 1, "max": 1}]
    (running,), (waiting,) = view["running"], view["waiting"]
    assert running["resource"] == "running"
    assert running["capacity_usage"] == [{"capacity_unit": "ml.m5.large", "quantity": 1}]
    assert (waiting["resource"], waiting["place"]) == ("waiting", 1)
    assert waiting["waits_for"] == "1st in the queue; 1 of 1 instances in use"

    words = shown.sjresource("queue", view["queue"]["name"]).out
    assert "in use: 1 of 1 instances in one-" in words
    assert words.splitlines()[-1] == "2 jobs: 1 running, 1 waiting"
    (line,) = [each for each in words.splitlines() if each.startswith("waiting ")]
    assert line.endswith("1st in the queue; 1 of 1 instances in use")
    only = shown.sjresource.answer("queue", "small", "--state", "RUNNABLE", schema="queue")
    assert (only["running"], len(only["waiting"])) == ([], 1)
    chosen = shown.sjresource("queue", "small", "--state", "RUNNABLE").out
    assert "Nothing runs" not in chosen
    assert chosen.splitlines()[-1] == "1 job: 1 waiting"
    none = shown.sjresource("queue", "small", "--state", "starting", "--state", "SUBMITTED").out
    assert none.splitlines()[-3:] == [
        "No job is STARTING.",
        "No job is SUBMITTED.",
        "0 jobs: 0 running, 0 waiting",
    ]
    wide = shown.sjresource("queue", "small", "-o", "wide").out
    assert "waits: 1st in the queue; 1 of 1 instances in use" in wide


def test_a_queue_that_is_not_named_or_not_known_is_told(shown: ShownStack) -> None:
    """Of two queues none is guessed; of an unknown one the stack's are named; or it is gone."""
    several, unknown = shown.sjresource("queue"), shown.sjresource("queue", "large")

    assert (several.code, unknown.code) == (4, 3)
    assert several.err.count("arn:aws:batch") == 2
    assert unknown.err == ("sjresource: reading JobQueue (large): not found; the stack has small\n")
    with Emulator(clock=Clock(0)) as empty:
        gone = shown.sjresource("queue", "small", **EmulatedCloud(empty).environment)
    assert gone.code == 3
    assert "the stack's state has it still: `pulumi refresh` shows what is gone" in gone.err


def test_arns_and_queues_need_no_project(shown: ShownStack, tmp_path: Path) -> None:
    """Region and credentials are then boto3's own; Pulumi is not asked, or even there."""
    arn = shown.arn("broken")
    somewhere = ("--cwd", str(tmp_path))
    why = shown.sjresource("why", arn, *somewhere, PATH="/nowhere")
    queue = shown.sjresource("queue", shown.queue, *somewhere, PATH="/nowhere")
    by_name = shown.sjresource("why", "unwatched", *somewhere, PATH="/nowhere")

    which = shown.sjresource("queue", *somewhere, PATH="/nowhere")

    assert (why.code, queue.code, by_name.code, which.code) == (0, 0, 0, 2)
    assert which.err.endswith("there is no Pulumi project here; give a queue's name or ARN\n")
    assert "FAILED on attempt 1 of 1" in why.out
    assert "to run it again" not in why.out
    assert queue.out.startswith("shared: ENABLED")
    assert "SUCCEEDED" in by_name.out


def test_the_dashboard_shows_the_queues_that_the_stack_has_and_uses(shown: ShownStack) -> None:
    """With their jobs, and without the secrets that reasons quote."""
    with DashboardProcess(shown.stack.work, shown.stack.environment) as dashboard:
        told = dashboard.overview()

    assert {queue["arn"] for queue in told["queues"]} >= {shown.stack.resources()["small"]["id"]}
    reasons = {job["name"]: job["why"] for job in told["jobs"]}
    assert "[bold][secret][/bold]" in reasons["broken"]
    assert reasons["waiting"] == "1st in the queue; 1 of 1 instances in use"
    assert "tok-12345" not in str(told)
    assert told["title"].startswith("test in ")
