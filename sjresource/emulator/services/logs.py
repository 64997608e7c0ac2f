"""Keeps CloudWatch Logs on disk, so that training jobs' logs survive a restart.

The requests that made groups, streams and events are kept, and sent to moto again at the start; but
for events: CloudWatch, and so moto, takes none that are older than two weeks when they are sent.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
"""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.protocol.http_messages import Request
from sjresource.emulator.protocol.user_json import read_object
from sjresource.emulator.store.arns import ACCOUNT
from sjresource.emulator.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import Callable
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
_EVENTS: Final = "PutLogEvents"
_MAKING: Final = (
    "CreateLogGroup", "CreateLogStream", _EVENTS, "PutRetentionPolicy", "DeleteRetentionPolicy",
)  # fmt: skip
_OLDEST_SECONDS: Final = 14 * 86_400
_NEWEST_SECONDS: Final = 2 * 3600


class LogsPersistence:
    """The requests in the database at `path`; thread-safe. `now` is moto's time, the real one."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._database = open_database(path, _SCHEMA)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    def restore(self, ask: Ask) -> None:
        """Send every kept request to moto again, and put the events back."""
        with self._lock:
            rows = self._database.execute(
                "SELECT region, operation, body FROM requests ORDER BY number"
            )
            for region, operation, body in rows:
                if operation == _EVENTS:
                    _put_back(read_object(body), region)
                    continue
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
        if operation == _EVENTS:
            parameters["logEvents"] = self._taken(parameters.get("logEvents") or [])
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

    def _taken(self, events: list[Any]) -> list[Any]:
        """Return those of the events that are neither too old nor too new to be taken."""
        now = self._now()
        oldest, newest = (now - _OLDEST_SECONDS) * 1000, (now + _NEWEST_SECONDS) * 1000
        return [each for each in events if oldest <= each["timestamp"] <= newest]

    def _write(self, statement: str, values: tuple[object, ...]) -> None:
        with self._lock:
            self._database.execute(statement, values)


def _put_back(parameters: dict[str, Any], region: str) -> None:
    """Put events back into moto, as old as they are by now."""
    from moto.logs.models import logs_backends  # noqa: PLC0415 - moto is loaded only if it is needed

    group = logs_backends[ACCOUNT][region].groups.get(parameters.get("logGroupName", ""))
    stream = None if group is None else group.streams.get(parameters.get("logStreamName", ""))
    if stream is not None:
        stream.put_log_events(parameters.get("logEvents") or [])
