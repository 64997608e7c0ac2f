"""A service that accepts connections and never answers, and one that answers with a throttle."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.clients import batch_client
from sjresource.aws.session import OPTIONAL_TIMEOUTS, POLL_TIMEOUTS, CallTimeouts
from sjresource.aws.settings import Settings
from sjresource.errors import Unreachable

if TYPE_CHECKING:
    from emulated import EmulatedBatch

JOB = "arn:aws:batch:eu-west-1:123456789012:service-job/x"
SHORT = CallTimeouts(1, 1, unanswered=2)
LONGEST_PAUSE = 1.0
"""Before botocore's second try."""


def callers(server: socket.socket) -> int:
    """Count who has connected."""
    server.setblocking(False)  # noqa: FBT003 - the socket's own
    count = 0
    with suppress(BlockingIOError):
        while True:
            server.accept()[0].close()
            count += 1
    return count


def test_a_silent_service_is_given_up_after_two_tries() -> None:
    """All tries of the settings would take minutes in which nobody hears why."""
    with socket.create_server(("127.0.0.1", 0), backlog=20) as server:
        silent = Settings(
            region="eu-west-1",
            endpoints=(("batch", f"http://127.0.0.1:{server.getsockname()[1]}"),),
            access_key="AKIA",
            secret_key="secret",
        )

        with pytest.raises(Unreachable, match="Read timeout"):
            batch_client(silent, None, SHORT).find_service_job(JOB)

        assert callers(server) == SHORT.unanswered


@pytest.mark.parametrize("timeouts", [POLL_TIMEOUTS, OPTIONAL_TIMEOUTS])
def test_whoever_waits_hears_of_silence_within_half_a_minute(timeouts: CallTimeouts) -> None:
    """Each try may take as long as the longer of both timeouts."""
    tries = timeouts.unanswered or timeouts.tries or 8

    assert tries * max(timeouts[:2]) + LONGEST_PAUSE < 25


def test_a_throttle_is_waited_out_for_longer_than_silence(aws: EmulatedBatch) -> None:
    """Its service answers: the next try may well be let in."""
    queue = aws.make_queue()
    aws.control.fault("DescribeJobQueues", "throttle", count=SHORT.unanswered)

    found = batch_client(aws.settings, None, SHORT).find(JOB_QUEUE, queue)

    assert found["jobQueueArn"] == queue
