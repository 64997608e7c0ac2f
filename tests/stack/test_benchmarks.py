"""The benchmarks run, at the smallest size; what they measure is for no test to judge."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from key_service import PROVIDER, key_service

from benchmarks.stacks.stack import SECRETS

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]


def run(folder: Path, environment: Mapping[str, str], *questions: str) -> dict[str, Any]:
    """Ask these questions, and give what was written; what was printed is beside it."""
    written = folder / "measured.json"
    command = [*(sys.executable, "-m", "benchmarks", "--size", "smoke"), "--json", str(written)]
    ended = subprocess.run(
        [*command, "--only", *questions],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    measured: dict[str, Any] = json.loads(written.read_text())
    table = ended.stdout.splitlines()
    assert all(any(row["what"] in line for line in table) for row in measured["rows"])
    return measured


def test_a_measured_stack_lives_and_is_compared(engine: Path, tmp_path: Path) -> None:
    """Jobs and floors go through a whole life on the real engine, and calls are counted."""
    path = os.pathsep.join([str(engine), os.environ["PATH"]])
    environment = {"PATH": path, SECRETS: PROVIDER, **key_service()}

    measured = run(tmp_path, environment, "calls", "state", "native", "checking", "scheduling")

    rows = {row["what"]: row for row in measured["rows"]}
    assert rows["up: list, submit, describe, record, a job"]["ours"] == 4
    assert rows["preview without changes"]["ours"] == 0
    assert rows["up, one changed: to the new run"]["ours"] == 6
    assert rows["up, one changed: record it"]["ours"] == 1
    assert rows["refresh, a job"]["ours"] == 1
    assert rows["a job, submitted"]["ours"] > rows["a job, submitted"]["other"] > 0
    assert rows["a job, submitted: beyond the floor"]["ours"] < 650
    assert rows["a job, ended, and refreshed: beyond the floor"]["ours"] < 750
    assert rows["a native job, submitted"]["ours"] < rows["a job, submitted"]["ours"]
    assert rows["the schema, answered"]["ours"] > 0
    assert {"cores", "engine", "python", "boto3"} <= set(measured["machine"])
