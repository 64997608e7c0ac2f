"""Keeps CloudWatch Logs on disk, so that training jobs' logs survive a restart.

The requests that made groups, streams and events are kept, and sent to moto again at the start.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Final

from sjresource.emulator.protocol.http_messages import Request
from sjresource.emulator.protocol.user_json import read_object
from sjresource.emulator.store.database import open_database

if TYPE_CHECKING:
    from pathlib import Path

    from sjresource.emulator.services.moto import Ask

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS requests (
    number INTEGER PRIMARY KEY, region TEXT, log_group TEXT, log_stream TEXT, operation TEXT,
    body BLOB
);
CREATE INDEX IF NOT EXISTS by_stream ON requests (region, log_group, log_stream);
"""
_PREFIX: Final = "Logs_20140328."
_MAKING: Final = ("CreateLogGroup", "CreateLogStream", "PutLogEvents", "PutRetentionPolicy")


class LogsPersistence:
    """The requests in the database at `path`; thread-safe."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._database = open_database(path, _SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def restore(self, ask: Ask) -> None:
        """Send every kept request to moto again."""
        with self._lock:
            rows = self._database.execute(
                "SELECT region, operation, body FROM requests ORDER BY number"
            )
            for region, operation, body in rows:
                headers = {
                    "content-type": "application/x-amz-json-1.1",
                    "x-amz-target": f"{_PREFIX}{operation}",
                }
                ask(Request("POST", "/", headers, body), region)

    def persist(self, request: Request, region: str, _ask: Ask) -> None:
        """Keep a request that made something, or forget what it has deleted."""
        operation = request.headers.get("x-amz-target", "").removeprefix(_PREFIX)
        parameters = read_object(request.body)
        group, stream = parameters.get("logGroupName"), parameters.get("logStreamName")
        if operation in _MAKING:
            self._write(
                "INSERT INTO requests (region, log_group, log_stream, operation, body) "
                "VALUES (?, ?, ?, ?, ?)",
                (region, group, stream, operation, json.dumps(parameters).encode()),
            )
        elif operation == "DeleteLogGroup":
            self._write("DELETE FROM requests WHERE region = ? AND log_group = ?", (region, group))
        elif operation == "DeleteLogStream":
            self._write(
                "DELETE FROM requests WHERE region = ? AND log_group = ? AND log_stream = ?",
                (region, group, stream),
            )

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock:
            self._database.execute(statement, values)
