"""What the user sees while an engine is brought: one moving line, or plain lines in a log."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

# Between the lines of a log; a terminal's line moves as often as there is news.
LOG_INTERVAL_SECONDS = 10.0


class Progress:
    """Prints what is going on, how far it is and for how long, on a stream."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._moving = stream.isatty()
        self._begun = clock()
        self._last_line = -LOG_INTERVAL_SECONDS
        self._open_line = False

    def say(self, message: str) -> None:
        """Write a line of its own."""
        self._close_line()
        self._write(f"engine: {message}\n")

    def at(self, message: str) -> None:
        """Show the state of what is under way; call it as often as you like, silence included."""
        now = self._clock()
        text = f"engine: {message} ({_duration(now - self._begun)})"
        if self._moving:
            self._write(f"\r\x1b[K{text}")
            self._open_line = True
        elif now - self._last_line >= LOG_INTERVAL_SECONDS:
            self._last_line = now
            self._write(f"{text}\n")

    def _close_line(self) -> None:
        if self._open_line:
            self._write("\n")
        self._open_line = False

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"
