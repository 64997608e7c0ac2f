"""Runs the long commands that make an engine: watched line by line, and ended with us."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from .sources import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LINES_OF_A_FAILURE = 8


def run_watched(
    what: str,
    command: Sequence[str | Path],
    *,
    watch: Callable[[str | None], None],
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    tick_seconds: float = 1.0,
) -> list[str]:
    """Run a command to its end; return the lines of its stdout.

    Args:
        what: The doing, for the error: `building the Pulumi CLI`.
        command: The program and its arguments.
        watch: Gets each line of stderr as it comes, and None after each tick of silence.
        cwd: Where it runs.
        environment: All of its environment; None is ours.
        tick_seconds: How long a tick is.

    Raises:
        Unavailable: If it can't be started or fails; with the last lines of its stderr.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # A group of its own, so that an interrupt ends all that it has started.
            start_new_session=True,
        )
    except OSError as error:
        msg = f"{what}: {error}"
        raise Unavailable(msg) from error
    try:
        said, errors = _follow(process, watch, tick_seconds)
        code = process.wait()
    finally:
        _end(process)
    if code:
        last = "\n".join(f"    {line}" for line in errors[-LINES_OF_A_FAILURE:])
        msg = f"{what}: exit code {code}\n{last}"
        raise Unavailable(msg)
    return said


def _follow(
    process: subprocess.Popen[str], watch: Callable[[str | None], None], tick_seconds: float
) -> tuple[list[str], list[str]]:
    arrived: queue.SimpleQueue[tuple[list[str], str | None]] = queue.SimpleQueue()
    said: list[str] = []
    errors: list[str] = []
    for pipe, lines in ((process.stdout, said), (process.stderr, errors)):
        assert pipe is not None  # noqa: S101 - for the type: both were asked for
        threading.Thread(target=_read, args=(pipe, lines, arrived), daemon=True).start()
    open_pipes = 2
    while open_pipes:
        try:
            lines, line = arrived.get(timeout=tick_seconds)
        except queue.Empty:
            watch(None)
            continue
        if line is None:
            open_pipes -= 1
            continue
        lines.append(line)
        if lines is errors:
            watch(line)
    return said, errors


def _read(
    pipe: IO[str], lines: list[str], arrived: queue.SimpleQueue[tuple[list[str], str | None]]
) -> None:
    with pipe:
        for line in pipe:
            arrived.put((lines, line.rstrip("\n")))
    arrived.put((lines, None))


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
