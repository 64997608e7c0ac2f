from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest

from sjresource.waiting.pending_waits import PendingWaits, count_calls


async def fail(waits: PendingWaits, wait: str) -> str:
    """Fail a wait, and give what the program is ended with."""
    with pytest.raises(pulumi.RunError) as raised:
        await waits.fail(wait, f"{wait} failed")
    return str(raised.value)


async def turns(count: int = 20) -> None:
    """Let everything on the loop go on as far as it can."""
    for _ in range(count):
        await asyncio.sleep(0)


def test_failures_are_held_back_until_the_others_are_recorded() -> None:
    """One failure must not end the other waits unrecorded; then all are told in one list."""

    async def program() -> None:
        waits = PendingWaits(lambda: 0)
        for wait in "abc":
            waits.add(wait)
        failed = [asyncio.ensure_future(fail(waits, wait)) for wait in "ab"]
        await turns()
        assert not any(task.done() for task in failed)

        waits.remove("c")

        first, second = await asyncio.gather(*failed)
        assert first == second
        assert first.splitlines() == [
            "2 waits have failed (see the reasons on the jobs' rows):",
            "  a failed",
            "  b failed",
        ]

    asyncio.run(program())


def test_failures_are_held_back_while_the_engine_works() -> None:
    """What depends on a model that was made is made too."""
    under_way = 1

    async def program() -> None:
        nonlocal under_way
        waits = PendingWaits(lambda: under_way)
        waits.add("a")
        failed = asyncio.ensure_future(fail(waits, "a"))
        await asyncio.sleep(0.4)
        assert not failed.done()

        under_way = 0

        assert "a failed" in await asyncio.wait_for(failed, 10)

    asyncio.run(program())


def test_a_new_wait_keeps_failures_back_too() -> None:
    """A job that depends on the model of another is waited for in its turn."""

    async def program() -> None:
        waits = PendingWaits(lambda: 0)
        waits.add("a")
        failed = asyncio.ensure_future(fail(waits, "a"))
        await turns()
        waits.add("late")
        await asyncio.sleep(0.4)
        assert not failed.done()

        waits.remove("late")

        await asyncio.wait_for(failed, 10)

    asyncio.run(program())


def test_fail_fast_ends_the_others_at_once() -> None:
    """Whoever asks for it wants no hours of waiting after a failure."""

    async def program() -> None:
        waits = PendingWaits(lambda: 1, fail_fast=True)
        waits.add("a")
        stop = waits.add("b")

        assert "1 wait has failed" in await fail(waits, "a")
        assert stop.cancelled()
        with pytest.raises(pulumi.RunError):
            waits.add("late")

    asyncio.run(program())


def test_calls_through_a_stub_are_counted_while_they_last() -> None:
    """Failed ones too; a program without an engine has none."""
    counts: list[int] = []

    def register(request: Any) -> None:
        counts.append(under_way())
        if request == "bad":
            raise ValueError(request)

    stub = SimpleNamespace(RegisterResource=register)
    under_way = count_calls(stub)

    stub.RegisterResource("good")
    with pytest.raises(ValueError, match="bad"):
        stub.RegisterResource("bad")

    assert (counts, under_way()) == ([1, 1], 0)
    assert count_calls(None)() == 0
