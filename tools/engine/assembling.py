"""A folder that is an engine: a built CLI, and all that it needs to run Python programs.

    bin/      pulumi, its language host, the host's exec script, the dynamic provider plugin
    python/   the language host's own interpreter, with the host in it
    sdk/      the SDK's launcher of the plugin, which the one in bin/ runs
    version   of the CLI

Nothing in it refers to the checkout or the virtual environment that made it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from .running import run_watched
from .virtual_environment import make_virtual_environment

if TYPE_CHECKING:
    from .progress import Progress

HERE = Path(__file__).parent
LANGUAGE_HOST = HERE / "language_host"
LAUNCHERS = HERE / "launchers"


def recipe_digest() -> str:
    """Identify what an engine is assembled from, beside the CLI: another digest, another folder."""
    digest = hashlib.sha256()
    files = [*LANGUAGE_HOST.glob("*.py"), LANGUAGE_HOST / "requirements.txt", *LAUNCHERS.iterdir()]
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def is_whole(engine: Path) -> bool:
    """Tell whether an assembled engine can run: its base interpreter may have been removed."""
    return (engine / "bin" / "pulumi").is_file() and (engine / "python" / "bin" / "python").exists()


def assemble(into: Path, built: Path, version: str, progress: Progress) -> None:
    """Make an engine in an empty folder from what `build_cli` has built.

    Raises:
        Unavailable: If the language host's requirements can't be installed, or it doesn't run.
    """
    requirements = (LANGUAGE_HOST / "requirements.txt").read_text().split()
    python = make_virtual_environment(into / "python", requirements, progress)
    (site_packages,) = (into / "python").glob("lib/python*/site-packages")
    shutil.copytree(
        LANGUAGE_HOST,
        site_packages / LANGUAGE_HOST.name,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    # The protocol's classes alone: importing all of the SDK would double the host's start.
    shutil.copytree(built / "proto", site_packages / "pulumi" / "runtime" / "proto")
    (into / "version").write_text(version.removeprefix("v") + "\n")

    binaries = into / "bin"
    binaries.mkdir()
    _link(built / "pulumi", binaries / "pulumi")
    shutil.copy(built / "pulumi-language-python-exec", binaries)
    for launcher in LAUNCHERS.iterdir():
        shutil.copy(launcher, binaries)
    (into / "sdk").mkdir()
    shutil.copy(built / "pulumi-resource-pulumi-python", into / "sdk")
    _check(python)


def _link(source: Path, target: Path) -> None:
    """Share 115 MB between engines, where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _check(python: Path) -> None:
    """Import the host once, which also compiles it for every later start."""
    run_watched(
        "importing the language host",
        [python, "-I", "-c", "import language_host.__main__"],
        watch=lambda _line: None,
    )
