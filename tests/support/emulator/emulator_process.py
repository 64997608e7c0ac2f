"""An emulator in a process of its own, that a test can kill."""

from __future__ import annotations

import configparser
import os
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from sjresource.emulator import Credentials

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Self


class EmulatorProcess:
    """`python -m sjresource.emulator` on a free port, ended with the `with` block if not before.

    `url` and `credentials` are as an `Emulator` has them: what works on one works on the other.
    """

    def __init__(self, data: Path, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sjresource.emulator", "--data", str(data), *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "AWS_EC2_METADATA_DISABLED": "true"},
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.url = self._process.stdout.readline().strip()
        assert self.url, self._process.stderr.read()
        self.second_line = self._process.stdout.readline().strip()
        self.said: list[str] = []
        """The lines of its log."""
        # moto's warnings must not fill the pipe.
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.credentials = _read(data / "credentials")

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def kill(self) -> None:
        """Kill it as a crash would."""
        self._process.kill()
        self._end()

    def end(self, number: int = signal.SIGTERM, seconds: float = 60) -> int:
        """Send it a signal, wait that it ends, and give its exit code."""
        self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        finally:
            self._process.kill()
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.returncode is None:
            self.end()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        self.said.extend(self._process.stderr)

    def _end(self) -> None:
        self._process.wait()
        self._reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()


def _read(path: Path) -> Credentials:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(path)
    return Credentials(**parser["sjresource-emulator"])
