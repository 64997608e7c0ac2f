"""A folder that is an engine: a built CLI, and all that it needs to run Python programs.

    bin/      pulumi, its language host, the host's exec script, the dynamic provider plugin
    sdk/      the SDK's launcher of the plugin, which the one in bin/ runs

Nothing in it refers to the checkout or the virtual environment that made it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGE_HOST = "pulumi-language-python"
LAUNCHERS = HERE / "launchers"


def language_host_digest() -> str:
    """Identify the language host: another digest, another build."""
    modules = [HERE / "go.mod", HERE / "go.sum"]
    return _digest([*(HERE / "language_host").glob("*.go"), *modules])


def recipe_digest() -> str:
    """Identify what an engine is assembled from, beside the CLI: another digest, another folder."""
    digest = hashlib.sha256(language_host_digest().encode())
    digest.update(_digest([*LAUNCHERS.iterdir(), Path(__file__)]).encode())
    return digest.hexdigest()[:12]


def is_whole(engine: Path) -> bool:
    """Return whether an assembled engine can run."""
    return all((engine / "bin" / name).is_file() for name in ("pulumi", LANGUAGE_HOST))


def assemble(into: Path, *, built: Path, language_host: Path) -> None:
    """Make an engine in an empty folder.

    Args:
        into: An empty folder.
        built: What `build_cli` has made.
        language_host: What `build_language_host` has made.
    """
    binaries = into / "bin"
    binaries.mkdir()
    _link(built / "pulumi", binaries / "pulumi")
    _link(language_host, binaries / LANGUAGE_HOST)
    shutil.copy(built / "pulumi-language-python-exec", binaries)
    for launcher in LAUNCHERS.iterdir():
        shutil.copy(launcher, binaries)
    (into / "sdk").mkdir()
    shutil.copy(built / "pulumi-resource-pulumi-python", into / "sdk")


def _link(source: Path, target: Path) -> None:
    """Share 125 MB between engines, where the file system can."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def _digest(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in sorted(files):
        digest.update(f"{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]
