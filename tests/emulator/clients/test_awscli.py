"""The AWS CLI drives every emulated operation, by endpoint and DATA/credentials only.

Each start of it takes half a second of a core, so the operations share one process of its Python.
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

for line in sys.stdin:
    said, complained = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained):
        code = create_clidriver().main(json.loads(line))
    print(json.dumps([code, said.getvalue(), complained.getvalue()]), flush=True)
"""
"""Runs each line of its input, a JSON list of arguments, as `aws` would."""
pytestmark = pytest.mark.skipif(
    not AWS.exists(), reason="python tests/emulator/clients/prepare.py awscli brings the AWS CLI"
)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """Serve with a credentials file."""
    with Emulator(tmp_path, clock=Clock(0)) as serving:
        yield serving


def environment(emulator: Emulator, data: Path) -> dict[str, str]:
    """Return no more than a user would give the CLI."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(data),
        "AWS_SHARED_CREDENTIALS_FILE": str(data / "credentials"),
        "AWS_PROFILE": "sjresource-emulator",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_MAX_ATTEMPTS": "1",
    }


def aws(emulator: Emulator, data: Path, *arguments: str) -> str:
    """Run the CLI as a process of its own."""
    ended = subprocess.run(
        [str(AWS), *arguments],
        env=environment(emulator, data),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_cli_drives_every_operation(emulator: Emulator, tmp_path: Path) -> None:
    """Each operation of the table succeeds once in a scenario of all of them."""
    with subprocess.Popen(
        [str(AWS.with_name("python")), "-c", MANY_COMMANDS],
        env=environment(emulator, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as cli:
        assert cli.stdin is not None
        assert cli.stdout is not None
        asked, answers = cli.stdin, cli.stdout

        def send(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
            if operation in NOT_YET_IN_THE_CLI:
                return {}
            command = re.sub("(?<!^)([A-Z])", r"-\1", operation).lower()
            arguments = ["batch", command, "--cli-input-json", json.dumps(parameters)]
            asked.write(json.dumps(arguments) + "\n")
            asked.flush()
            code, said, complained = json.loads(answers.readline())
            assert code == 0, complained
            answer: dict[str, Any] = json.loads(said) if said.strip() else {}
            return answer

        batch_scenario.run(send, lambda: emulator.clock.advance(5))
        asked.close()

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
