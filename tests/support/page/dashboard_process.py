"""`sjresource dashboard` in a process of its own, as it is started from a shell."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from typing_extensions import Self

_URL = re.compile(r"http://127\.0\.0\.1:\d+/\?token=[\w-]+")


class DashboardProcess:
    """The command with `options`, by default without a browser.

    `url` is "" if it ended at once.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sjresource.cli", "dashboard", *(options or ("--no-browser",))],
            cwd=folder,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.url = self._said_url()

    def overview(self) -> dict[str, Any]:
        """Return what a page is told first."""
        with urllib.request.urlopen(self.url) as entered:  # noqa: S310 - a loopback URL
            cookie = entered.headers["Set-Cookie"].partition(";")[0]
        base = self.url.partition("?")[0]
        request = urllib.request.Request(  # noqa: S310 - the same
            f"{base}_page/overview", headers={"Cookie": cookie}
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - the same
            told: dict[str, Any] = json.load(answer)
        return told

    def end(self) -> tuple[int, str]:
        """Interrupt it as Ctrl-C does; give its exit code, and what it said of errors."""
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        """Wait for its end; give its exit code, and what it said of errors."""
        _, errors = self._process.communicate(timeout=60)
        return self._process.returncode, errors

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self.end()

    def _said_url(self) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if found := _URL.search(line):
                return found.group()
        return ""
