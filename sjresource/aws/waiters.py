"""Polls AWS Batch until a change has taken effect, always within bounds.

Batch answers a create, an update or a delete at once and carries it out later: queues, environments
and shares pass through CREATING, UPDATING and DELETING meanwhile, and what Batch shows lags behind.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sjresource.errors import NotFound, RequestFailed, SjresourceError, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Detail = dict[str, Any]

Result = TypeVar("Result")

VISIBLE_WITHIN = 5.0
"""Seconds within which Batch shows what exists; a not-found before that proves nothing."""

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 3.0

_IN_USE = ("relationship", "being modified", "in use")
"""In Batch's messages: what is in use by something that may just be going."""


class InUse(RequestFailed):
    """Resources that may just be going use this one; sjresource saw that, and did not ask AWS."""


class WaiterClock(NamedTuple):
    """Monotonic seconds, and how to let them pass; a test brings its own."""

    now: Callable[[], float]
    sleep: Callable[[float], None]

    def backoff(self, timeout: float) -> Iterator[float]:
        """Return growing delays, in seconds, until `timeout` seconds after this call."""
        deadline = self.now() + timeout

        def delays() -> Iterator[float]:
            delay = _FIRST_DELAY
            while self.now() < deadline:
                yield delay
                delay = min(delay * 1.5, _LONGEST_DELAY)

        return delays()


SYSTEM_CLOCK = WaiterClock(time.monotonic, time.sleep)
"""This machine's."""


def poll(
    find: Callable[[], Result],
    until: Callable[[Result], bool],
    sleep: Callable[[float], None],
    delays: Iterable[float],
) -> Result:
    """Call `find` until `until` accepts what it returns, or no delay is left; return the last.

    The first call is immediate, and every delay is followed by one.
    """
    result = find()
    for delay in delays:
        if until(result):
            break
        sleep(delay)
        result = find()
    return result


def wait_until_settled(find: Callable[[], Detail], clock: WaiterClock, timeout: float) -> Detail:
    """Return the detail once its status is VALID or INVALID, or as it is after `timeout` seconds.

    What has no status, such as a scheduling policy, is settled.

    Raises:
        NotFound: it was deleted meanwhile.
    """

    def is_settled(detail: Detail) -> bool:
        return detail.get("status", "VALID") in ("VALID", "INVALID")

    return poll(find, is_settled, clock.sleep, clock.backoff(timeout))


def wait_until_gone(
    find: Callable[[], Detail], clock: WaiterClock, timeout: float, noun: str, identifier: str
) -> None:
    """Return once `find` raises NotFound.

    Raises:
        WaitTimeout: it still exists after `timeout` seconds.
    """
    try:
        detail = poll(find, lambda _: False, clock.sleep, clock.backoff(timeout))
    except NotFound:
        return
    raise WaitTimeout(
        "deleting",
        noun,
        identifier,
        f"still {detail.get('status')} after {timeout:.0f} s",
        "run `pulumi up` or `pulumi destroy` again",
    )


def retry_while_in_use(effect: Callable[[], None], clock: WaiterClock, timeout: float) -> None:
    """Retry while Batch still reports a dependency that has just been removed.

    Its parts learn of each other's changes late: deleting an environment is refused for a while
    after its queue is gone. The same holds for an update while another one is going on.
    https://github.com/hashicorp/terraform-provider-aws/issues/2044
    """

    def is_in_use(error: SjresourceError) -> bool:
        message = error.seen.lower()
        is_batchs = isinstance(error, RequestFailed) and any(words in message for words in _IN_USE)
        return is_batchs or isinstance(error, InUse)

    _retry(effect, is_in_use, clock, timeout)


def retry_while_not_found(find: Callable[[], Detail], clock: WaiterClock) -> Detail:
    """Return the detail, which Batch may not show yet.

    Raises:
        NotFound: Batch has not shown it for VISIBLE_WITHIN seconds.
    """
    return _retry(find, lambda error: isinstance(error, NotFound), clock, VISIBLE_WITHIN)


def _retry(
    call: Callable[[], Result],
    is_retryable: Callable[[SjresourceError], bool],
    clock: WaiterClock,
    timeout: float,
) -> Result:
    def attempt() -> Result | SjresourceError:
        try:
            return call()
        except SjresourceError as error:
            if not is_retryable(error):
                raise
            return error

    def has_succeeded(result: Result | SjresourceError) -> bool:
        return not isinstance(result, SjresourceError)

    result = poll(attempt, has_succeeded, clock.sleep, clock.backoff(timeout))
    if isinstance(result, SjresourceError):
        raise result
    return result
