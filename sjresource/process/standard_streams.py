"""Standard streams that were closed, whose reader has gone, or whose disk is full; and files."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable

PIPE_CLOSED = 141
"""What a shell says of a program that SIGPIPE has ended."""

UNWRITTEN = 7
"""The exit code of a program of ours whose output could not be written."""

_FAILED = 1

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}


def ended(name: str, work: Callable[[], int]) -> int:
    """Run a program's work, and return its exit code, also where its output can't be written.

    A file that can't be used ends it with the path and the reason.

    Args:
        name: The program's, which begins what is said on stderr.
        work: Does it, and returns the exit code.
    """
    _open_closed_streams()
    try:
        code = work()
        sys.stdout.flush()
    except BrokenPipeError:
        code = PIPE_CLOSED
    except OSError as error:
        if error.filename is not None:
            _say(f"{name}: {error.filename}: {error.strerror}")
            return _FAILED
        if error.errno not in _NO_ROOM:
            raise
        _say(f"{name}: the output can't be written: {error.strerror}")
        code = UNWRITTEN
    if code in (PIPE_CLOSED, UNWRITTEN):
        # What is still to be flushed at exit has nowhere to go, and would end in a traceback.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _say(text: str) -> None:
    with suppress(OSError):  # stderr may be on a full disk, too
        print(plain(text), file=sys.stderr)  # noqa: T201 - a program's word


def _open_closed_streams() -> None:
    """Open what was closed when the process started: nothing comes in, and what goes out is lost.

    Else a file that is opened later gets the number, and what a child prints goes into the file.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, this one
            os.set_inheritable(number, True)  # noqa: FBT003 - its only argument
        if getattr(sys, name) is None:
            stream = os.fdopen(number, mode, encoding="utf-8", errors="replace", closefd=False)
            setattr(sys, name, stream)
