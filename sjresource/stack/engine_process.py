"""The `pulumi` above this process: its command line and its terminal.

Pulumi aligns all rows, the stack's too, and cuts them off at the terminal's edge. The types of
dynamic providers are long, and so is that of a native completion, so that at 80 columns nothing is
left of what a row says. What stays in full there is what Pulumi prints under Diagnostics: after a
preview, and when an `up` has ended, failed or been interrupted. With `--diff` there are no rows:
each line is printed whole, and does not say which resource it is about.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakSet

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

_MAX_ANCESTORS = 8

ENOUGH_COLUMNS = 120
"""A row's own words begin at column 98: type 62, name 15, status 19."""

_told: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


def pulumi_command() -> list[str]:
    """Return the arguments of the `pulumi` that started this process; empty if none is found."""
    process = find_pulumi()
    return process.arguments[1:] if process else []


def pulumi_pid() -> int | None:
    """Return the process id of the `pulumi` that started this process; None if none is found."""
    process = find_pulumi()
    return process.pid if process else None


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


def prints_lines(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> bool:
    """Return whether `pulumi` prints lines in place of rows, as `--diff` says.

    Args:
        arguments: those of the `pulumi` that started this process, if None.
        environ: its variables, one of which may stand for the option.
    """
    given = pulumi_command() if arguments is None else arguments
    said = [word.partition("=")[2] or "true" for word in given if _DIFF.fullmatch(word)]
    return (said or [environ.get("PULUMI_OPTION_DIFF", "")])[-1].lower() in ("1", "t", "true")


_DIFF = re.compile(r"--diff(=.*)?")


def pulumi_columns() -> int | None:
    """Return the width of the terminal in which `pulumi` shows rows; 0 if it is unknown.

    None where `pulumi` writes to no terminal, or no rows: then each line is printed whole.
    """
    pid = pulumi_pid()
    if pid is None or prints_lines():
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
        "going: `pulumi up --diff` prints lines instead, or type `sjresource watch` in a second one"
    )
