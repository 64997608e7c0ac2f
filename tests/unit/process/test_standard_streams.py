"""How a program ends whose output can't be written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("redirection", "expected"),
    [
        (">&-", (0, "")),
        ("", (141, "")),
        (
            "> /dev/full",
            (7, "sjresource: the output can't be written: No space left on device\n"),
        ),
    ],
)
def test_the_command_ends_without_a_traceback(redirection: str, expected: tuple[int, str]) -> None:
    """Closed from the start, as by a daemon; without a reader; on a full disk."""
    assert end(f"{sys.executable} -m sjresource.cli --help {redirection}") == expected


def test_an_error_that_can_not_be_told_has_its_exit_code_all_the_same() -> None:
    """A script looks at that alone."""
    assert end(f"{sys.executable} -m sjresource.cli nonsense 2> /dev/full") == (2, "")
    assert end(f"{sys.executable} -m sjresource.cli status --cwd / 2> /dev/full") == (6, "")


def test_the_plugin_that_can_not_say_its_port_ends_with_the_reason() -> None:
    """The engine reads it from stdout; a person may have called it."""
    plugin = f"{sys.executable} -m sjresource.native.plugin.serving > /dev/full"
    said = "pulumi-resource-sjresource: the output can't be written: No space left on device\n"
    assert end(plugin) == (7, said)


def test_a_play_of_the_emulator_that_nobody_reads_on_ends_without_a_traceback() -> None:
    """As `simulate SCENARIO.json --events | head`."""
    design = Path(__file__).parents[3] / "examples" / "quota_designs" / "shared.json"
    play = f"{sys.executable} -m sjresource.emulator simulate {design}"

    assert end(play) == (141, "")
    assert end(f"{play} > /dev/full") == (
        1,
        "the output can't be written: No space left on device\n",
    )


def test_what_is_opened_later_does_not_become_a_closed_stream(tmp_path: Path) -> None:
    """A child prints into nothing, and not into a file of the program's."""
    script = f"""
import subprocess, sys
from sjresource.process.standard_streams import ended

def work():
    with open({str(tmp_path / "file")!r}, "w") as file:
        subprocess.run(["sh", "-c", "cat; echo stray; echo stray >&2"], check=True)
        print("lost"), print("lost", file=sys.stderr)
        return file.write("whole") + len(sys.stdin.read())

sys.exit(ended("program", work))
"""
    (tmp_path / "program.py").write_text(script)

    code, _ = end(f"{sys.executable} {tmp_path / 'program.py'} <&- >&- 2>&-")

    assert code == len("whole")
    assert (tmp_path / "file").read_text() == "whole"


def test_a_file_that_cannot_be_used_is_named_with_the_reason(tmp_path: Path) -> None:
    """As a folder that is read-only, and without control characters."""
    script = "import sys; from sjresource.process.standard_streams import ended\n"
    script += "sys.exit(ended('program', lambda: open('/no/\\x1b[31mfile').fileno()))"
    (tmp_path / "program.py").write_text(script)

    said = (1, "program: /no/\\x1b[31mfile: No such file or directory\n")
    assert end(f"{sys.executable} {tmp_path / 'program.py'}") == said


def end(command: str) -> tuple[int, str]:
    """Run a command whose stdout is a pipe that nobody reads.

    Returns its exit code, and what it has said on stderr.
    """
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        ["sh", "-c", f"exec {command}"],  # noqa: S607 - a user's own shell
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    return ran.returncode, ran.stderr
