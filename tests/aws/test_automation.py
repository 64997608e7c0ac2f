from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from job_programs import make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud

pytestmark = pytest.mark.stack

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "automation" / "sweep.py"
ROLE = "arn:aws:iam::123456789012:role/training"


@pytest.fixture
def environment(cloud: EmulatedCloud, engine: Path, tmp_path: Path) -> dict[str, str]:
    """Return a shell's environment in which the only python3 on PATH knows nothing of Pulumi."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "PULUMI_", "VIRTUAL_ENV"))
    }
    (tmp_path / "state").mkdir()
    return {
        **kept,
        **cloud.environment,
        "PATH": f"{engine}:/usr/local/bin:/usr/bin:/bin",
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def test_a_script_runs_a_sweep_and_leaves_nothing(
    cloud: EmulatedCloud, environment: dict[str, str], tmp_path: Path
) -> None:
    """The plugin finds this interpreter, whatever python3 there is on PATH."""
    make_queue(cloud)
    ended = run_script(environment, tmp_path)

    assert ended.returncode == 0, ended.stdout + ended.stderr
    lines = ended.stdout.splitlines()
    assert {"create rate-0-01", "create swept", "delete rate-1-0"} <= set(lines)
    assert "'succeeded': 3" in ended.stdout
    assert len([line for line in lines if line.startswith("s3://bucket/models/")]) == 3
    assert not list((tmp_path / "state").glob(".pulumi/stacks/**/sweep.json"))


def test_an_interpreter_that_will_not_do_is_said_with_what_to_set(
    cloud: EmulatedCloud, environment: dict[str, str], tmp_path: Path
) -> None:
    """In one line, before anything is asked or made; the engine would say `exit status 1`."""
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    ended = run_script(
        {**environment, "PULUMI_PYTHON_CMD": str(bare / "bin" / "python3")}, tmp_path
    )

    assert ended.returncode != 0
    said = ended.stdout + ended.stderr
    assert f"{bare}/bin/python3, which has no pulumi and sjresource; set os.environ" in said
    assert '"PULUMI_PYTHON_CMD"] = sys.executable' in said
    assert "exit status 1" not in said
    assert cloud.control.calls() == {}


def run_script(environment: dict[str, str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the example as a user does."""
    return subprocess.run(
        [sys.executable, SCRIPT, "shared", ROLE, "image", "bucket"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
