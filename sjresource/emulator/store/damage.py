"""Damaged files and full disks, in sentences: what is damaged, and what to do."""

from __future__ import annotations

import errno
import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FULL_MESSAGES: Final = ("database or disk is full", "disk I/O error")
_RESET: Final = "`sjresource emulator reset` begins anew, and keeps the key"


class DamagedError(Exception):
    """A file can't be read; the message says which, and what to do."""


def damaged_database(path: Path, error: sqlite3.Error) -> DamagedError:
    """Return the error for a database that can't be used."""
    return DamagedError(
        f"reading {path}: the database is damaged ({error}); put back a copy of it, or move it "
        f"away: what it holds is lost then; {_RESET}"
    )


def storage_problem(error: Exception) -> str | None:
    """Return what an error of the disk or of a database means; None for any other."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return _full()
    if isinstance(error, sqlite3.Error):
        if any(word in str(error) for word in _FULL_MESSAGES):
            return _full()
        if isinstance(error, sqlite3.DatabaseError) and type(error) is sqlite3.DatabaseError:
            return f"a database of the emulator is damaged ({error}); {_RESET}"
    return None


def _full() -> str:
    return "the disk is full, or a limit on files is reached: nothing was changed; free some space"
