"""Blocking calls in threads of their own."""

from __future__ import annotations

import contextvars

from sjresource.process.threads import begin
from sjresource.warning import show_warnings_by, warn


def test_a_call_beside_other_work_warns_where_its_starter_does() -> None:
    """The plugin shows warnings on the row of the resource that it is asked about."""
    shown: list[str] = []

    def ask() -> None:
        show_warnings_by(shown.append)
        begin(lambda: warn("AWS was not asked")).result(timeout=60)

    contextvars.copy_context().run(ask)

    assert shown == ["AWS was not asked"]
