"""The examples of docs/emulator.md, run as they stand there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from emulator_process import EmulatorProcess

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "emulator.md"


def blocks(language: str) -> list[str]:
    """Return the document's code blocks in a language."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL
    )


def test_the_python_examples_run() -> None:
    """Each Python block is a program that ends well, its assertions included."""
    assert len(blocks("python")) == 1
    for block in blocks("python"):
        exec(compile(block, str(DOCUMENT), "exec"), {})  # noqa: S102 - our own document


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples use curl")
def test_the_shell_examples_run(tmp_path: Path) -> None:
    """The shell blocks run one after another in one shell, against an emulator."""
    with EmulatorProcess(tmp_path) as emulator:
        ended = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(blocks("sh"))],  # noqa: S607 - a user's own bash
            env={
                "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
                "DATA": str(tmp_path),
                "URL": emulator.url,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert '"SubmitServiceJob"' in ended.stdout
    assert '{"status": "ok"}' in ended.stdout


def test_the_help_is_enough_to_start(tmp_path: Path) -> None:
    """`--help` names every option, the profile and the document."""
    ended = subprocess.run(
        [sys.executable, "-m", "sjresource.emulator", "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )
    options = re.findall(r"--[a-z-]+", blocks("text")[0])

    assert all(option in ended.stdout for option in options)
    assert "sjresource-emulator" in ended.stdout
    assert "docs/emulator.md" in ended.stdout
