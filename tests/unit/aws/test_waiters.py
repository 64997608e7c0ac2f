from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sjresource.aws.waiters import (
    Pace,
    retry_while_related,
    wait_until_gone,
    wait_until_settled,
)
from sjresource.errors import NotFound, RequestFailed, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def pace(self, bound: float = 60.0) -> Pace:
        """Wait in this time, at most `bound` seconds."""
        return Pace(lambda: self.seconds, self.sleep, bound)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.seconds += seconds


def becomes(clock: Clock, after: float, then: dict[str, Any] | None) -> Callable[[], Any]:
    """Find something that is UPDATING for a while, and then something else or gone."""

    def find() -> dict[str, Any]:
        if clock.seconds < after:
            return {"status": "UPDATING"}
        if then is None:
            raise NotFound("reading", "JobQueue", "training")
        return then

    return find


def test_a_settled_status_ends_the_wait() -> None:
    """It returns soon after the status is VALID."""
    clock = Clock()

    assert wait_until_settled(becomes(clock, 5.0, {"status": "VALID"}), clock.pace()) == {
        "status": "VALID"
    }
    assert clock.seconds < 10


def test_a_wait_ends_when_its_time_is_up() -> None:
    """A create returns with the status that it has: raising would lose the id."""
    clock = Clock()

    found = wait_until_settled(becomes(clock, 1e9, {}), clock.pace(60.0))

    assert found == {"status": "UPDATING"}
    assert 60 <= clock.seconds < 65


def test_gone_ends_the_wait_for_gone() -> None:
    """Not found is what a delete waits for."""
    clock = Clock()
    wait_until_gone(becomes(clock, 5.0, None), clock.pace(), "JobQueue", "training")

    assert 5 <= clock.seconds < 10


def test_what_never_goes_is_an_error_that_names_it() -> None:
    """The message says what was seen and what to do."""
    clock = Clock()

    with pytest.raises(WaitTimeout, match=r"deleting JobQueue \(training\): still UPDATING after"):
        wait_until_gone(becomes(clock, 1e9, None), clock.pace(), "JobQueue", "training")


@pytest.mark.parametrize(
    "message", ["found existing JobQueue relationship", "resource is being modified"]
)
def test_a_relationship_that_passes_is_waited_out(message: str) -> None:
    """Batch's parts learn of each other's changes late."""
    clock, done = Clock(), []

    def effect() -> None:
        if clock.seconds < 5:
            raise RequestFailed(
                "deleting", "ServiceEnvironment", "gpus", f"Cannot delete, {message}"
            )
        done.append(clock.seconds)

    retry_while_related(effect, clock.pace())

    assert len(done) == 1


def test_another_refusal_is_not_retried() -> None:
    """Only what passes by itself is waited for."""
    clock = Clock()

    def effect() -> None:
        raise RequestFailed("deleting", "JobQueue", "training", "AccessDeniedException: no")

    with pytest.raises(RequestFailed):
        retry_while_related(effect, clock.pace())

    assert clock.seconds == 0
