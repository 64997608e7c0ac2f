"""What carries a training's output to its log stream."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sjresource.emulator.executors.process.log_stream import LogStream


class _Logs:
    """CloudWatch Logs, where making the group fails with `code`."""

    def __init__(self, code: str) -> None:
        self._code = code
        self.streams: list[str] = []

    def create_log_group(self, **_: Any) -> None:
        raise ClientError({"Error": {"Code": self._code}}, "CreateLogGroup")

    def create_log_stream(self, **request: Any) -> None:
        self.streams.append(request["logStreamName"])


def _make_stream(logs: Any) -> None:
    LogStream(logs, "train/algo-1-1", lambda: 0.0).create()


def test_a_group_that_another_job_made_first_is_no_error() -> None:
    """Whatever class botocore gave the error: of two threads, one may hold another class."""
    logs = _Logs("ResourceAlreadyExistsException")

    _make_stream(logs)

    assert logs.streams == ["train/algo-1-1"]


def test_a_group_that_can_not_be_made_is_an_error() -> None:
    """The training would be without a log."""
    logs = _Logs("AccessDeniedException")

    with pytest.raises(ClientError, match="AccessDenied"):
        _make_stream(logs)

    assert logs.streams == []


class _Kept:
    """CloudWatch Logs that keeps what comes, or takes nothing."""

    def __init__(self, *, takes: bool) -> None:
        self._takes = takes
        self.lines: list[str] = []
        self.largest = 0

    def put_log_events(self, **request: Any) -> None:
        if not self._takes:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "PutLogEvents")
        events = [event["message"] for event in request["logEvents"]]
        self.largest = max(self.largest, sum(map(len, events)))
        self.lines += events


def _write(logs: Any, lines: int) -> LogStream:
    stream = LogStream(logs, "train/algo-1-1", lambda: 0.0)
    for number in range(lines):
        stream.add(f"{number} {'x' * 10_000}")
    return stream


def test_a_long_log_is_cut_and_says_so() -> None:
    """Of 60 MB twenty are kept, never more than a batch of them in memory at a time."""
    logs = _Kept(takes=True)
    _write(logs, 6000).flush()

    assert 19_000_000 < sum(map(len, logs.lines)) < 20_100_000
    assert logs.lines[-1] == "[emulator] the rest of this log is left out: it is too long"
    assert logs.largest < 1_000_000


def test_a_log_that_nobody_takes_is_not_kept_for_ever() -> None:
    """The latest batches wait for Logs to come back."""
    logs = _Kept(takes=False)
    stream = _write(logs, 1000)
    logs.__init__(takes=True)  # type: ignore[misc] # it is back
    stream.flush()

    assert 1_000_000 < sum(map(len, logs.lines)) < 3_000_000
    assert logs.lines[-1].startswith("999 ")
