"""Where a provider's warnings go: to stderr, unless the front that drives it shows them elsewhere.

A dynamic provider has no other channel. The native one has the engine's log, and a row for each
resource, which differs from thread to thread.
"""

from __future__ import annotations

import sys
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def warn(text: str) -> None:
    """Show a warning, one line without control characters."""
    _show.get()(text)


def show_warnings_by(show: Callable[[str], None]) -> None:
    """Have the warnings of this thread shown by `show`, from now on."""
    _show.set(show)


def _to_stderr(text: str) -> None:
    sys.stderr.write(f"warning: {text}\n")


_show: ContextVar[Callable[[str], None]] = ContextVar("show", default=_to_stderr)
