"""Terminals for tests: a file that is one, and a command on one of its own, with what is typed."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from command_line import CommandLine


def on_a_terminal(shell: CommandLine, *arguments: str, typed: str = "") -> tuple[int, str]:
    """Run `sjresource` with its streams on a terminal; return its exit code and what it showed."""
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
    reader.join(60)
    os.close(own)
    return code, b"".join(shown).decode(errors="replace")


class Tty(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        """Return True."""
        return True


def uncoloured(text: str) -> str:
    """Take the colours out."""
    return re.sub(r"\x1b\[[\d;]*m", "", text)
