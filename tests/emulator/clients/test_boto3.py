"""boto3 drives every emulated operation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import batch_scenario
from botocore import xform_name
from emulator_requests import client

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.api import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Callable


def test_boto3_drives_every_operation() -> None:
    """Each operation of the table succeeds once in a scenario of all of them, over HTTP."""
    with Emulator(clock=Clock(0)) as emulator:
        batch = client(emulator, "batch")

        def send(operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
            method: Callable[..., dict[str, Any]] = getattr(batch, xform_name(operation))
            return method(**parameters)

        batch_scenario.run(send, lambda: emulator.clock.advance(5))
        called = emulator.calls.counts()

    assert set(called) == set(OPERATIONS)
