"""Waiting until something in Batch has settled: asked for again and again, never for ever.

Batch answers a create, an update or a delete at once and does it afterwards; queues and
environments pass through CREATING, UPDATING and DELETING meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sjresource.errors import NotFound, RequestFailed, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Detail = dict[str, Any]

Seen = TypeVar("Seen")

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 3.0


class Clock(NamedTuple):
    """Time, and how to let it pass; a test brings its own."""

    now: Callable[[], float]
    sleep: Callable[[float], None]


class Pace(NamedTuple):
    """A clock, a sleep and a bound, in seconds; a test brings its own."""

    now: Callable[[], float]
    sleep: Callable[[float], None]
    seconds: float


def wait_until_settled(find: Callable[[], Detail], pace: Pace) -> Detail:
    """Give the detail once its status is no longer a passing one, or as it is when time is up.

    What has no status, such as a scheduling policy, is settled.

    Raises:
        NotFound: it went away meanwhile.
    """
    detail: Detail = {}
    for detail in looks(find, pace):
        if detail.get("status", "VALID") in ("VALID", "INVALID"):
            break
    return detail


def wait_until_gone(find: Callable[[], Detail], pace: Pace, noun: str, identifier: str) -> None:
    """Return once it is not found.

    Raises:
        WaitTimeout: it is still there when time is up.
    """
    detail: Detail = {}
    try:
        for detail in looks(find, pace):  # noqa: B007 - the last look is told in the error
            pass
    except NotFound:
        return
    raise WaitTimeout(
        "deleting",
        noun,
        identifier,
        f"still {detail.get('status')} after {pace.seconds:.0f} s",
        "run `pulumi up` or `pulumi destroy` again",
    )


def retry_while_related(effect: Callable[[], None], pace: Pace) -> None:
    """Do what Batch refuses as long as it still sees a relationship that was just taken away.

    Its parts learn of each other's changes late, so that deleting an environment is refused for a
    while after its queue is gone; the same for an update that is still going on.
    https://github.com/hashicorp/terraform-provider-aws/issues/2044
    """
    deadline = pace.now() + pace.seconds
    delay = _FIRST_DELAY
    while True:
        try:
            return effect()
        except RequestFailed as error:
            if not _passes(error.seen) or pace.now() >= deadline:
                raise
        pace.sleep(delay)
        delay = min(delay * 1.5, _LONGEST_DELAY)


def _passes(message: str) -> bool:
    return any(words in message.lower() for words in ("relationship", "being modified", "in use"))


def looks(find: Callable[[], Seen], pace: Pace) -> Iterator[Seen]:
    """Look at once, then less and less often until time is up; at least twice."""
    deadline = pace.now() + pace.seconds
    delay = _FIRST_DELAY
    while True:
        yield find()
        if pace.now() >= deadline:
            return
        pace.sleep(delay)
        delay = min(delay * 1.5, _LONGEST_DELAY)
