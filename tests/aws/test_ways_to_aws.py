"""Retries, proxies and certificates, each by what really gets to the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from aws_config import aws_settings
from certificate import write_certificate
from relay import Relay

from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.clients import batch_client
from sjresource.emulator import Emulator
from sjresource.emulator.controls.faults import read_fault
from sjresource.errors import RequestFailed, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sjresource.aws.settings import Settings

ELSEWHERE = [{"batch": "http://127.0.0.1:9"}]
"""A port on which nobody listens."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An AWS of this test's own."""
    with Emulator() as serving:
        yield serving


def queues(settings: Settings) -> int:
    """Count queues, over the wire."""
    return len(list(batch_client(settings).list_all(JOB_QUEUE)))


@pytest.mark.parametrize(("retries", "calls"), [("0", 1), ("1", 2)])
def test_a_call_is_tried_again_as_often_as_told(
    emulator: Emulator, retries: str, calls: int
) -> None:
    """MaxRetries does not count the first try."""
    settings = aws_settings(emulator, maxRetries=retries, retryMode="standard")
    fault = {"operation": "DescribeJobQueues", "kind": "throttle", "count": 9}
    emulator.faults.add(read_fault(fault))

    with pytest.raises(RequestFailed, match="TooManyRequestsException"):
        queues(settings)
    assert emulator.calls.counts()["DescribeJobQueues"] == calls


def test_calls_go_through_the_proxy(emulator: Emulator) -> None:
    """Which alone knows the way to the host."""
    with Relay(emulator.url) as proxy:
        settings = aws_settings(emulator, endpoints=ELSEWHERE, httpProxy=proxy.url)

        assert queues(settings) == 0
    assert proxy.seen == ["http://127.0.0.1:9/v1/describejobqueues"]


def test_excepted_hosts_are_called_past_the_proxy(emulator: Emulator) -> None:
    """NoProxy names them."""
    with Relay(emulator.url) as proxy:
        settings = aws_settings(emulator, httpProxy=proxy.url, noProxy="127.0.0.1")

        assert queues(settings) == 0
    assert proxy.seen == []


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_only_who_is_trusted_is_talked_to(emulator: Emulator, tmp_path: Path) -> None:
    """A certificate of nobody's is refused, trusted as customCaBundle, and let pass as insecure."""
    certificate = write_certificate(tmp_path / "host.pem")
    with Relay(emulator.url, certificate) as host:
        endpoints = [{"batch": host.url}]

        with pytest.raises(Unreachable, match="SSL validation failed"):
            queues(aws_settings(emulator, endpoints=endpoints, maxRetries="0"))
        trusting = aws_settings(emulator, endpoints=endpoints, customCaBundle=str(certificate))
        assert queues(trusting) == 0
        assert queues(aws_settings(emulator, endpoints=endpoints, insecure="true")) == 0
