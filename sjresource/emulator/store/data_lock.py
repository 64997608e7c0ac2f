"""Locks a data folder for one emulator; `emulator.json` says which.

The system releases the lock when the process dies, however it does; the file may be left behind.
"""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING

import psutil

from sjresource.emulator.store.data_folder import open_for_owner

if TYPE_CHECKING:
    from pathlib import Path


class DataLockedError(Exception):
    """Another emulator uses the data folder."""


class DataLock:
    """Locks the folder `data` from now until `release`.

    Raises:
        DataLockedError: another emulator uses it; the message has its pid and URL.
    """

    def __init__(self, data: Path) -> None:
        self._announcement = data / "emulator.json"
        self._lock = os.fdopen(open_for_owner(str(data / "lock"), os.O_RDWR | os.O_CREAT), "w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise DataLockedError(_refusal(data, self._announcement)) from None

    def announce(self, url: str, page: str) -> None:
        """Write pid and URLs into `emulator.json`, readable by the owner only."""
        unfinished = self._announcement.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        announced = {"pid": os.getpid(), "started": _started(), "url": url, "page": page}
        with open(unfinished, "x", opener=open_for_owner) as file:
            file.write(json.dumps(announced) + "\n")
        unfinished.replace(self._announcement)

    def release(self) -> None:
        """Unlock the folder."""
        self._announcement.unlink(missing_ok=True)
        self._lock.close()


def _started() -> float:
    """Return when this process started, which with its pid identifies it.

    In seconds since the boot: those since 1970 would change with the clock.
    """
    return psutil.Process().create_time() - psutil.boot_time()


def _refusal(data: Path, announcement: Path) -> str:
    try:
        other = json.loads(announcement.read_text())
        holder = f"pid {other['pid']} at {other['url']}"
    except (OSError, ValueError, TypeError, KeyError):
        holder = "one that is just starting"
    return f"starting Emulator ({data}): in use by another emulator, {holder}; use it or stop it"
