"""What a person, and what a log, sees of a long build."""

from __future__ import annotations

import io

from engine.progress import LOG_INTERVAL_SECONDS, Progress


class Clock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def test_log_gets_a_line_every_few_seconds() -> None:
    """Hundreds of reports become one line per interval, each with the elapsed time."""
    clock, log = Clock(), io.StringIO()
    progress = Progress(log, clock)
    for package in range(300):
        clock.now = 100 + package / 10
        progress.at(f"compiling: {package}")

    lines = log.getvalue().splitlines()

    assert lines == [
        "engine: compiling: 0 (0 s)",
        "engine: compiling: 100 (10 s)",
        "engine: compiling: 200 (20 s)",
    ]
    assert LOG_INTERVAL_SECONDS < 15


def test_terminal_gets_one_moving_line() -> None:
    """On a terminal the line is overwritten, and closed before the next message."""
    clock, terminal = Clock(), Terminal()
    progress = Progress(terminal, clock)
    progress.at("compiling: 1")
    clock.now += 61
    progress.at("compiling: 2")
    progress.say("ready")

    shown = terminal.getvalue()

    assert shown == (
        "\r\x1b[Kengine: compiling: 1 (0 s)"
        "\r\x1b[Kengine: compiling: 2 (1 min 01 s)\n"
        "engine: ready\n"
    )
