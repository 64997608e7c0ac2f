"""The local stack's emulator, its data in S3 and its locks; the engine's part is in tests/stack."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import boto3
import psutil
import pytest
from local_stack.pulumi import drop_locks_of_the_dead, others, stack_exists
from local_stack.upload import BUCKET, upload_example

from sjresource.cli import local_emulator
from sjresource.emulator import Emulator
from sjresource.errors import WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# An emulator is meant to outlive the process that started it, which Popen takes for a mistake.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder, whose emulator is gone when the test is over."""
    yield tmp_path / "emulator"
    if emulator := local_emulator.find(tmp_path / "emulator"):
        local_emulator.stop(emulator)


@pytest.fixture
def gone() -> int:
    """The pid of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def test_started_emulator_is_found_until_it_is_stopped(data: Path, tmp_path: Path) -> None:
    """It answers as soon as it is started, and is no more when it is stopped."""
    started = local_emulator.start(data, tmp_path / "log")

    assert local_emulator.find(data) == started
    assert started.url in (tmp_path / "log").read_text()
    local_emulator.stop(started)
    assert local_emulator.find(data) is None
    assert not psutil.pid_exists(started.pid)
    local_emulator.stop(started)


def test_emulator_that_does_not_come_up_is_told_with_its_words(data: Path, tmp_path: Path) -> None:
    """What it said before it ended is shown, and where the rest is."""
    local_emulator.start(data, tmp_path / "log")
    record = (data / "emulator.json").read_text()
    (data / "emulator.json").unlink()

    with pytest.raises(WaitTimeout, match=r"starting Emulator \(.*did not come up; see .*\n.+"):
        local_emulator.start(data, tmp_path / "second.log")
    (data / "emulator.json").write_text(record)


def test_files_of_dead_emulators_count_for_nothing(data: Path, gone: int) -> None:
    """A pid that is free again, or another's by now, is no emulator."""
    data.mkdir()
    for pid in (gone, os.getpid()):
        (data / "emulator.json").write_text(json.dumps({"pid": pid, "url": "http://127.0.0.1:9"}))

        assert local_emulator.find(data) is None


def test_example_is_uploaded_whole_and_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed file replaces what was uploaded before."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "penguins.csv").write_text("species")
    (tmp_path / "train.py").write_text("old")
    with Emulator() as emulator:
        monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.url)
        monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", emulator.credentials.aws_access_key_id)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", emulator.credentials.aws_secret_access_key)
        upload_example(tmp_path)
        (tmp_path / "train.py").write_text("new")
        upload_example(tmp_path)
        s3 = boto3.client("s3")
        train = s3.get_object(Bucket=BUCKET, Key="code/train.py")["Body"].read()
        data = s3.get_object(Bucket=BUCKET, Key="data/penguins.csv")["Body"].read()

    assert (train, data) == (b"new", b"species")


def test_only_locks_of_the_dead_are_dropped(tmp_path: Path, gone: int) -> None:
    """Two commands at once still keep each other out."""
    locks = tmp_path / ".pulumi" / "locks" / "organization" / "project" / "local"
    locks.mkdir(parents=True)
    for name, pid in (("killed", gone), ("alive", os.getpid())):
        (locks / f"{name}.json").write_text(json.dumps({"pid": pid}))
        (locks / f"{name}.json.attrs").touch()

    drop_locks_of_the_dead(tmp_path)
    assert {lock.name for lock in locks.iterdir()} == {"alive.json", "alive.json.attrs"}


def test_the_stack_of_another_project_is_not_the_local_one(tmp_path: Path) -> None:
    """The examples' stacks have its name, on the same backend."""
    project, stacks = tmp_path / "Pulumi.yaml", tmp_path / ".pulumi" / "stacks"
    project.write_text("name: example\nruntime: python\n")
    for name, resources in (("sweep", [{"custom": True}] * 3), ("empty", [{"custom": False}])):
        (stacks / name).mkdir(parents=True)
        checkpoint = {"checkpoint": {"latest": {"resources": resources}}}
        (stacks / name / "local.json").write_text(json.dumps(checkpoint))

    assert not stack_exists(tmp_path, project)
    assert others(tmp_path, project) == {"sweep/local": 3}
    (stacks / "example").mkdir()
    (stacks / "example" / "local.json").write_text("{}")
    assert stack_exists(tmp_path, project)
    assert others(tmp_path, project) == {"sweep/local": 3}
