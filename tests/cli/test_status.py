from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

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
    assert jobs["running"]["standing"] == "Training"
    assert (jobs["waiting"]["place"], jobs["waiting"]["standing"]) == (1, "1st in the queue")
    assert jobs["running"]["since"] > 1_600_000_000_000
    for name in ("done", "unwatched"):  # recorded by a completion, and asked for
        assert jobs[name]["model_artifacts"].startswith("s3://bucket/models/AWSBatch")
    assert jobs["broken"]["status_reason"].endswith("exit code 1\nmore")


def test_a_pipe_gets_a_line_for_each_job(shown: ShownStack) -> None:
    """Without colours, whatever the reasons and names hold; the next command is named."""
    ended = shown.sjresource("status")

    header, *rows, hint = ended.out.splitlines()
    assert (ended.code, ended.err) == (0, "")
    assert header.split() == ["JOB", "STATE", "TIME", "ATTEMPT"]
    assert len(rows) == 7
    assert "\x1b" not in ended.out
    (broken,) = [row for row in rows if row.startswith("broken")]
    assert r"\x1b[31m[bold][secret][/bold]\x1b]0;title\x07 \u202eexit code 1" in broken
    assert hint.endswith("sjresource why broken")


def test_secrets_of_the_stack_are_shown_nowhere(shown: ShownStack) -> None:
    """A reason quotes one: it is masked, and withheld as a whole where it can't be looked for."""
    for ended in (shown.sjresource("status"), shown.sjresource("status", "--json")):
        assert "tok-12345" not in ended.out
        assert "[secret]" in ended.out
    blind = shown.sjresource("status", PULUMI_CONFIG_PASSPHRASE="wrong")
    assert blind.code == 0
    assert "tok-12345" not in blind.out
    assert "[withheld: it may quote a secret" in blind.out


def test_reading_takes_no_lock_and_changes_nothing(shown: ShownStack) -> None:
    """It works while an update is under way, and from a folder inside of the project."""
    locks = shown.stack.folder / "state" / ".pulumi" / "locks" / "organization" / "project" / "test"
    locks.mkdir(parents=True, exist_ok=True)
    lock = locks / "5b0a1d0c.json"
    lock.write_text(
        '{"pid": 1, "username": "ann", "hostname": "ci", "timestamp": "2026-01-01T00:00:00Z"}'
    )
    inside = shown.stack.work / "inside"
    inside.mkdir()
    try:
        assert shown.sjresource("status", "--cwd", str(inside)).code == 0
        assert sorted(locks.iterdir()) == [lock]
    finally:
        lock.unlink()
        inside.rmdir()


def test_a_stack_is_named_or_selected(shown: ShownStack, tmp_path: Path) -> None:
    """Naming one selects nothing; what is missing is said in one line, with its own exit code."""
    assert shown.sjresource("status", "--stack", "test").code == 0

    missing = shown.sjresource("status", "--stack", "prod")
    assert (missing.code, missing.out) == (6, "")
    assert missing.err == "sjresource: running pulumi: no stack named 'prod' found\n"

    nowhere = shown.sjresource("status", "--cwd", str(tmp_path))
    assert nowhere.code == 6
    assert f"no Pulumi project in {tmp_path}" in nowhere.err

    shutil.copy(shown.stack.work / "Pulumi.yaml", tmp_path)
    unselected = shown.sjresource("status", "--cwd", str(tmp_path), PULUMI_HOME=str(tmp_path / "h"))
    assert unselected.code == 3
    assert "no stack is selected; `pulumi stack select` one, or give --stack" in unselected.err

    without = shown.sjresource("status", PATH=str(tmp_path))
    assert (without.code, without.out) == (6, "")
    assert "it must be on PATH" in without.err


def test_an_aws_that_does_not_answer_ends_it_in_one_line(shown: ShownStack) -> None:
    """Refusals too: scripts tell them from a bad answer by the exit code."""
    refused = shown.sjresource("status", AWS_ACCESS_KEY_ID="nobody")

    assert (refused.code, refused.out) == (5, "")
    assert refused.err.startswith("sjresource: reading ServiceJob (")
    assert refused.err.count("\n") == 1
