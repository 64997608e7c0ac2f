from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sjresource.aws.waiters import (
    WaiterClock,
    poll,
    retry_while_in_use,
    retry_while_not_found,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.errors import NotFound, RequestFailed, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable


class Time:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.clock = WaiterClock(lambda: self.seconds, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.seconds += seconds


def becomes(time: Time, after: float, then: dict[str, Any] | None) -> Callable[[], Any]:
    """Find something that is UPDATING for a while, and then something else or gone."""

    def find() -> dict[str, Any]:
        if time.seconds < after:
            return {"status": "UPDATING"}
        if then is None:
            raise NotFound("reading", "JobQueue", "training")
        return then

    return find


def test_a_settled_status_ends_the_wait() -> None:
    """It returns soon after the status is VALID."""
    time = Time()

    assert wait_until_settled(becomes(time, 5.0, {"status": "VALID"}), time.clock, 60) == {
        "status": "VALID"
    }
    assert time.seconds < 10


def test_a_wait_ends_when_its_time_is_up() -> None:
    """A create returns with the status that it has: raising would lose the id."""
    time = Time()

    found = wait_until_settled(becomes(time, 1e9, {}), time.clock, 60)

    assert found == {"status": "UPDATING"}
    assert 60 <= time.seconds < 65


def test_gone_ends_the_wait_for_gone() -> None:
    """Not found is what a delete waits for."""
    time = Time()
    wait_until_gone(becomes(time, 5.0, None), time.clock, 60, "JobQueue", "training")

    assert 5 <= time.seconds < 10


def test_what_never_goes_is_an_error_that_names_it() -> None:
    """The message says what was seen and what to do."""
    time = Time()

    with pytest.raises(WaitTimeout, match=r"deleting JobQueue \(training\): still UPDATING after"):
        wait_until_gone(becomes(time, 1e9, None), time.clock, 60, "JobQueue", "training")


@pytest.mark.parametrize(
    "message", ["found existing JobQueue relationship", "resource is being modified"]
)
def test_a_relationship_that_passes_is_waited_out(message: str) -> None:
    """Batch's parts learn of each other's changes late."""
    time, done = Time(), []

    def effect() -> None:
        if time.seconds < 5:
            raise RequestFailed(
                "deleting", "ServiceEnvironment", "gpus", f"Cannot delete, {message}"
            )
        done.append(time.seconds)

    retry_while_in_use(effect, time.clock, 60)

    assert len(done) == 1


def test_another_refusal_is_not_retried() -> None:
    """Only what passes by itself is waited for."""
    time = Time()

    def effect() -> None:
        raise RequestFailed("deleting", "JobQueue", "training", "AccessDeniedException: no")

    with pytest.raises(RequestFailed):
        retry_while_in_use(effect, time.clock, 60)

    assert time.seconds == 0


@pytest.mark.parametrize("timeout", [0, 0.05, 1, 60])
def test_a_backoff_grows_up_to_three_seconds_until_its_time_is_up(timeout: float) -> None:
    """The last delay begins within the timeout, so the last look comes after it."""
    time = Time()
    delays = time.clock.backoff(timeout)
    poll(lambda: None, lambda _: False, time.sleep, delays)

    assert time.slept == sorted(time.slept)
    assert time.slept[:1] in ([], [0.1])
    assert max(time.slept, default=0) <= 3
    assert timeout <= time.seconds < timeout + 3


def test_a_poll_looks_once_more_than_it_sleeps() -> None:
    """It looks at once, and after each delay; the last result counts if none was good enough."""
    time, found = Time(), iter(range(10))

    assert poll(found.__next__, lambda _: False, time.sleep, (1, 2, 4)) == 3
    assert time.slept == [1, 2, 4]


def test_a_poll_ends_with_the_first_good_result() -> None:
    """Neither is it slept nor looked after that."""
    time, found = Time(), iter(range(10))

    assert poll(found.__next__, lambda each: each == 2, time.sleep, (1, 2, 4)) == 2
    assert time.slept == [1, 2]
    assert next(found) == 3


def test_an_error_ends_a_poll() -> None:
    """Only what is named is retried."""
    time = Time()

    with pytest.raises(NotFound):
        poll(becomes(time, 1.0, None), lambda _: False, time.sleep, (1, 1, 1))

    assert time.slept == [1]


def test_a_not_found_is_believed_after_some_seconds() -> None:
    """What Batch shows lags behind."""
    time = Time()

    def find() -> dict[str, Any]:
        if time.seconds < 3:
            raise NotFound("reading", "JobQueue", "training")
        return {"status": "VALID"}

    assert retry_while_not_found(find, time.clock) == {"status": "VALID"}
    gone = Time()
    with pytest.raises(NotFound):
        retry_while_not_found(becomes(gone, 0, None), gone.clock)
    assert 5 <= gone.seconds < 8
