"""The `pulumi` above this process: its command line, and the terminal that it writes to.

Pulumi aligns all rows, the stack's too, and cuts them off at the terminal's edge. The types of
dynamic providers are long, and so is that of a native completion, so that at 80 columns nothing is
left of what a row says. What stays in full there is what Pulumi prints under Diagnostics: after a
preview, and when an `up` has ended, failed or been interrupted.
"""

from __future__ import annotations

import atexit
import os
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePath
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio

_MAX_ANCESTORS = 8

ENOUGH_COLUMNS = 120
"""A row's own words begin at column 98: type 62, name 15, status 19."""

_told: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


def pulumi_command() -> list[str]:
    """Return the arguments of the `pulumi` that started this process; empty if none is found."""
    _, arguments = _find_pulumi()
    return arguments


def pulumi_pid() -> int | None:
    """Return the process id of the `pulumi` that started this process; None if none is found."""
    pid, _ = _find_pulumi()
    return pid


def note_for_siblings(line: str, pid: int | None = None) -> None:
    """Leave a line for the other plugins of the `pulumi` above, which run in other processes.

    It is gone when this process ends. Where it can't be left, they don't know.

    Args:
        line: the line.
        pid: that of the `pulumi`; None finds it.
    """
    path = _notes(pid)
    if path is None:
        return
    atexit.register(path.unlink, missing_ok=True)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | _NO_LINK
    with suppress(OSError), os.fdopen(os.open(path, flags, 0o600), "a") as notes:
        notes.write(f"{line}\n")


def notes_of_siblings(pid: int | None = None) -> list[str]:
    """Return the lines that this user's plugins of the `pulumi` above have left."""
    path = _notes(pid)
    if path is None:
        return []
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | _NO_LINK)) as notes:
            is_ours = os.fstat(notes.fileno()).st_uid == _USER
            return notes.read().splitlines() if is_ours else []
    except OSError:
        return []


_USER = os.getuid() if hasattr(os, "getuid") else 0
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


@cache
def _notes(pid: int | None) -> Path | None:
    pid = pulumi_pid() if pid is None else pid
    return None if pid is None else Path(gettempdir(), f"sjresource-{_USER}-{pid}")


def _find_pulumi() -> tuple[int | None, list[str]]:
    pid = os.getppid()
    for _ in range(_MAX_ANCESTORS):
        process = _process(pid)
        if process is None or process.parent <= 1:
            break
        if process.arguments and PurePath(process.arguments[0]).stem == "pulumi":
            return pid, process.arguments[1:]
        pid = process.parent
    return None, []


class _Process(NamedTuple):
    parent: int
    arguments: list[str]


def _process(pid: int) -> _Process | None:
    try:
        if Path("/proc/self/stat").exists():
            return _linux_process(pid)
        words = subprocess.run(  # noqa: S603 - no part of it comes from outside
            ["ps", "-o", "ppid=,args=", "-p", str(pid)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout.split()
        return _Process(int(words[0]), words[1:])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def _linux_process(pid: int) -> _Process:
    folder = Path(f"/proc/{pid}")
    # The name, in brackets, may hold anything; the parent is the second field after it.
    parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
    arguments = folder.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
    return _Process(int(parent), arguments[:-1])


def pulumi_columns() -> int | None:
    """Return the width of the terminal that `pulumi` writes to; 0 if it is unknown.

    None where `pulumi` writes to no terminal: then each line is printed whole.
    """
    pid = pulumi_pid()
    if pid is None:
        return None
    # Elsewhere than on Linux it is this process's own terminal, which `pulumi` shares.
    output = f"/proc/{pid}/fd/1" if Path("/proc/self/fd").exists() else "/dev/tty"
    try:
        terminal = os.open(output, os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return os.get_terminal_size(terminal).columns if os.isatty(terminal) else None
    except OSError:
        return 0
    finally:
        os.close(terminal)


def is_narrow(columns: int | None) -> bool:
    """Return whether a terminal is too narrow for the rows' own words, or of an unknown width."""
    return columns is not None and columns < ENOUGH_COLUMNS


def narrow_hint(loop: asyncio.AbstractEventLoop, columns: int | None) -> str | None:
    """Return what to do in a narrow terminal, once for each program, whose `loop` it is."""
    if loop in _told:
        return None
    hint = narrow_words(columns)
    if hint:
        _told.add(loop)
    return hint


def narrow_words(columns: int | None) -> str | None:
    """Return what to do in a narrow terminal; None in any other."""
    if not is_narrow(columns):
        return None
    width = f"has {columns} columns" if columns else "does not tell its width"
    return (
        f"this terminal {width}, and Pulumi's rows may be cut off before they say how jobs are "
        "going: type `sjresource watch` in a second one"
    )
