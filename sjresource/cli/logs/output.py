"""Prints a job's events: log lines to stdout, everything else to stderr.

So `sjresource logs train > train.log` writes the log and nothing else. On a terminal, lines are
sanitized; a pipe gets them as they were written. With JSON, everything is on stdout, an object a
line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from sjresource.cli.logs.events import LogLine
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from sjresource.cli.logs.events import Event

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BREAKS = re.compile(r"\r\n|\n|\r")
"""A progress bar that returns to its line's beginning is shown a line a state."""


class LogOutput:
    """Prints events; `flush` sends what was printed to the reader of a pipe.

    With a `tail`, events are held back until the first flush, which prints the last `tail` lines of
    the log and what happened between them.
    """

    def __init__(self, *, as_json: bool, timestamps: bool, tail: int | None = None) -> None:
        self._as_json = as_json
        self._timestamps = timestamps
        self._tail = tail
        self._held: deque[Event] = deque()
        self._held_lines = 0
        self._is_terminal = sys.stdout.isatty()

    def add(self, event: Event) -> None:
        """Print an event, or hold it back until the first flush."""
        if self._tail is None:
            self._print(event)
            return
        self._held.append(event)
        self._held_lines += isinstance(event, LogLine)
        while self._held_lines > self._tail:  # what came before a line that is left out goes too
            self._held_lines -= isinstance(self._held.popleft(), LogLine)

    def note(self, text: str) -> None:
        """Print a line that is not of the log to stderr."""
        sys.stdout.flush()  # so that both streams keep their order on one terminal
        line = f"── {plain(text)}"
        dim = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        click.echo(click.style(line, dim=True) if dim else line, err=True)

    def flush(self) -> None:
        """Print what is held back, and flush stdout."""
        self._tail = None
        while self._held:
            self._print(self._held.popleft())
        sys.stdout.flush()

    def _print(self, event: Event) -> None:
        if self._as_json:
            sys.stdout.write(json.dumps(event.as_json()) + "\n")
        elif isinstance(event, LogLine):
            sys.stdout.write("".join(f"{line}\n" for line in self._lines(event)))
        else:
            self.note(event.message)

    def _lines(self, line: LogLine) -> list[str]:
        if self._is_terminal:
            parts = _BREAKS.split(_COLOUR.sub("", line.message))
            texts = [plain(part) for part in parts if part] or [""]
        else:
            texts = line.message.splitlines() or [""]
        prefix = ""
        if self._timestamps:
            time = datetime.fromtimestamp(line.timestamp / 1000, tz=timezone.utc)
            prefix = f"{time.isoformat(timespec='milliseconds').replace('+00:00', 'Z')} "
        if line.instances > 1:
            prefix += f"{plain(line.instance)} | "
        return [f"{prefix}{text}" for text in texts]
