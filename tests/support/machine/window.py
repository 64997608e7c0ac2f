"""A terminal of a given size, with what stands on it: tmux, found on this machine or installed.

`python tests/support/machine/window.py` installs it where there is none and that can be done, which
takes root and apt-get; the tests of live views are skipped where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from typing import TYPE_CHECKING

from debian import install

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MISSING = "no tmux here; python tests/support/machine/window.py installs one where it can"

_LOOK_SECONDS = 0.2


def find() -> str | None:
    """Return the path of a tmux; None if there is none."""
    return shutil.which("tmux")


class Window:
    """A bash in a terminal, to be closed."""

    def __init__(
        self, folder: Path, environment: Mapping[str, str], columns: int = 80, lines: int = 24
    ) -> None:
        self._socket = f"test-{uuid.uuid4().hex}"
        self._environment = {**environment, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        shell = f"exec env -u TMUX PS1='$ ' {shutil.which('bash')} --norc"
        size = ("-x", str(columns), "-y", str(lines))
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(folder), shell)

    def type(self, line: str) -> None:
        """Type a line."""
        self._tmux("send-keys", "-l", line)
        self.press("Enter")

    def press(self, key: str) -> None:
        """Press a key, by tmux's name for it: `C-c`."""
        self._tmux("send-keys", key)

    def screen(self) -> str:
        """Return what stands on the terminal now."""
        return self._tmux("capture-pane", "-p")

    def comes_to(self, is_so: Callable[[str], bool]) -> bool:
        """Wait a minute at most until what stands on it is so; each look starts a tmux."""
        deadline = time.monotonic() + 60
        while not is_so(self.screen()):
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        return True

    def history(self) -> str:
        """Return that, and what was scrolled away; lines that the edge broke are whole."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-")

    def close(self) -> None:
        """End it, and what runs in it."""
        self._tmux("kill-server")

    def _tmux(self, *arguments: str) -> str:
        command = [str(find()), "-L", self._socket, *arguments]
        ran = subprocess.run(
            command, env=self._environment, capture_output=True, text=True, check=True
        )
        return ran.stdout


if __name__ == "__main__":
    sys.exit(0 if find() else install("tmux"))
