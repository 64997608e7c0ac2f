"""Opens the SQLite databases in which the emulator keeps things.

A commit survives the death of the process, as its journal is written ahead; it may not survive a
power cut at that very moment.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def open_database(path: Path | None, schema: str) -> sqlite3.Connection:
    """Open a database, made with `schema` if it is new; `path` None keeps it in memory.

    Its user commits, and lets only one thread at a time use it.
    """
    database = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.executescript(schema)
    return database
