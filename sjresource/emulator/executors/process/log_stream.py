"""Sends the output of a training process to CloudWatch Logs, line by line and to the last byte.

The group's name is SageMaker's; the stream should be named `<training job>/algo-1-<epoch>`.
"""

from __future__ import annotations

import logging
import os
import selectors
import time
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from types_boto3_logs import CloudWatchLogsClient
    from types_boto3_logs.type_defs import InputLogEventTypeDef

GROUP: Final = "/aws/sagemaker/TrainingJobs"

MOST_CHARACTERS: Final = 20_000_000
"""Kept of one log, since moto holds it in memory; each line counts a hundred more."""

_COST_OF_EVENT: Final = 100
_LEFT_OUT: Final = "[emulator] the rest of this log is left out: it is too long"
_MAX_WAITING: Final = 2_000_000

_FLUSH_SECONDS: Final = 0.25
_MAX_CHARACTERS: Final = 65_000  # of a line; at 4 bytes each, just within the 256 KiB of an event
_MAX_BATCH_CHARACTERS: Final = 260_000  # the same for the 1 MiB of a batch
_MAX_BATCH_EVENTS: Final = 10_000
_LOG: Final = logging.getLogger(__name__)


def follow_output(
    source: int,
    on_line: Callable[[str], None],
    on_pause: Callable[[], None],
    finished: threading.Event,
) -> None:
    """Read lines from a descriptor to its end, or until nothing is left once `finished` is set.

    Closes the descriptor. `on_pause` is called four times a second, and at the end. Processes that
    outlive the job may hold the other end open for ever, hence `finished`.
    """
    rest = b""
    pause = time.monotonic() + _FLUSH_SECONDS
    with os.fdopen(source, "rb", buffering=0) as output, selectors.DefaultSelector() as selector:
        selector.register(output, selectors.EVENT_READ)
        while True:
            was_finished = finished.is_set()
            readable = selector.select(0 if was_finished else max(0, pause - time.monotonic()))
            chunk = output.read(65_536) if readable else None
            if chunk:
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > _MAX_CHARACTERS:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    on_line(_text(line))
            elif chunk == b"" or was_finished:
                break
            if time.monotonic() >= pause:
                on_pause()
                pause = time.monotonic() + _FLUSH_SECONDS
    if rest:
        on_line(_text(rest))
    on_pause()


class LogStream:
    """One log stream; used by one thread at a time."""

    def __init__(self, logs: CloudWatchLogsClient, name: str, now: Callable[[], float]) -> None:
        self._logs = logs
        self._name = name
        self._now = now
        self._events: list[InputLogEventTypeDef] = []
        self._waiting = 0
        self._remaining = MOST_CHARACTERS

    def create(self) -> None:
        """Create the stream, and the group if this is its first stream."""
        try:
            self._logs.create_log_group(logGroupName=GROUP)
        except ClientError as error:
            # By its code: of threads that use `exceptions` first at once, botocore makes classes
            # for each, and raises only one's.
            if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
                raise
        self._logs.create_log_stream(logGroupName=GROUP, logStreamName=self._name)

    def add(self, line: str) -> None:
        """Queue a line for the next flush; an empty one can't be an event, and is ignored.

        Beyond the size of a log lines are left out, and the last one says so.
        """
        if self._remaining <= 0 or not line:
            return
        timestamp = int(self._now() * 1000)
        self._remaining -= len(line) + _COST_OF_EVENT
        if self._remaining <= 0:
            line = _LEFT_OUT
        for start in range(0, len(line), _MAX_CHARACTERS):
            part = line[start : start + _MAX_CHARACTERS]
            self._events.append({"timestamp": timestamp, "message": part})
            self._waiting += len(part)
        if self._waiting > _MAX_BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        """Send the queued lines; those that can't be sent are kept for the next flush."""
        while self._events:
            batch = self._events[: _batch_length(self._events)]
            try:
                self._logs.put_log_events(
                    logGroupName=GROUP, logStreamName=self._name, logEvents=batch
                )
            except (BotoCoreError, ClientError) as error:
                _LOG.warning("writing LogStream (%s): %s", self._name, error)
                self._drop_oldest()
                return
            del self._events[: len(batch)]
        self._waiting = 0

    def _drop_oldest(self) -> None:
        """Keep only a few batches of lines that can't be sent."""
        while len(self._events) > 1 and self._waiting > _MAX_WAITING:
            self._waiting -= len(self._events.pop(0)["message"])


def _batch_length(events: list[InputLogEventTypeDef]) -> int:
    characters = 0
    for count, event in enumerate(events):
        characters += len(event["message"])
        if count == _MAX_BATCH_EVENTS or characters > _MAX_BATCH_CHARACTERS:
            return count
    return len(events)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
