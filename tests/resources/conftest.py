from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulated import EmulatedBatch
from native_plugin import NativePlugin

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def aws() -> Iterator[EmulatedBatch]:
    """Return an emulated AWS of this test's own; its time passes when somebody sleeps."""
    emulated = EmulatedBatch()
    with emulated.emulator:
        yield emulated


@pytest.fixture
def plugin(aws: EmulatedBatch) -> Iterator[NativePlugin]:
    """Return the native provider in front of that AWS."""
    started = NativePlugin(aws)
    yield started
    started.close()
