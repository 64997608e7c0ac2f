from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulated_stack import cloud
from engine_fixtures import engine, new_stack
from shown_stack import ShownStack, shown_stack

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["cloud", "engine", "new_stack"]


@pytest.fixture(scope="module")
def shown(engine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownStack]:
    """Return a stack with jobs of every kind, shared by a module: look, and change nothing."""
    with shown_stack(tmp_path_factory.mktemp("shown") / "stack", engine) as stack:
        yield stack
