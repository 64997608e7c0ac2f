from __future__ import annotations

from emulated_stack import cloud
from engine_fixtures import engine, new_stack

__all__ = ["cloud", "engine", "new_stack"]
