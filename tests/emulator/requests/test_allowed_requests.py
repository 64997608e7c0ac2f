"""What AWS takes, the emulator takes: drawn payloads, and the bounds of Batch's own requests."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest
from allowed_requests import allowed
from batch_bounds import ALLOWED, SCENE, complete
from good_requests import GOOD_JOBS
from real_requests import REAL_JOBS
from signed_connection import SignedConnection

from sjresource.aws.payload import payload_as_sent
from sjresource.emulator.lifecycle.payload import problem_with
from sjresource.emulator.protocol.model import batch_model

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

GOOD = {**GOOD_JOBS, **REAL_JOBS}


@pytest.mark.parametrize("seed", range(4))
def test_what_the_model_and_the_pages_allow_is_trained(seed: int) -> None:
    """Fifty drawn requests a seed: SageMaker has nothing to say of them."""
    choice = random.Random(seed)  # noqa: S311 - a test's own dice
    requests = [payload_as_sent(allowed(choice), "train") for _ in range(50)]

    assert [problem_with(json.loads(request)) for request in requests] == [None] * 50


@pytest.mark.parametrize("name", GOOD)
def test_what_the_documents_show_is_trained(name: str) -> None:
    """The documents' own examples and the SDK's payloads."""
    request = json.loads(payload_as_sent(GOOD[name]["service_request_payload"], "train"))

    assert problem_with(request) is None


def test_batch_takes_each_member_at_its_bounds(emulator: Emulator) -> None:
    """Each is sent in a request that is complete without it, by a client that checks nothing."""
    connection = SignedConnection(emulator.url, emulator.credentials)

    def send(operation: str, request: dict[str, Any]) -> tuple[int, bytes]:
        http = batch_model().operation_model(operation).http
        answer = connection.send(http["method"], http["requestUri"], json.dumps(request).encode())
        emulator.clock.advance(0.2)
        return answer

    for operation, request in SCENE:
        assert send(operation, request)[0] == 200, operation
    refused = [
        (operation, changes, answer)
        for number, (operation, changes) in enumerate(ALLOWED)
        for status, answer in [send(operation, complete(operation, number, changes))]
        if status != 200
    ]
    connection.close()

    assert refused == []
