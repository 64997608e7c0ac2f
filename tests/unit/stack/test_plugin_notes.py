"""What the plugins of one engine tell each other."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

NOTES = """
import os, subprocess, sys
from sjresource.stack import plugin_notes
from sjresource.stack.plugin_notes import forget_notes, note_that_it_hides, noted_to_hide

def ask(*command, **how):
    told = subprocess.check_output([*command, "-c", "import sys; exec(sys.argv[1])", TELL], **how)
    print(told.decode().strip())
"""
TELL = "from sjresource.stack.plugin_notes import noted_to_hide as n; print(sorted(n()))"
THEIRS = '{"hides": "theirs"}\n'
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
    other_engine = started_by("print(sorted(noted_to_hide()))")
    said = beneath_pulumi(
        "note_that_it_hides('a 1'), note_that_it_hides('b 2')\n"
        "ask(sys.executable)\n"
        f"ask_other = ['pulumi', '-c', {other_engine!r}]\n"
        "print(subprocess.check_output(ask_other, executable=sys.executable, text=True).strip())",
        tmp_path,
    )

    assert said.splitlines() == ["['a 1', 'b 2']", "[]"]
    assert list(tmp_path.iterdir()) == []


def test_a_job_that_was_taken_over_is_found_with_who_has_it(tmp_path: Path) -> None:
    """The last one that is noted, among notes of another kind and of other jobs."""
    said = beneath_pulumi(
        "from sjresource.stack.plugin_notes import note_taker, noted_taker\n"
        "note_taker('a', {'registered_at': 1}), note_taker('b', {'registered_at': 2})\n"
        "note_taker('a', {'registered_at': 3}), note_that_it_hides('a')\n"
        "print(noted_taker('a')['registered_at'], noted_taker('c'))",
        tmp_path,
    )

    assert said == "3 None"


def test_what_both_fronts_have_made_is_the_first_one_s(tmp_path: Path) -> None:
    """Two resources of one name are one thing in AWS, and the second one's create is refused."""
    said = beneath_pulumi(
        "from sjresource.errors import RequestFailed\n"
        "from sjresource.stack.provider import BatchProvider, require_unshared\n"
        "dynamic, plugin = BatchProvider.front, 'plugin'\n"
        "asked = 'creating', 'JobQueue', 'training'\n"
        "for each, arn in (plugin, 'a'), (dynamic, 'b'), (plugin, 'a'), (dynamic, 'a'):\n"
        "    try:\n"
        "        print(arn, require_unshared(each, arn, *asked))\n"
        "    except RequestFailed as error:\n"
        "        print(error)",
        tmp_path,
    )

    *fine, refused = said.splitlines()
    assert fine == ["a None", "b None", "a None"]
    assert refused.startswith("creating JobQueue (training): a is that of the plugin, of which ")


def test_a_plugin_that_ends_at_once_forgets_its_notes_first(tmp_path: Path) -> None:
    """The native one leaves without what Python does at an end."""
    beneath_pulumi("note_that_it_hides('a'); forget_notes(); os._exit(0)", tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_without_an_engine_nothing_is_noted(tmp_path: Path) -> None:
    """As in a program's own tests."""
    program = f"{NOTES}\nnote_that_it_hides('a'); print(sorted(noted_to_hide()), forget_notes())"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    said = subprocess.check_output([sys.executable, "-c", program], env=environment, text=True)

    assert said.strip() == "[] None"


@pytest.mark.parametrize("theirs", ["os.symlink(other, path)", "os.mkfifo(path)"])
def test_what_is_no_file_of_ours_is_neither_read_nor_written(tmp_path: Path, theirs: str) -> None:
    """Somebody else's link or pipe says nothing, gets nothing, and holds nobody up."""
    other = tmp_path / "other"
    other.write_text(THEIRS)

    said = beneath_pulumi(
        f"path, other = plugin_notes._notes(), {str(other)!r}\n"
        f"{theirs}\n"
        "note_that_it_hides('a')\n"
        "print(sorted(noted_to_hide()))",
        tmp_path,
    )

    assert said == "[]"
    assert other.read_text() == THEIRS


def test_an_engine_that_is_the_first_process_is_found_too(tmp_path: Path) -> None:
    """In a container there is none above it."""
    if (
        not shutil.which("unshare")
        or subprocess.run([*IN_A_NAMESPACE, "true"], check=False).returncode
    ):
        pytest.skip("no namespaces here")
    as_pulumi = ["bash", "-c", 'exec -a pulumi "$0" "$@"', sys.executable, "-c"]
    said = subprocess.check_output(
        [*IN_A_NAMESPACE, *as_pulumi, started_by("note_that_it_hides('a'); ask(sys.executable)")],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
    )

    assert said.strip() == "['a']"
