"""A command on a terminal of its own: what a person sees, and what the person types."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from command_line import CommandLine


def on_a_terminal(shell: CommandLine, *arguments: str, typed: str = "") -> tuple[int, str]:
    """Run `sjresource` with its streams on a terminal; give its exit code and what it showed."""
    own, its = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        with suppress(OSError):  # nobody holds the other end any more
            while said := os.read(own, 65_536):
                shown.append(said)

    process = subprocess.Popen(
        [sys.executable, "-m", "sjresource.cli", *arguments],
        cwd=shell.folder,
        env={**shell.environment, "TERM": "xterm-256color", "COLUMNS": "80"},
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    os.write(own, typed.encode())
    try:
        code = process.wait(60)
    finally:
        process.kill()
    reader.join(10)
    os.close(own)
    return code, b"".join(shown).decode(errors="replace")
