"""A folder that is an engine: a built CLI, and all that it needs to run Python programs.

    bin/      pulumi, its language host, the host's exec script, the dynamic provider plugin
    lib/      the language host, and the protocol's classes
    python    the virtual environment beside it that runs the host
    sdk/      the SDK's launcher of the plugin, which the one in bin/ runs
    version   of the CLI

Nothing in it refers to the checkout or the virtual environment that made it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from .running import run_watched

HERE = Path(__file__).parent
LANGUAGE_HOST = HERE / "language_host"
LAUNCHERS = HERE / "launchers"
RUN_LANGUAGE_HOST = """import gc
import sys

gc.disable()  # nothing that is imported is garbage; looking for it takes a tenth of the start
from language_host.__main__ import main

gc.enable()
main(sys.argv[1:])
"""


REQUIREMENTS = LANGUAGE_HOST / "requirements.txt"
"""What the language host needs, pinned and with hashes."""


def requirements_digest() -> str:
    """Identify the virtual environment that runs the language host."""
    return _digest([REQUIREMENTS])


def recipe_digest() -> str:
    """Identify what an engine is assembled from, beside the CLI: another digest, another folder."""
    files = [*LANGUAGE_HOST.glob("*.py"), REQUIREMENTS, *LAUNCHERS.iterdir()]
    return _digest([*files, Path(__file__)])


def is_whole(engine: Path) -> bool:
    """Return whether an assembled engine can run: its base interpreter may have been removed."""
    return (engine / "bin" / "pulumi").is_file() and has_python(engine / "python")


def has_python(folder: Path) -> bool:
    """Return whether a virtual environment is there, with the interpreter that it refers to."""
    return (folder / "bin" / "python").exists()


def assemble(into: Path, *, built: Path, python: Path, version: str) -> None:
    """Make an engine in an empty folder beside the one that it refers to, `python`.

    Args:
        into: An empty folder.
        built: What `build_cli` has made.
        python: A virtual environment with the requirements.
        version: Of the CLI, with its `v`.

    Raises:
        Unavailable: If the language host can't be imported.
    """
    library = into / "lib"
    shutil.copytree(
        LANGUAGE_HOST, library / "language_host", ignore=shutil.ignore_patterns("__pycache__")
    )
    # The protocol's classes alone: importing all of the SDK would double the host's start.
    shutil.copytree(built / "proto", library / "pulumi" / "runtime" / "proto")
    (library / "__main__.py").write_text(RUN_LANGUAGE_HOST)
    (into / "python").symlink_to(Path("..") / python.name)
    (into / "version").write_text(version.removeprefix("v") + "\n")

    binaries = into / "bin"
    binaries.mkdir()
    _link(built / "pulumi", binaries / "pulumi")
    shutil.copy(built / "pulumi-language-python-exec", binaries)
    for launcher in LAUNCHERS.iterdir():
        shutil.copy(launcher, binaries)
    (into / "sdk").mkdir()
    shutil.copy(built / "pulumi-resource-pulumi-python", into / "sdk")
    # Runs it once, which also compiles it for every later start.
    run_watched(
        "running the language host",
        [into / "bin" / "pulumi-language-python", "--help"],
        watch=lambda _line: None,
    )


def _link(source: Path, target: Path) -> None:
    """Share 115 MB between engines, where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
