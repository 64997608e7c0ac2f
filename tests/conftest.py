"""The order of all tests: what takes seconds before what takes milliseconds.

The last tests are then short ones, and no worker goes on long after the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

LONGEST = "test_random_kills"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort them; within a rank the order stays."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if LONGEST in item.nodeid:
        return 0
    return 1 if item.get_closest_marker("stack") else 2
