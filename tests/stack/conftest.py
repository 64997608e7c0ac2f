from __future__ import annotations

from typing import TYPE_CHECKING

from emulated_stack import cloud
from engine_fixtures import engine, new_stack
from fronts import fronts_of

if TYPE_CHECKING:
    import pytest

__all__ = ["cloud", "engine", "new_stack"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the front of each test that takes one, unless its own rows do."""
    rows = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "front" in metafunc.fixturenames and not any("front" in names for names in rows):
        metafunc.parametrize("front", fronts_of(metafunc.function.__name__))
