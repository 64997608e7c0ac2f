from __future__ import annotations

from engine_fixtures import engine, new_stack

__all__ = ["engine", "new_stack"]
