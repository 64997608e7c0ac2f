"""Sets up the clients that we did not write, each in a virtual environment of its own.

`python tests/emulator/clients/prepare.py awscli sagemaker-train` makes `.clients/NAME` beside the
project's own environment; the tests of a client that is not there are skipped.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = ROOT / ".clients"
REQUIREMENTS = Path(__file__).parent


def prepare(name: str) -> None:
    """Make the environment of one client, with the versions of its requirements file, once."""
    folder, requirements = CLIENTS / name, REQUIREMENTS / f"{name}.txt"
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_text() == requirements.read_text():
        return
    subprocess.run([sys.executable, "-m", "uv", "venv", "--clear", folder], check=True)
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "install"),
            *("--python", folder / "bin" / "python"),
            *("--requirements", requirements),
        ],
        check=True,
    )
    stamp.write_text(requirements.read_text())


if __name__ == "__main__":
    for client in sys.argv[1:]:
        prepare(client)
