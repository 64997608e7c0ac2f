"""What is new in the log of one training job: each event once, whatever fails on the way.

SageMaker writes a stream for each instance, `<training job>/algo-<n>-<time>`. A stream is read on
from the token that CloudWatch gave last, so events of the same millisecond are neither skipped nor
repeated; its end is where the same token comes again.
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

_PAGES = 20
"""After so many pages of one stream the job itself is looked at again: a stream that is written as
fast as it is read has no end."""


class LogStreams:
    """The streams of one training job; `logs` gives the client, with credentials that hold."""

    def __init__(self, logs: Callable[[], LogsClient], training_job_name: str) -> None:
        self._logs = logs
        self._prefix = f"{training_job_name}/"
        self._streams: dict[str, _Stream] = {}

    @property
    def count(self) -> int:
        """How many there are, as far as was found."""
        return len(self._streams)

    def find(self) -> None:
        """Look which streams there are by now: each begins with its instance's first words."""
        for name in self._logs().list_log_streams(LOG_GROUP, self._prefix):
            self._streams.setdefault(name, _Stream(self._logs, name))

    def new_events(self) -> Iterator[tuple[str, LogEvent]]:
        """Give what was not given yet, by stream, in the order of the timestamps.

        An error on the way loses nothing: the next call goes on behind the last event given. Of a
        stream that grows as fast as it is read the rest is left to the next call.
        """
        for stream in self._streams.values():
            stream.pages = _PAGES
        return self._merged()

    def events_by_now(self) -> Iterator[tuple[str, LogEvent]]:
        """Give the same up to what is there now, however much that is."""
        for stream in self._streams.values():
            stream.stop_behind_last()
        return self._merged()

    def _merged(self) -> Iterator[tuple[str, LogEvent]]:
        streams = list(self._streams.values())
        while ready := [stream for stream in streams if stream.has_more()]:
            first = min(ready, key=lambda stream: stream.next_timestamp)
            yield first.name, first.take()


class _Stream:
    """One stream: what was fetched and not given yet, and the token behind it.

    No more than `pages` are fetched, and none once there is an event later than `last`.
    """

    def __init__(self, logs: Callable[[], LogsClient], name: str) -> None:
        self.name = name
        self.pages: float = 0
        self._last = math.inf
        self._logs = logs
        self._fetched: deque[LogEvent] = deque()
        self._token: str | None = None

    @property
    def next_timestamp(self) -> int:
        """When the next event was written, in ms since 1970."""
        timestamp: int = self._fetched[0]["timestamp"]
        return timestamp

    def stop_behind_last(self) -> None:
        """Fetch up to what is the last event now, in as many pages as that takes."""
        self.pages = math.inf
        self._last = self._logs().last_log_timestamp(LOG_GROUP, self.name)

    def take(self) -> LogEvent:
        """Give the next event."""
        return self._fetched.popleft()

    def has_more(self) -> bool:
        """Tell whether there is a next event, fetching pages until there is: some are empty."""
        while not self._fetched and self.pages > 0:
            self._fetch()
        return bool(self._fetched)

    def _fetch(self) -> None:
        try:
            events, token = self._logs().read_log_events(LOG_GROUP, self.name, self._token)
        except NotFound:  # its retention is over
            events, token = [], self._token
        self._fetched.extend(events)
        self.pages -= 1
        if token == self._token or (events and events[-1]["timestamp"] > self._last):
            self.pages = 0
        self._token = token
