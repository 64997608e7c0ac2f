"""Opens the emulator's SQLite databases.

A commit survives the death of the process (write-ahead log), but perhaps not a power cut at that
moment.
"""

from __future__ import annotations

import os
import sqlite3
from typing import TYPE_CHECKING

from sjresource.emulator.store.damage import damaged_database, storage_problem

if TYPE_CHECKING:
    from pathlib import Path


def open_database(path: Path | None, schema: str) -> sqlite3.Connection:
    """Open a database, with the tables of `schema`; `path` None keeps it in memory.

    The caller commits, and lets one thread at a time use it. Only the owner may read the file.

    Raises:
        DamagedError: the file is no database, or can't be read.
    """
    if path is not None:  # SQLite gives its journals the same mode
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.executescript(schema)
    except sqlite3.Error as error:
        database.close()
        if path is None or _is_full(error):
            raise
        raise damaged_database(path, error) from None
    return database


def _is_full(error: sqlite3.Error) -> bool:
    return "full" in (storage_problem(error) or "")
