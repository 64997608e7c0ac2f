"""The AWS CLI drives every emulated operation, by endpoint and DATA/credentials only."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import batch_scenario
import pytest

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.api import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_YET_IN_THE_CLI = {"TerminateServiceJobs"}
AWS = Path(__file__).resolve().parents[3] / ".clients" / "awscli" / "bin" / "aws"
pytestmark = pytest.mark.skipif(
    not AWS.exists(), reason="python tests/emulator/clients/prepare.py awscli brings the AWS CLI"
)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """Serve with a credentials file."""
    with Emulator(tmp_path, clock=Clock(0)) as serving:
        yield serving


def aws(emulator: Emulator, data: Path, *arguments: str) -> str:
    """Run the CLI with no more than a user would give it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "AWS_SHARED_CREDENTIALS_FILE": str(data / "credentials"),
        "AWS_PROFILE": "sjresource-emulator",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_MAX_ATTEMPTS": "1",
    }
    ended = subprocess.run(
        [str(AWS), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_cli_drives_every_operation(emulator: Emulator, tmp_path: Path) -> None:
    """Each operation of the table succeeds once in a scenario of all of them."""

    def send(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation in NOT_YET_IN_THE_CLI:
            return {}
        command = re.sub("(?<!^)([A-Z])", r"-\1", operation).lower()
        text = aws(emulator, tmp_path, "batch", command, "--cli-input-json", json.dumps(parameters))
        answer: dict[str, Any] = json.loads(text) if text.strip() else {}
        return answer

    batch_scenario.run(send, lambda: emulator.clock.advance(5))

    assert set(emulator.calls.counts()) == set(OPERATIONS) - NOT_YET_IN_THE_CLI


def test_the_cli_copies_files(emulator: Emulator, tmp_path: Path) -> None:
    """`aws s3` makes a bucket, copies a file there and back, and lists it."""
    file, back = tmp_path / "file", tmp_path / "back"
    file.write_bytes(os.urandom(9 * 1024 * 1024))  # enough for a multipart upload
    bucket = f"bucket-{tmp_path.name.lower().replace('_', '-')[:40]}"
    aws(emulator, tmp_path, "s3", "mb", f"s3://{bucket}")
    aws(emulator, tmp_path, "s3", "cp", str(file), f"s3://{bucket}/a b/file")
    aws(emulator, tmp_path, "s3", "cp", f"s3://{bucket}/a b/file", str(back))

    assert back.read_bytes() == file.read_bytes()
    assert "a b/file" in aws(emulator, tmp_path, "s3", "ls", f"s3://{bucket}", "--recursive")
