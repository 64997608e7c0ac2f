"""An emulator whose clock stands still, and its Batch client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import client

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

NOON = 1_800_000_000.0


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve on a free port, in memory, with a clock that only tests move."""
    with Emulator(clock=Clock(0, start=NOON)) as serving:
        yield serving


@pytest.fixture
def batch(emulator: Emulator) -> Any:
    """Talk to its Batch."""
    return client(emulator, "batch")
