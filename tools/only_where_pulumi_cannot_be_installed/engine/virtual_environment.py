"""Small virtual environments of the engine's own, for what it brings as Python packages."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from .running import run_watched

if TYPE_CHECKING:
    from pathlib import Path

    from .progress import Progress


def make_virtual_environment(folder: Path, requirements: list[str], progress: Progress) -> Path:
    """Make one with these requirements, with pip and as pip is configured here.

    It refers to the base interpreter only, so it outlives the environment that runs this.

    Returns:
        Its interpreter.

    Raises:
        Unavailable: If venv or pip fails.
    """
    doing = f"installing {', '.join(requirements)}"

    def watch(_line: str | None) -> None:
        progress.at(doing)

    watch(None)
    run_watched("making a virtual environment", [sys.executable, "-m", "venv", folder], watch=watch)
    python = folder / "bin" / "python"
    run_watched(
        doing,
        [python, "-m", "pip", "--disable-pip-version-check", "install", *requirements],
        watch=watch,
    )
    return python
