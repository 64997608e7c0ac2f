"""Reads the log streams of one training job: each event once, whatever fails on the way.

SageMaker writes a stream for each instance, `<training job>/algo-<n>-<time>`. A stream is read from
the token that CloudWatch returned last, so events of the same millisecond are neither skipped nor
repeated. When the same token is returned again, the stream's end is reached.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Any

from sjresource.errors import NotFound
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.logs import LogsClient

    LogEvent = dict[str, Any]

_MAX_PAGES = 20
"""Pages of one stream in a row. Then the job is described again: a stream that is written as fast
as it is read has no end."""


class LogStreams:
    """The streams of one training job; `logs` returns a client with valid credentials."""

    def __init__(self, logs: Callable[[], LogsClient], training_job_name: str) -> None:
        self._logs = logs
        self._prefix = f"{training_job_name}/"
        self._streams: dict[str, _Stream] = {}

    @property
    def count(self) -> int:
        """The number of streams found so far."""
        return len(self._streams)

    def find(self) -> None:
        """Look for new streams: each begins with the first output of its instance."""
        for name in self._logs().list_log_streams(LOG_GROUP, self._prefix):
            self._streams.setdefault(name, _Stream(self._logs, name))

    def new_events(self) -> Iterator[tuple[str, LogEvent]]:
        """Yield events that were not yielded before, with their stream, ordered by timestamp.

        After an error the next call continues behind the last event. The rest of a stream that
        grows as fast as it is read is left to the next call.
        """
        for stream in self._streams.values():
            stream.pages = _MAX_PAGES
        return self._merged()

    def events_until_now(self) -> Iterator[tuple[str, LogEvent]]:
        """Yield the same up to what is there now, however much that is."""
        for stream in self._streams.values():
            stream.stop_behind_last()
        return self._merged()

    def _merged(self) -> Iterator[tuple[str, LogEvent]]:
        streams = list(self._streams.values())
        while ready := [stream for stream in streams if stream.has_more()]:
            first = min(ready, key=lambda stream: stream.events[0]["timestamp"])
            yield first.name, first.events.popleft()


class _Stream:
    """One stream: `events` that were fetched and not yielded yet, and the token behind them.

    No more than `pages` are fetched, and none once there is an event later than `last`.
    """

    def __init__(self, logs: Callable[[], LogsClient], name: str) -> None:
        self.name = name
        self.pages: float = 0
        self.events: deque[LogEvent] = deque()
        self._last = math.inf
        self._logs = logs
        self._token: str | None = None

    def stop_behind_last(self) -> None:
        """Fetch up to the event that is the last one now, in as many pages as that takes."""
        self.pages = math.inf
        self._last = self._logs().last_log_timestamp(LOG_GROUP, self.name)

    def has_more(self) -> bool:
        """Return whether there is a next event, fetching pages until there is: some are empty."""
        while not self.events and self.pages > 0:
            self._fetch()
        return bool(self.events)

    def _fetch(self) -> None:
        try:
            events, token = self._logs().read_log_events(LOG_GROUP, self.name, self._token)
        except NotFound:  # its retention is over
            events, token = [], self._token
        self.events.extend(events)
        self.pages -= 1
        if token == self._token or (events and events[-1]["timestamp"] > self._last):
            self.pages = 0
        self._token = token
