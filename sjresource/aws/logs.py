"""Reads CloudWatch Logs: what a training job wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import call
from sjresource.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator


class LogsClient:
    """CloudWatch Logs in one region."""

    def __init__(self, logs: Any) -> None:
        self._logs = logs

    def find_log_streams(self, group: str, prefix: str) -> list[str]:
        """Return the group's streams that begin with `prefix`, 50 at most, in one call."""
        return next(self._pages_of_streams(group, prefix), [])

    def list_log_streams(self, group: str, prefix: str) -> Iterator[str]:
        """Yield the group's streams that begin with `prefix`; none if there is no such group."""
        for names in self._pages_of_streams(group, prefix):
            yield from names

    def _pages_of_streams(self, group: str, prefix: str) -> Iterator[list[str]]:
        request = {"logGroupName": group, "logStreamNamePrefix": prefix}
        describe, more = self._logs.describe_log_streams, True
        while more:
            try:
                page = call(describe, "reading", "LogGroup", group, request)
            except NotFound:
                return
            yield [stream["logStreamName"] for stream in page.get("logStreams", [])]
            more = bool(page.get("nextToken"))
            request["nextToken"] = page.get("nextToken", "")

    def read_log_events(
        self, group: str, stream: str, token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return a page of events from `token` on (None is the beginning), and the next token.

        The same token again means that this is the end for now. A page may be empty before that.
        The messages are as the container wrote them, since a pipe gets them so.
        """
        request = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        from_there = {"nextToken": token} if token else {}
        page = call(
            self._logs.get_log_events,
            "reading",
            "LogStream",
            stream,
            {**request, **from_there},
            raw=True,
        )
        return page.get("events", []), page.get("nextForwardToken", token)

    def last_log_timestamp(self, group: str, stream: str) -> int:
        """Return when the last event was written, in ms since 1970; 0 if there is none yet."""
        return max((event["timestamp"] for event in self._last_events(group, stream, 1)), default=0)

    def find_last_lines(self, group: str, stream: str, lines: int) -> list[str]:
        """Return the last lines that CloudWatch has: it lags seconds behind the writer."""
        events = self._last_events(group, stream, lines)
        return [event["message"].rstrip("\n") for event in events]

    def _last_events(self, group: str, stream: str, limit: int) -> list[dict[str, Any]]:
        request = {
            "logGroupName": group, "logStreamName": stream, "limit": limit, "startFromHead": False
        }  # fmt: skip
        answer = call(self._logs.get_log_events, "reading", "LogStream", stream, request)
        events: list[dict[str, Any]] = answer.get("events", [])
        return events
