"""Writes the state that this release makes, for `tests/stack/test_old_states.py` to load for ever.

Run it once for each release: `.venv/bin/python tests/support/export_state.py 0.1.0`. Before the
first release, run it whenever a key of the state or the module of a provider is renamed.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from emulated_stack import PROGRAM, EmulatedCloud
from engine_fixtures import TOOL
from pulumi_stack import PulumiStack

from sjresource.emulator import Emulator
from sjresource.emulator.executors.scripts import Rule, Script

ROOT = Path(__file__).parents[2]


def export_state(release: str) -> Path:
    """Bring the stack up against an emulator, refresh it, and write its state to a file."""
    found = subprocess.run([sys.executable, TOOL], stdout=subprocess.PIPE, text=True, check=True)
    target = ROOT / "tests" / "stack" / "states" / f"{release}.json"
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
        emulator.rules.add(Rule("*", [Script(running=2)]))  # long enough to be seen to start
        stack = PulumiStack(
            Path(folder) / "stack",
            Path(found.stdout.strip()),
            PROGRAM,
            config={"project:epochs": "10"},
            environment=EmulatedCloud(emulator).environment,
        )
        stack.up()
        stack.refresh()
        stack.run("stack", "export", "--file", str(target))
        stack.close()
    state = json.loads(target.read_text())
    target.write_text(json.dumps(_without_paths(state), indent=4) + "\n")
    return target


def _without_paths(state: dict[str, Any]) -> dict[str, Any]:
    """Leave out the files of this machine in which the resources were declared."""
    for resource in state["deployment"]["resources"]:
        resource.pop("sourcePosition", None)
        resource.pop("stackTrace", None)
    return state


if __name__ == "__main__":
    sys.stdout.write(f"{export_state(sys.argv[1])}\n")
