"""The `pulumi` above this process, as the process table has it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePath
from typing import NamedTuple

_MAX_ANCESTORS = 8


def pulumi_command() -> list[str]:
    """Return the arguments of the `pulumi` that started this process; empty if none is found."""
    process = find_pulumi()
    return process.arguments[1:] if process else []


def find_pulumi() -> Process | None:
    """Return the `pulumi` that started this process; None if none is found.

    Its start, a text of the system's, tells it from an earlier one of its id.
    """
    pid = os.getppid()
    for _ in range(_MAX_ANCESTORS):
        process = _process(pid)
        if process is None:
            return None
        if process.arguments and PurePath(process.arguments[0]).stem == "pulumi":
            return process
        if process.parent < 1:
            return None
        pid = process.parent
    return None


class Process(NamedTuple):
    """A process of this machine."""

    pid: int
    parent: int
    started: str
    arguments: list[str]


def _process(pid: int) -> Process | None:
    try:
        if Path("/proc/self/stat").exists():
            return _linux_process(pid)
        words = subprocess.run(  # noqa: S603 - no part of it comes from outside
            ["ps", "-o", "ppid=,lstart=,args=", "-p", str(pid)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout.split()
        return Process(pid, int(words[0]), "".join(words[1:6]).replace(":", ""), words[6:])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def _linux_process(pid: int) -> Process:
    folder = Path(f"/proc/{pid}")
    # The name, in brackets, may hold anything; of the fields after it, the parent is the second,
    # and the start the twentieth.
    fields = folder.joinpath("stat").read_text().rpartition(")")[2].split()
    arguments = folder.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
    return Process(pid, int(fields[1]), fields[19], arguments[:-1])
