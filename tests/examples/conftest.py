from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of the example's code and data."""
    return Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
def script(examples: Path) -> Any:
    """The training script as a module, for its functions."""
    spec = importlib.util.spec_from_file_location("train", examples / "train.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["train"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module
