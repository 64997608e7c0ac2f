"""What carries a training's output to its log stream."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from sjresource.emulator.process.log_forwarding import LogStream


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
