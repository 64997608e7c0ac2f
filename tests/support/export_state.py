"""Writes the state that this release makes, for `tests/stack/test_old_states.py` to load for ever.

Run it once for each release: `.venv/bin/python tests/support/export_state.py 0.1.0`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from emulated_stack import PROGRAM, EmulatedCloud
from engine_fixtures import TOOL
from pulumi_stack import PulumiStack

from sjresource.emulator import Emulator

ROOT = Path(__file__).parents[2]


def export_state(release: str) -> Path:
    """Bring the stack up before an emulator, refresh it, and write its state down."""
    found = subprocess.run([sys.executable, TOOL], stdout=subprocess.PIPE, text=True, check=True)
    target = ROOT / "tests" / "stack" / "states" / f"{release}.json"
    with Emulator() as emulator, tempfile.TemporaryDirectory() as folder:
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
    return target


if __name__ == "__main__":
    sys.stdout.write(f"{export_state(sys.argv[1])}\n")
