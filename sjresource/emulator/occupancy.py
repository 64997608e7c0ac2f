"""One emulator for a data directory: the lock, and `emulator.json`, which tells who holds it.

The lock is the system's, so it goes with the process however that dies; the file may be left
behind.
"""

from __future__ import annotations

import fcntl
import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class OccupiedError(Exception):
    """Another emulator uses the data directory."""


@contextmanager
def occupy(data: Path) -> Iterator[Callable[[str], None]]:
    """Hold `data`; the function that is given writes `emulator.json` once the URL is known.

    Raises OccupiedError, with pid and URL of the other emulator, if there is one.
    """
    told = data / "emulator.json"
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OccupiedError(_refusal(data, told)) from None
        try:
            yield lambda url: _tell(told, url)
        finally:
            told.unlink(missing_ok=True)


def _tell(path: Path, url: str) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"pid": os.getpid(), "url": url}) + "\n")
    unfinished.replace(path)


def _refusal(data: Path, told: Path) -> str:
    try:
        other = json.loads(told.read_text())
    except (OSError, ValueError):
        other = {}
    who = f"pid {other['pid']} at {other['url']}" if "pid" in other else "one that is just starting"
    return f"starting Emulator ({data}): in use by another emulator, {who}; use it or stop it"
