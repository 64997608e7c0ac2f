"""The terminal of the `pulumi` above this process: whether its rows have room for words.

Pulumi aligns all rows, the stack's too, and cuts them off at the terminal's edge. The types of
dynamic providers are long, and so is that of a native completion, so that at 80 columns nothing is
left of what a row says. What stays in full there is what Pulumi prints under Diagnostics: after a
preview, and when an `up` has ended, failed or been interrupted. With `--diff` there are no rows:
each line is printed whole, and does not say which resource it is about.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakSet

from sjresource.stack.pulumi_cli.command_line import pulumi_command_line
from sjresource.stack.pulumi_cli.process import find_pulumi

if TYPE_CHECKING:
    import asyncio

ENOUGH_COLUMNS = 120
"""A row's own words begin at column 98: type 62, name 15, status 19."""

_told: WeakSet[asyncio.AbstractEventLoop] = WeakSet()


def pulumi_columns() -> int | None:
    """Return the width of the terminal in which `pulumi` shows rows; 0 if it is unknown.

    None where `pulumi` writes to no terminal, or no rows: then each line is printed whole.
    """
    process = find_pulumi()
    if process is None or pulumi_command_line().prints_lines:
        return None
    # Elsewhere than on Linux it is this process's own terminal, which `pulumi` shares.
    output = f"/proc/{process.pid}/fd/1" if Path("/proc/self/fd").exists() else "/dev/tty"
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
