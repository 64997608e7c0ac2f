"""One emulator for a data directory: the lock, and `emulator.json`, which tells who holds it.

The lock is the system's and goes with the process however that dies; the file may be left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path


class DataLockedError(Exception):
    """Another emulator uses the data directory."""


class DataLock:
    """The hold on `data`, from now until `release`.

    Raises DataLockedError, with pid and URL of the other emulator, if there is one.
    """

    def __init__(self, data: Path) -> None:
        self._told = data / "emulator.json"
        self._lock = os.fdopen(_for_the_owner(str(data / "lock"), os.O_RDWR | os.O_CREAT), "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise DataLockedError(_refusal(data, self._told)) from None

    def announce(self, url: str, page: str) -> None:
        """Write down who holds the directory, and where it listens; for its owner's eyes only."""
        unfinished = self._told.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        told = {"pid": os.getpid(), "started": _started(), "url": url, "page": page}
        with open(unfinished, "x", opener=_for_the_owner) as file:
            file.write(json.dumps(told) + "\n")
        unfinished.replace(self._told)

    def release(self) -> None:
        """Let others have the directory."""
        self._told.unlink(missing_ok=True)
        self._lock.close()


def _started() -> float:
    """Say when this process began, in seconds since the boot: pid and start are one process's.

    Seconds since 1970 would change with the clock.
    """
    booted = psutil.boot_time()
    return psutil.Process().create_time() - booted


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _refusal(data: Path, told: Path) -> str:
    try:
        other = json.loads(told.read_text())
        who = f"pid {other['pid']} at {other['url']}"
    except (OSError, ValueError, TypeError, KeyError):
        who = "one that is just starting"
    return f"starting Emulator ({data}): in use by another emulator, {who}; use it or stop it"
