"""A job's story as it is printed: the log's lines on stdout, all that is said beside on stderr.

So `sjresource logs train > train.log` has the log and nothing else. A terminal gets lines without
anything that acts on it; a pipe gets them as they came. With JSON everything is on stdout, an
object a line.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import deque
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli.logs.events import Line, Phase
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from sjresource.cli.logs.events import Event

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_BREAKS = re.compile(r"\r\n|\n|\r")
"""A progress bar that returns to its line's beginning is shown a line a state."""


class LogOutput:
    """Prints events; `flush` lets a reader in a pipe have what was printed.

    With a `tail` nothing is printed before the first flush, and then no more than so many lines
    of the log, the last ones.
    """

    def __init__(self, *, as_json: bool, timestamps: bool, tail: int | None = None) -> None:
        self._as_json = as_json
        self._timestamps = timestamps
        self._tail = tail
        self._held: deque[Event] = deque()
        self._held_lines = 0
        self._is_terminal = sys.stdout.isatty()

    def take(self, event: Event) -> None:
        """Print an event, or hold it until the first flush."""
        if self._tail is None:
            self._print(event)
            return
        self._held.append(event)
        self._held_lines += isinstance(event, Line)
        while self._held_lines > self._tail:  # what came before a line that is left out goes too
            self._held_lines -= isinstance(self._held.popleft(), Line)

    def _print(self, event: Event) -> None:
        if self._as_json:
            sys.stdout.write(json.dumps(event_json(event)) + "\n")
        elif isinstance(event, Line):
            sys.stdout.write("".join(f"{line}\n" for line in self._lines(event)))
        else:
            self.say(event.text)

    def say(self, text: str) -> None:
        """Say something that is not the log's; never within JSON."""
        sys.stdout.flush()  # so that both streams keep their order on one terminal
        said = f"── {plain(text)}"
        dims = sys.stderr.isatty() and "NO_COLOR" not in os.environ
        click.echo(click.style(said, dim=True) if dims else said, err=True)

    def flush(self) -> None:
        """Print what is held, and send on what was printed."""
        self._tail = None
        while self._held:
            self._print(self._held.popleft())
        sys.stdout.flush()

    def _lines(self, line: Line) -> list[str]:
        message = line.message
        if self._is_terminal:
            parts = _BREAKS.split(_COLOUR.sub("", message))
            texts = [plain(part) for part in parts if part] or [""]
        else:
            texts = message.splitlines() or [""]
        prefix = f"{_utc(line.timestamp)} " if self._timestamps else ""
        if line.instances > 1:
            prefix += f"{plain(line.instance)} | "
        return [f"{prefix}{text}" for text in texts]


def event_json(event: Event) -> dict[str, Any]:
    """Give an event as `--json` prints it."""
    if isinstance(event, Line):
        return {
            "type": "line",
            "timestamp": event.timestamp,
            "attempt": event.attempt,
            "training_job_name": event.training_job_name,
            "log_stream": event.log_stream,
            "instance": event.instance,
            "message": event.message,
        }
    if isinstance(event, Phase):
        return {
            "type": "phase",
            "timestamp": event.timestamp,
            "attempt": event.attempt,
            "training_job_name": event.training_job_name,
            "status": event.status,
            "reason": event.reason,
            "text": event.text,
        }
    return {"type": "trouble", "text": event.text}


def _utc(timestamp: int) -> str:
    moment = datetime.fromtimestamp(timestamp / 1000, tz=timezone.utc)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
