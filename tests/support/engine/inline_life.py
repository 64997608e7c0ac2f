"""The life of an example that the Automation API runs as an inline program, without its host."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from language_examples import API_KEY, VENV, add_to_path, plain_config

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack


def live_inline(
    command: Sequence[str | Path], program: Path, cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Bring it up, preview it unchanged and with one leaf changed, and destroy it; check each.

    Args:
        command: the driver, which takes the steps as JSON, and prints a line of JSON for each.
        program: the folder that it runs in.
        cloud: where its job trains.
        new_stack: makes the stack whose environment it gets; the program makes its own.
    """
    stack = new_stack("", environment=cloud.environment)
    add_to_path(stack, VENV / "bin")
    steps = [
        {"run": "up", "config": plain_config()},
        {"run": "preview"},
        {"run": "preview", "config": {"epochs": {"value": "20"}}},
        {"run": "destroy"},
    ]
    ran = subprocess.run(
        [*command, json.dumps(steps)],
        cwd=program,
        env=stack.environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    up, unchanged, changed, destroyed = (json.loads(line) for line in ran.stdout.splitlines())

    assert up["outputs"]["status"] == "SUCCEEDED"
    assert up["outputs"]["model"].startswith("s3://bucket/models/")
    assert API_KEY not in ran.stdout
    assert unchanged["changes"] == {"same": 5}
    assert changed["changed"]["train"] == ["trainingJob.hyperParameters.epochs"]
    assert destroyed["changes"] == {"delete": 5}
    assert cloud.submitted() == 1
