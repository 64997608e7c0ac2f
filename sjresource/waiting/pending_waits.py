"""Holds a failed wait back until nothing else of the program is under way.

An exception in an apply ends the program, and with it every other wait before its outcome is
recorded. So a failed wait raises only when every other one is over and recorded, and when the
engine works on no registration of this program any more: by then the resources that depend on the
others are made, as far as a program can know.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi

from sjresource.status.failure_report import held_back, summary

if TYPE_CHECKING:
    from collections.abc import Callable

_QUIET_CHECKS = 4
_CHECK_SECONDS = 0.05


class PendingWaits:
    """The waits of one program that are not over. Use it on the program's event loop only."""

    def __init__(self, engine_calls: Callable[[], int], *, fail_fast: bool = False) -> None:
        """Start without a wait; `engine_calls` returns the number of calls that are under way."""
        self._engine_calls = engine_calls
        self._fail_fast = fail_fast
        self._pending: dict[object, asyncio.Future[None]] = {}
        self._none_pending = asyncio.Event()
        self._headlines: list[str] = []
        self._ended = False

    def add(self, wait: object) -> asyncio.Future[None]:
        """Add a wait, and return a future that is cancelled if the wait has to stop early.

        Raises:
            pulumi.RunError: the program has been ended by a failure.
        """
        if self._ended:
            self.end_program()
        self._none_pending.clear()
        self._pending[wait] = asyncio.get_running_loop().create_future()
        return self._pending[wait]

    @property
    def waits(self) -> tuple[object, ...]:
        """The waits that are not over."""
        return tuple(self._pending)

    def remove(self, wait: object) -> None:
        """Remove a wait that is recorded or has failed. Idempotent."""
        self._pending.pop(wait, None)
        if not self._pending:
            self._none_pending.set()

    async def fail(self, wait: object, headline: str) -> NoReturn:
        """End the program with the failure as soon as nothing else is under way.

        Raises:
            pulumi.RunError: the list of all failures, in each of the failed waits.
        """
        self._headlines.append(headline)
        self.remove(wait)
        if self._fail_fast:
            for stop in self._pending.values():
                stop.cancel()
        else:
            if self._pending:
                message = held_back(len(self._headlines), len(self._pending))
                pulumi.log.info(message, ephemeral=True)
            await self._none_pending.wait()
            await self._until_quiet()
        self.end_program()

    def end_program(self) -> NoReturn:
        """Raise the failures so far."""
        self._ended = True
        raise pulumi.RunError(summary(self._headlines))

    async def _until_quiet(self) -> None:
        quiet = 0
        while quiet < _QUIET_CHECKS:
            await asyncio.sleep(_CHECK_SECONDS)
            quiet = 0 if self._engine_calls() or self._pending else quiet + 1


def count_calls(stub: Any) -> Callable[[], int]:
    """Return a function that counts the calls under way through a gRPC stub, from now on.

    The SDK has no such count, and does not tell a registration that the engine works on from one
    that waits for a failed job. The stub's methods are attributes, which are replaced here by
    counting ones. None, as there is no engine, has no calls.
    """
    lock, under_way = threading.Lock(), 0

    def count(by: int) -> None:
        nonlocal under_way
        with lock:
            under_way += by

    def counted(call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **keywords: Any) -> Any:
            count(1)
            try:
                return call(*arguments, **keywords)
            finally:
                count(-1)

        return wrapper

    for name, call in list(vars(stub).items()) if stub is not None else ():
        if callable(call):
            setattr(stub, name, counted(call))
    return lambda: under_way
