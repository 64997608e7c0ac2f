from __future__ import annotations

import asyncio

import pulumi
import pytest

from sjresource.waiting.context import WaitContext, wait_context


async def shared() -> tuple[WaitContext, WaitContext]:
    """Look twice."""
    return wait_context(), wait_context()


def test_waits_of_one_program_share_a_poller_and_programs_do_not() -> None:
    """The Automation API runs programs in one process, each with an event loop of its own."""
    one, again = asyncio.run(shared())
    other, _ = asyncio.run(shared())

    assert one is again
    assert one.poller is not other.poller
    assert one.pending is not other.pending


def test_a_progress_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is waited for."""
    monkeypatch.setattr(pulumi.Config, "get", lambda _, key: {"progress": "loud"}.get(key))

    with pytest.raises(pulumi.RunError, match="must be sparse or live, got 'loud'"):
        asyncio.run(shared())
