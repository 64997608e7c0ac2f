"""The fixtures of every test that runs the real engine, for the conftest.py of its folder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from pulumi_stack import PulumiStack

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["NewStack", "engine", "new_stack"]

ROOT = Path(__file__).parents[3]
TOOL = ROOT / "tools" / "only_where_pulumi_cannot_be_installed" / "engine"


class NewStack(Protocol):
    """Makes a stack that is closed when the test ends."""

    def __call__(self, program: str, **settings: Any) -> PulumiStack:
        """Make one; `settings` are those of PulumiStack."""


@pytest.fixture(scope="session")
def engine() -> Path:
    """Return the folder that holds `pulumi`; brings one first if there is none, in minutes."""
    said = subprocess.run([sys.executable, TOOL], stdout=subprocess.PIPE, text=True, check=True)
    return Path(said.stdout.strip())


@pytest.fixture
def new_stack(engine: Path, tmp_path: Path) -> Iterator[NewStack]:
    """Return a maker of stacks, each in a folder of its own."""
    made: list[PulumiStack] = []

    def make(program: str, **settings: Any) -> PulumiStack:
        folder = tmp_path / f"stack-{len(made)}"
        stack = PulumiStack(folder, engine, program, **settings)
        made.append(stack)
        return stack

    yield make
    for stack in made:
        stack.close()
