from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys

import pytest
from terminal import Tty, uncoloured

from sjresource.cli.terminal.screen import Screen
from sjresource.cli.terminal.table import Cell, Row, status_cell
from sjresource.sanitize import plain, plain_lines

URI = f"s3://bucket/{'models/' * 12}model.tar.gz"
HEADERS = ("JOB", "STATE")
ROWS = [
    Row(
        [Cell("train"), status_cell("FAILED")],
        [Cell(f"{'no room for any of it ' * 6}{URI}"), Cell(f"model: {URI}", wrap=False)],
    ),
    Row([Cell("a-job-with-a-name-that-is-longer-than-forty-columns"), status_cell("RUNNING")]),
]


def shown(file: io.StringIO, width: int | None = None) -> list[str]:
    """Return the lines of the table on a terminal, or in a pipe."""
    Screen(file, width=width).print_table(HEADERS, ROWS)
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [40, 80, 200])
def test_a_terminals_lines_fit_but_for_what_is_one_word(width: int) -> None:
    """Sentences go on in the next line; a URI is never cut, so that it can be copied."""
    lines = [uncoloured(line) for line in shown(Tty(), width)]

    assert all(len(line) <= width for line in lines if "s3://" not in line and "a-job" not in line)
    assert sum(URI in line for line in lines) == 2
    assert [line for line in lines if line.strip() == f"model: {URI}"]


def test_a_name_that_is_too_long_stands_alone() -> None:
    """The rest of its row stays under the headers."""
    header, *lines = [uncoloured(line) for line in shown(Tty(), 40)]

    name, rest = lines[-2:]
    assert name.startswith("a-job-with-a-name")
    assert rest.index("RUNNING") == header.index("STATE")


def test_a_pipe_gets_a_row_in_one_line_without_colours() -> None:
    """For grep and awk, whatever its length."""
    header, train, _ = shown(io.StringIO())

    assert header.split() == ["JOB", "STATE"]
    assert train.startswith("train")
    assert train.endswith(f"model: {URI}")
    assert "\x1b" not in train


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org: a terminal that is not to be coloured is not."""
    coloured = shown(Tty(), 80)
    monkeypatch.setenv("NO_COLOR", "1")
    without = shown(Tty(), 80)

    assert any("\x1b[1;31mFAILED" in line for line in coloured)
    assert not any(re.search(r"\x1b\[[\d;]*3\dm", line) for line in without)
    assert os.environ["NO_COLOR"] == "1"


@pytest.mark.parametrize(
    ("hostile", "harmless"),
    [
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("one\r\ntwo\u2028three\x0bfour", "one two three four"),
        ("back\b\b", r"back\x08\x08"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth", r"zero\u200bwidth"),
        ("tab\there", "tab    here"),
        ("[bold]not markup[/bold] :smile:", "[bold]not markup[/bold] :smile:"),
        ("Größe 火 naïve", "Größe 火 naïve"),
    ],
)
def test_what_acts_on_a_terminal_becomes_visible(hostile: str, harmless: str) -> None:
    """Anybody may name a job so; letters of every language stay as they are."""
    file = io.StringIO()
    Screen(file).print(hostile)

    assert plain(hostile) == harmless
    assert file.getvalue() == f"{harmless}\n"


def test_lines_of_an_error_stay_lines() -> None:
    """Only the line breaks act."""
    assert plain_lines("two:\n  \x1b[1mone") == "two:\n  \\x1b[1mone"


def test_a_rows_height_is_that_of_its_lines() -> None:
    """What is live must know what finds room: a sentence that goes on takes more than one line."""
    row = Row([Cell("train"), status_cell("FAILED")], [Cell("no room " * 20), Cell("short")])
    screen = Screen(Tty(), width=80)

    assert screen.height_of(row) == len(list(screen.table_lines(HEADERS, [row]))) - 1 == 5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_what_is_live_leaves_the_cursor_when_it_is_told_to_end(number: signal.Signals) -> None:
    """It hides the cursor, and a shell does not bring it back."""
    script = f"""
import os, signal, sys
from sjresource.cli.terminal.screen import Screen
signal.signal({int(number)}, signal.SIG_DFL)  # who runs the tests may ignore it
with Screen(sys.stdout).live():
    os.kill(os.getpid(), {int(number)})
    signal.pause()
"""
    ended = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "FORCE_COLOR": "1", "TERM": "xterm"},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 128 + number
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    assert ended.stdout.rindex(shown) > ended.stdout.rindex(hidden)


def test_what_is_live_goes_on_where_the_end_of_its_terminal_is_ignored() -> None:
    """As `nohup` and a shell's `trap` say, and all that a program starts inherits."""
    script = """
import os, signal, sys
from sjresource.cli.terminal.screen import Screen
signal.signal(signal.SIGHUP, signal.SIG_IGN)
with Screen(sys.stdout).live():
    os.kill(os.getpid(), signal.SIGHUP)
assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
"""
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
