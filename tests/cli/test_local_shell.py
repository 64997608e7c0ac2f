from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sjresource.cli import local_emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.stack,
    # An emulator is meant to outlive the process that started it.
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

ROOT = Path(__file__).parents[2]
SCRIPT = """
    python=$(command -v python3)
    for time in once again; do
        eval "$(.venv/bin/python tools/local_stack emulator)"
    done
    pulumi stack init local --non-interactive
    sjresource status
    echo "at $AWS_ENDPOINT_URL${AWS_ACCESS_KEY_ID:-}"
    test "$python" = "$(command -v python3)"
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """Return a checkout of its own, set up, whose emulator is gone when the test is over."""
    folder = tmp_path / "checkout"
    shutil.copytree(ROOT / "tools", folder / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Pulumi.yaml", "Pulumi.local.yaml"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    yield folder
    if emulator := local_emulator.find(folder / ".local" / "emulator"):
        local_emulator.stop(emulator)


def test_after_make_emulator_a_shell_works_on_the_local_stack(checkout: Path, engine: Path) -> None:
    """`sjresource`, `pulumi` and AWS's clients find it; the shell's own Python stays."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("AWS_", "PULUMI_"))}
    done = subprocess.run(
        ["bash", "-euc", SCRIPT],  # noqa: S607 - a user's own bash
        cwd=checkout,
        env={
            **kept,
            "PATH": os.pathsep.join([str(engine), os.environ["PATH"]]),
            "AWS_ACCESS_KEY_ID": "the caller's own",
            "PULUMI_STACK": "another",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    emulator = local_emulator.find(checkout / ".local" / "emulator")
    assert emulator is not None
    assert done.stdout.splitlines()[-2:] == [
        "The stack local has no service jobs.",
        f"at {emulator.url}",
    ]
