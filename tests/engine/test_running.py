"""The commands that make an engine: watched, explained when they fail, ended when we are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psutil
import pytest
from engine.running import run_watched
from engine.sources import Unavailable
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from pathlib import Path


def test_stdout_is_returned_and_stderr_is_watched() -> None:
    """The answer of a command and its chatter are kept apart."""
    watched: list[str | None] = []

    said = run_watched(
        "asking", ["sh", "-c", "echo answer; echo chatter >&2"], watch=watched.append
    )

    assert said == ["answer"]
    assert [line for line in watched if line is not None] == ["chatter"]


def test_silent_command_is_watched_too() -> None:
    """A command that says nothing still calls the watcher, so that the user sees time pass."""
    watched: list[str | None] = []

    run_watched("waiting", ["sleep", "0.1"], watch=watched.append, tick_seconds=0.01)

    assert None in watched


def test_failure_shows_the_last_lines() -> None:
    """A failing command's reason is its own last words."""
    with pytest.raises(Unavailable, match=r"building X: exit code 3\n    no space left"):
        run_watched(
            "building X", ["sh", "-c", "echo no space left >&2; exit 3"], watch=lambda _: None
        )


def test_missing_command_is_a_reason() -> None:
    """A program that isn't there is told like any other failure."""
    with pytest.raises(Unavailable, match="building X"):
        run_watched("building X", ["/nowhere/go"], watch=lambda _: None)


def test_interrupt_ends_the_command_and_its_children(tmp_path: Path) -> None:
    """Ctrl-C while a command runs leaves neither it nor what it has started."""

    def press_ctrl_c(_line: str | None) -> None:
        raise KeyboardInterrupt

    script = f"sleep 600 & echo $! > {tmp_path}/child; echo started >&2; wait"
    with pytest.raises(KeyboardInterrupt):
        run_watched("building X", ["sh", "-c", script], watch=press_ctrl_c)
    child = int((tmp_path / "child").read_text())

    assert holds_within(60, lambda: not is_running(child))


def is_running(pid: int) -> bool:
    """Return whether a process runs; one that nobody has reaped yet doesn't."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
