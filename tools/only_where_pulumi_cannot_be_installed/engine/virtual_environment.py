"""Small virtual environments of the engine's own, for what it brings as Python packages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .running import run_watched

if TYPE_CHECKING:
    from pathlib import Path

    from .progress import Progress


_INSTALL = ["--disable-pip-version-check", "install", "--require-hashes", "--requirement"]


def make_virtual_environment(folder: Path, requirements: Path, progress: Progress) -> Path:
    """Make one with a file's requirements, with pip and as pip is configured here.

    The file has the hashes of all of them: what an index gives instead is refused.

    It refers to the base interpreter only, so it outlives the environment that runs this.

    Returns:
        Its interpreter.

    Raises:
        Unavailable: If venv or pip fails.
    """
    doing = f"installing {', '.join(_names(requirements))}"

    def watch(_line: str | None) -> None:
        progress.at(doing)

    watch(None)
    run_watched("making a virtual environment", [sys.executable, "-m", "venv", folder], watch=watch)
    python = folder / "bin" / "python"
    run_watched(
        doing,
        [python, "-m", "pip", *_INSTALL, requirements],
        watch=watch,
    )
    return python


def _names(requirements: Path) -> list[str]:
    lines = requirements.read_text().splitlines()
    return [line.split()[0] for line in lines if line[:1].isalpha()]
