from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def completed(folder: Path, words: str, shell: str = "bash") -> list[str]:
    """Return what a shell is told when Tab is pressed behind these words."""
    done = subprocess.run(
        [sys.executable, "-m", "sjresource.cli"],
        cwd=folder,
        env={
            **os.environ,
            "_SJRESOURCE_COMPLETE": f"{shell}_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split(" ")) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout.split()


def test_commands_and_options_are_completed(tmp_path: Path) -> None:
    """Without Pulumi, and without a project."""
    assert completed(tmp_path, "sjresource w") == ["plain,watch", "plain,why"]
    assert "plain,--json" in completed(tmp_path, "sjresource status --")


def test_where_no_stack_can_be_read_nothing_is_offered(tmp_path: Path) -> None:
    """A traceback in the middle of a command line helps nobody."""
    assert completed(tmp_path, "sjresource why tr") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(tmp_path: Path, shell: str) -> None:
    """As docs/command.md puts it into a start-up file."""
    done = subprocess.run(
        [sys.executable, "-m", "sjresource.cli"],
        cwd=tmp_path,
        env={**os.environ, "_SJRESOURCE_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "_SJRESOURCE_COMPLETE" in done.stdout
    assert done.stderr == ""
