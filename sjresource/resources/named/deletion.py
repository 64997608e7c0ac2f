"""How a queue, environment, policy or share is disabled and deleted, once nothing uses it any more.

What uses it may be about to go in the same operation, so the guard of the delete (`delete_guards`)
is asked again for a while. How long depends on why it is deleted:

| it is deleted          | what uses it                                  | is waited for        |
| ---------------------- | --------------------------------------------- | -------------------- |
| for good, or last      | goes by itself, or is changed before          | `timeouts`' `delete` |
| before its replacement | is changed only once the replacement is there | some seconds         |
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from sjresource.aws.waiters import InUse, retry_while_in_use
from sjresource.errors import RequestFailed
from sjresource.stack.identity import RUN_TAG
from sjresource.vocabulary import DISABLED
from sjresource.warning import warn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.waiters import WaiterClock
    from sjresource.resources.named.live_resource import LiveResource

    Detail = Mapping[str, Any]
    Guard = Callable[[], None]

_LET_IT_BE_REPLACED_FIRST = (
    "they are changed only once its replacement is there, which the resource option "
    "delete_before_replace makes after this: leave that out, or delete them first"
)

_DELETED_FIRST_WITHIN = 20.0
"""Seconds that a delete before its own replacement waits for users of the resource to go: those
that depend on it are changed only once the new one is there, so they don't go by themselves."""

_TOLD_AFTER = 20.0
"""Seconds of a delete's wait for what uses the resource, until it is told of."""
_STAYS = "one that a resource option, such as deleted_with, leaves in AWS is never gone"


def disable_and_delete(
    live: LiveResource, detail: Detail, guard: Guard, timeout: float, *, is_replaced: bool
) -> None:
    """Disable it and delete it; it may exist for a while yet.

    Args:
        live: the resource.
        detail: as it was found.
        guard: raises RequestFailed as long as it must not be deleted, InUse if that may change.
        timeout: the most seconds that each of the steps waits.
        is_replaced: whether its replacement is made after this.

    Raises:
        RequestFailed: it must not be deleted; it has the state that it had.
    """
    if is_replaced:
        _require_unused_by_now(guard, live.clock, min(timeout, _DELETED_FIRST_WITHIN))
    else:
        telling = _telling_of_a_wait(guard, live.clock, timeout)
        retry_while_in_use(telling, live.clock, timeout)
    state = detail.get("state")
    if state is not None:
        _disable(live, state, guard, timeout)
    delete = partial(live.client.delete, live.kind, live.arn)
    try:
        retry_while_in_use(delete, live.clock, timeout)
    except RequestFailed:
        if state not in (None, DISABLED):
            live.set_state(state, timeout)
        raise


def is_created_anew(detail: Detail, props: Mapping[str, Any]) -> bool:
    """Return whether a newer create of this resource has taken over what an old state names.

    This happens after `--replace` or `state taint` of what is created before the old one is
    deleted, if it was never marked as recorded; else that create is refused.
    """
    token = detail.get("tags", {}).get(RUN_TAG)
    return None not in (token, props.get("create_token")) and token != props["create_token"]


def _disable(live: LiveResource, state: str, guard: Guard, timeout: float) -> None:
    """Disable it; the guard is asked once more, since jobs may have come in between."""
    if state != DISABLED:
        live.set_state(DISABLED, timeout)
    try:
        guard()
    except RequestFailed:
        live.set_state(state, timeout)
        raise


def _telling_of_a_wait(guard: Guard, clock: WaiterClock, timeout: float) -> Guard:
    """Return the guard, which warns once it has been asked for a while."""
    tell_at = clock.now() + _TOLD_AFTER
    told = False

    def telling() -> None:
        nonlocal told
        try:
            guard()
        except InUse as error:
            if not told and clock.now() >= tell_at:
                told = True
                warn(f"{error}; waiting for these to go, {timeout:g} s at most; {_STAYS}")
            raise

    return telling


def _require_unused_by_now(guard: Guard, clock: WaiterClock, timeout: float) -> None:
    """Make sure that nothing uses what is deleted before its replacement is made.

    Raises:
        RequestFailed: something of this stack does. Waiting longer would not help.
    """
    try:
        retry_while_in_use(guard, clock, timeout)
    except InUse as error:
        raise RequestFailed(
            error.doing, error.noun, error.identifier, error.seen, _LET_IT_BE_REPLACED_FIRST
        ) from None
