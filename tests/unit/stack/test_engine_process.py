"""What the plugins of one engine tell each other."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NOTES = "from sjresource.stack.engine_process import note_for_siblings, notes_of_siblings"


def python(program: str, folder: Path) -> str:
    """Run a program in another process; return what it prints."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    ran = subprocess.run(
        [sys.executable, "-c", f"{NOTES}\n{program}"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout.strip()


def test_a_note_reaches_the_plugins_of_the_same_engine_alone(tmp_path: Path) -> None:
    """In other processes, as long as who has left it lives."""
    others = (
        "import subprocess, sys\n"
        "note_for_siblings('a 1', 17), note_for_siblings('b 2', 17)\n"
        f"ask = {NOTES!r} + '; print(notes_of_siblings(17), notes_of_siblings(18))'\n"
        "print(subprocess.check_output([sys.executable, '-c', ask], text=True))"
    )

    assert python(others, tmp_path) == "['a 1', 'b 2'] []"
    assert list(tmp_path.iterdir()) == []


def test_without_an_engine_nothing_is_noted(tmp_path: Path) -> None:
    """As in a program's own tests."""
    assert python("note_for_siblings('a'); print(notes_of_siblings())", tmp_path) == "[]"


def test_what_can_not_be_ours_is_not_read(tmp_path: Path) -> None:
    """Somebody else's link says nothing, and gets nothing."""
    (tmp_path / "other").write_text("arn 1\n")
    for name in (f"sjresource-{os.getuid()}-17", "sjresource-0-17"):
        if not (tmp_path / name).is_symlink():
            (tmp_path / name).symlink_to(tmp_path / "other")

    assert python("note_for_siblings('a', 17); print(notes_of_siblings(17))", tmp_path) == "[]"
    assert (tmp_path / "other").read_text() == "arn 1\n"
