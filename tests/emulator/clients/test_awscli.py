"""The AWS CLI drives every emulated operation, by endpoint and DATA/credentials only.

Each start of it takes half a second of a core, so all commands share one process of its Python.
"""

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
MANY_COMMANDS = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver

aws = create_clidriver()
for line in sys.stdin:
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = aws.main(json.loads(line))
    print(json.dumps([code, said.getvalue(), complained.getvalue()]), flush=True)
"""
"""Runs each line of its input, a JSON list of arguments, as `aws` would."""
pytestmark = pytest.mark.skipif(
    not AWS.exists(), reason="python tests/emulator/clients/prepare.py awscli brings the AWS CLI"
)


class Cli:
    """The CLI in front of an emulator, in a process of its Python."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._asked, self._answers = process.stdin, process.stdout

    def __call__(self, *arguments: str) -> str:
        """Run a command that succeeds; return what it says."""
        self._asked.write(json.dumps(arguments) + "\n")
        self._asked.flush()
        code, said, complained = json.loads(self._answers.readline())
        assert code == 0, complained
        return str(said)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The emulator's folder, with a credentials file."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def emulator(data: Path) -> Iterator[Emulator]:
    """Serve from there."""
    with Emulator(data, clock=Clock(0)) as serving:
        yield serving


@pytest.fixture(scope="module")
def aws(emulator: Emulator, data: Path) -> Iterator[Cli]:
    """Start the CLI with no more than a user would give it."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "AWS_SHARED_CREDENTIALS_FILE": str(data / "credentials"),
        "AWS_PROFILE": "sjresource-emulator",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_MAX_ATTEMPTS": "1",
    }
    with subprocess.Popen(
        [str(AWS.with_name("python")), "-c", MANY_COMMANDS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Cli(process)
        assert process.stdin is not None
        process.stdin.close()


def test_the_cli_drives_every_operation(aws: Cli, emulator: Emulator) -> None:
    """Each operation of the table succeeds once in a scenario of all of them."""

    def send(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
        if operation in NOT_YET_IN_THE_CLI:
            return {}
        command = re.sub("(?<!^)([A-Z])", r"-\1", operation).lower()
        said = aws("batch", command, "--cli-input-json", json.dumps(parameters))
        answer: dict[str, Any] = json.loads(said) if said.strip() else {}
        return answer

    batch_scenario.run(send, lambda: emulator.clock.advance(5))

    assert set(emulator.calls.counts()) == set(OPERATIONS) - NOT_YET_IN_THE_CLI


def test_the_cli_copies_files(aws: Cli, tmp_path: Path) -> None:
    """`aws s3` makes a bucket, copies a file there and back, and lists it."""
    file, back = tmp_path / "file", tmp_path / "back"
    file.write_bytes(os.urandom(9 * 1024 * 1024))  # enough for a multipart upload
    bucket = f"bucket-{tmp_path.name.lower().replace('_', '-')[:40]}"
    aws("s3", "mb", f"s3://{bucket}")
    aws("s3", "cp", str(file), f"s3://{bucket}/a b/file")
    aws("s3", "cp", f"s3://{bucket}/a b/file", str(back))

    assert back.read_bytes() == file.read_bytes()
    assert "a b/file" in aws("s3", "ls", f"s3://{bucket}", "--recursive")
