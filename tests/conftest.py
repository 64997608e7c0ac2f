"""The order of the tests' files: what takes seconds before what takes milliseconds.

A file is one worker's, so that what its tests share is made once. The last files are short ones,
and no worker goes on long after the others.
"""

from __future__ import annotations

import gc
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    # A shell's background job ignores it, and so would all that tests start and interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = "test_random_kills"


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: nearly all that is made here stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort their files; within a file the order stays."""
    on_the_engine = {item.path for item in items if item.get_closest_marker("stack")}

    def rank(item: pytest.Item) -> int:
        if item.path.stem == LONGEST:
            return 0
        return 1 if item.path in on_the_engine else 2

    items.sort(key=rank)
