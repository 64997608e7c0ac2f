"""What the plugins of one engine tell each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from sjresource.stack.engine_process import prints_lines

if TYPE_CHECKING:
    from pathlib import Path

NOTES = """
import os, subprocess, sys
from sjresource.stack import engine_process
from sjresource.stack.engine_process import forget_notes, note_for_siblings, notes_of_siblings

def ask(*command, **how):
    told = subprocess.check_output([*command, "-c", "import sys; exec(sys.argv[1])", TELL], **how)
    print(told.decode().strip())
"""
TELL = "from sjresource.stack.engine_process import notes_of_siblings as n; print(n())"
IN_A_NAMESPACE = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc")


def started_by(program: str) -> str:
    """Return a program that starts another one, with this Python."""
    text = f"{NOTES}\nTELL = {TELL!r}\n{program}"
    arguments = [sys.executable, "-c", text]
    return f"import subprocess, sys; sys.exit(subprocess.call({arguments!r}))"


def beneath_pulumi(program: str, folder: Path) -> str:
    """Run a plugin of a process that is called `pulumi`; return what it prints."""
    command = ["pulumi", "-c", started_by(program)]
    ran = subprocess.run(
        command,
        executable=sys.executable,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def test_a_note_reaches_the_plugins_of_the_same_engine_alone(tmp_path: Path) -> None:
    """In other processes, until one of them ends."""
    other_engine = started_by("print(notes_of_siblings())")
    said = beneath_pulumi(
        "note_for_siblings('a 1'), note_for_siblings('b 2')\n"
        "ask(sys.executable)\n"
        f"ask_other = ['pulumi', '-c', {other_engine!r}]\n"
        "print(subprocess.check_output(ask_other, executable=sys.executable, text=True).strip())",
        tmp_path,
    )

    assert said.splitlines() == ["['a 1', 'b 2']", "[]"]
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_that_ends_at_once_forgets_its_notes_first(tmp_path: Path) -> None:
    """The native one leaves without what Python does at an end."""
    beneath_pulumi("note_for_siblings('a'); forget_notes(); os._exit(0)", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_without_an_engine_nothing_is_noted(tmp_path: Path) -> None:
    """As in a program's own tests."""
    program = f"{NOTES}\nnote_for_siblings('a'); print(notes_of_siblings(), forget_notes())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    said = subprocess.check_output([sys.executable, "-c", program], env=environment, text=True)

    assert said.strip() == "[] None"


@pytest.mark.parametrize("theirs", ["os.symlink(other, path)", "os.mkfifo(path)"])
def test_what_is_no_file_of_ours_is_neither_read_nor_written(tmp_path: Path, theirs: str) -> None:
    """Somebody else's link or pipe says nothing, gets nothing, and holds nobody up."""
    other = tmp_path / "other"
    other.write_text("arn 1\n")

    said = beneath_pulumi(
        f"path, other = engine_process._notes(), {str(other)!r}\n"
        f"{theirs}\n"
        "note_for_siblings('a')\n"
        "print(notes_of_siblings())",
        tmp_path,
    )

    assert said == "[]"
    assert other.read_text() == "arn 1\n"


def test_an_engine_that_is_the_first_process_is_found_too(tmp_path: Path) -> None:
    """In a container there is none above it."""
    if (
        not shutil.which("unshare")
        or subprocess.run([*IN_A_NAMESPACE, "true"], check=False).returncode
    ):
        pytest.skip("no namespaces here")
    as_pulumi = ["bash", "-c", 'exec -a pulumi "$0" "$@"', sys.executable, "-c"]
    said = subprocess.check_output(
        [*IN_A_NAMESPACE, *as_pulumi, started_by("note_for_siblings('a'); ask(sys.executable)")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
    )

    assert said.strip() == "['a']"


@pytest.mark.parametrize(
    ("arguments", "variable", "lines"),
    [
        (["up"], "", False),
        (["up", "--diff"], "", True),
        (["up", "--diff=true", "-y"], "", True),
        (["up", "--diff=false"], "true", False),
        (["--diff", "up", "--diff=f"], "", False),
        (["up", "--different"], "", False),
        (["up"], "true", True),
        (["up"], "0", False),
    ],
)
def test_the_engine_prints_lines_if_it_is_to_show_diffs(
    arguments: list[str], variable: str, *, lines: bool
) -> None:
    """The last one counts, and an option more than its variable."""
    assert prints_lines(arguments, {"PULUMI_OPTION_DIFF": variable}) is lines
