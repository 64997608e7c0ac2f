from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import pytest

from sjresource.errors import NotFound, Refused, SjresourceError, Unreachable
from sjresource.waiting import (
    LONGEST_DELAY,
    SHORTEST_DELAY,
    OpenWaits,
    Poller,
    in_daemon_thread,
    next_delay,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SOON = 10.0
"""Seconds after which a test gives up; none waits for so long."""


class Batch:
    """Answers with one thing after the other, in a time that leaps a minute when looked at."""

    def __init__(self, *answers: dict[str, Any] | SjresourceError) -> None:
        self.answers: Iterator[dict[str, Any] | SjresourceError] = iter(answers)
        self.seconds = 0.0

    def describe(self, _job: str) -> dict[str, Any]:
        """Give the next answer, or raise it."""
        answer = next(self.answers)
        if isinstance(answer, SjresourceError):
            raise answer
        return answer

    def poller(self) -> Poller:
        """Poll this Batch, in its time."""
        return Poller(self.describe, now=self.now, spread=lambda: 0.5)

    def now(self) -> float:
        """Tell the time, a minute later each time."""
        self.seconds += 60.0
        return self.seconds


RUNNING = {"status": "RUNNING"}
SUCCEEDED = {"status": "SUCCEEDED"}
FAILED = {"status": "FAILED"}


@pytest.mark.parametrize("terminal", [SUCCEEDED, FAILED])
def test_a_wait_ends_with_the_terminal_detail(terminal: dict[str, Any]) -> None:
    """Everything that is seen on the way is told, the end too."""
    seen: list[dict[str, Any]] = []
    batch = Batch(RUNNING, RUNNING, terminal)

    ended = batch.poller().watch("job", seen.append).result(SOON)

    assert ended == terminal
    assert seen == [RUNNING, RUNNING, terminal]


@pytest.mark.parametrize(
    "passing",
    [
        Unreachable("reading", "ServiceJob", "job", "no route"),
        Refused("reading", "ServiceJob", "job", "slow", code="TooManyRequestsException"),
        Refused("reading", "ServiceJob", "job", "old", code="ExpiredTokenException"),
    ],
    ids=["unreachable", "throttled", "expired-token"],
)
def test_what_says_nothing_about_the_job_is_outlived(passing: SjresourceError) -> None:
    """A lost network or a throttle is not a failed job."""
    batch = Batch(passing, RUNNING, passing, passing, SUCCEEDED)

    assert batch.poller().watch("job", lambda _: None).result(SOON) == SUCCEEDED


@pytest.mark.parametrize(
    "final",
    [
        NotFound("reading", "ServiceJob", "job"),
        Refused("reading", "ServiceJob", "job", "no", code="AccessDeniedException"),
    ],
    ids=["gone", "denied"],
)
def test_a_job_that_cannot_be_asked_for_ends_the_wait(final: SjresourceError) -> None:
    """Asking again would never help."""
    batch = Batch(RUNNING, final)

    with pytest.raises(type(final)):
        batch.poller().watch("job", lambda _: None).result(SOON)


def test_many_jobs_are_waited_for_in_one_thread() -> None:
    """Five hundred waits are no five hundred threads."""
    threads: set[int] = set()

    def describe(_job: str) -> dict[str, Any]:
        threads.add(threading.get_ident())
        return SUCCEEDED

    poller = Poller(describe, now=lambda: 0.0)
    waits = [poller.watch(f"job{i}", lambda _: None) for i in range(50)]

    assert all(wait.result(SOON) == SUCCEEDED for wait in waits)
    assert threading.get_ident() not in threads


def test_looks_come_soon_after_a_change_and_ever_later_after_none() -> None:
    """The end of a short job is seen fast, and a long wait costs few calls."""
    delays = [SHORTEST_DELAY]
    for _ in range(30):
        delays.append(next_delay(delays[-1], changed=False, spread=0.5))

    assert delays == sorted(delays)
    assert delays[-1] == pytest.approx(LONGEST_DELAY)
    assert next_delay(LONGEST_DELAY, changed=True, spread=0.5) == SHORTEST_DELAY


def test_waits_spread_out() -> None:
    """Many waits that began together don't ask together for ever."""
    assert next_delay(10.0, changed=False, spread=0.0) < next_delay(10.0, changed=False, spread=1.0)


def test_a_failed_wait_holds_back_until_the_others_are_closed() -> None:
    """One failure must not end the other waits unrecorded."""

    async def program() -> list[str]:
        waits, order = OpenWaits(), []
        waits.enter()
        waits.enter()
        waits.leave()

        async def failed() -> None:
            await waits.until_all_closed()
            order.append("raised")

        raising = asyncio.create_task(failed())
        await asyncio.sleep(0)
        order.append("other closed")
        waits.leave()
        await raising
        return order

    assert asyncio.run(program()) == ["other closed", "raised"]


def test_a_blocking_call_is_awaited_with_its_result_or_error() -> None:
    """It runs outside the loop, and outside the program's own executor."""

    def fail() -> None:
        raise NotFound("reading", "TrainingJob", "x")

    async def program() -> int:
        with pytest.raises(NotFound):
            await in_daemon_thread(fail)
        return await in_daemon_thread(threading.get_ident)

    assert asyncio.run(program()) != threading.get_ident()
