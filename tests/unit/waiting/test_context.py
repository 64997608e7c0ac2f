from __future__ import annotations

import asyncio

import pulumi
import pytest

from sjresource.waiting.context import WaitContext, wait_context
from sjresource.waiting.reporter import REPORT_RATES


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


def test_settings_are_read_whatever_their_case(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the check of all settings takes them."""
    given = {"progress": "LIVE", "failFast": " TRUE"}
    monkeypatch.setattr(pulumi.Config, "get", lambda _, key: given.get(key))

    context, _ = asyncio.run(shared())

    assert vars(context.reporter)["_rate"] is REPORT_RATES["live"]
    assert vars(context.pending)["_fail_fast"] is True
