"""Holds failed waits back until nothing else of the program is under way.

An exception in an apply ends the program, and with it every other wait, unrecorded. So a wait that
has failed raises only when every other one is over and recorded, and when the engine has no
registration of this program in hand any more: by then what depends on the others is made, as far as
a program can know.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.settings import get_monitor

from sjresource.status.failure_report import held_back, summary

if TYPE_CHECKING:
    from collections.abc import Callable

_QUIET_CHECKS = 4
_CHECK_SECONDS = 0.05


class OpenWaits:
    """The waits of one program. To be used on its event loop only."""

    def __init__(self, in_hand: Callable[[], int], *, fail_fast: bool = False) -> None:
        self._in_hand = in_hand
        self._fail_fast = fail_fast
        self._open: dict[object, asyncio.Future[None]] = {}
        self._all_over = asyncio.Event()
        self._headlines: list[str] = []
        self._ended = False

    def enter(self, wait: object) -> asyncio.Future[None]:
        """Count a wait in; what is returned is cancelled if the wait has to end at once.

        Raises:
            pulumi.RunError: the program is at its end.
        """
        if self._ended:
            self.end()
        self._all_over.clear()
        self._open[wait] = asyncio.get_running_loop().create_future()
        return self._open[wait]

    @property
    def open(self) -> tuple[object, ...]:
        """The waits that go on."""
        return tuple(self._open)

    def leave(self, wait: object) -> None:
        """Count a wait out: it is recorded, or has failed. Idempotent."""
        self._open.pop(wait, None)
        if not self._open:
            self._all_over.set()

    async def fail(self, wait: object, headline: str) -> NoReturn:
        """Hold the failure back until the time has come, then end the program.

        Raises:
            pulumi.RunError: the list of all failures, in each of the failed waits.
        """
        self._headlines.append(headline)
        self.leave(wait)
        if self._fail_fast:
            for stop in self._open.values():
                stop.cancel()
        else:
            if self._open:
                pulumi.log.info(held_back(len(self._headlines), len(self._open)), ephemeral=True)
            await self._all_over.wait()
            await self._until_nothing_is_in_hand()
        self.end()

    def end(self) -> NoReturn:
        """End the program with the failures so far."""
        self._ended = True
        raise pulumi.RunError(summary(self._headlines))

    async def _until_nothing_is_in_hand(self) -> None:
        quiet = 0
        while quiet < _QUIET_CHECKS:
            await asyncio.sleep(_CHECK_SECONDS)
            quiet = 0 if self._in_hand() or self._open else quiet + 1


def open_waits(*, fail_fast: bool) -> OpenWaits:
    """Give the waits of the running event loop: several programs may share a process."""
    loop = asyncio.get_running_loop()
    if loop not in _open_waits:
        _open_waits[loop] = OpenWaits(count_calls(get_monitor()), fail_fast=fail_fast)
    return _open_waits[loop]


_open_waits: WeakKeyDictionary[asyncio.AbstractEventLoop, OpenWaits] = WeakKeyDictionary()


def count_calls(stub: Any) -> Callable[[], int]:
    """Count the calls that are under way through a gRPC stub, from now on.

    The SDK has no such count, and knows no difference between a registration that the engine works
    on and one that waits for a failed job. Its stub's methods are attributes, made to be called.
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
