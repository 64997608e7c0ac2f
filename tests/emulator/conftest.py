"""An emulator whose clock stands still, and its Batch client."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import NOON, client
from withstood import Thrown, write_down

from sjresource.emulator import Clock, Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

THROWN = pytest.StashKey[list[Thrown]]()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Serve on a free port, in memory, with a clock that only tests move."""
    with Emulator(clock=Clock(0, start=NOON)) as serving:
        yield serving


@pytest.fixture
def batch(emulator: Emulator) -> Any:
    """Talk to its Batch."""
    return client(emulator, "batch")


@pytest.fixture(scope="session")
def thrown(request: pytest.FixtureRequest) -> list[Thrown]:
    """Collect what was thrown at an emulator, for the document."""
    return request.config.stash.setdefault(THROWN, [])


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Write down what `make fuzz` has shown."""
    if "SJRESOURCE_FUZZ" in os.environ:
        ran = {
            outcome: [each.nodeid for each in terminalreporter.stats.get(outcome, [])]
            for outcome in ("passed", "failed")
        }
        seed = int(os.environ.get("SJRESOURCE_FUZZ_SEED", "20261129"))
        drawn: list[Thrown] = config.stash.get(THROWN, [])
        write_down(drawn, ran["passed"], ran["failed"], seed)
