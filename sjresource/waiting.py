"""Waiting for service jobs in the program's own process, without holding up anything else there.

A provider can't wait: its four workers serve all resources, and Ctrl-C doesn't reach them. So a
thread of our own asks Batch, and the program's event loop is only told. It is a daemon thread,
since the program's default executor is shared with resource registration and joined at exit.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary

from sjresource.arn import parse_arn
from sjresource.client import TERMINAL, batch_client
from sjresource.errors import NotFound, Refused, SjresourceError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.settings import Settings

    Detail = dict[str, Any]
    Seen = Callable[[Detail], None]

Answer = TypeVar("Answer")

SHORTEST_DELAY = 0.5
LONGEST_DELAY = 30.0
_LISTED_WITHIN = 10.0
"""Seconds for which a job that was just submitted may still be unknown to Describe."""

_PASSING = frozenset(
    {
        "ExpiredTokenException",
        "InternalServerError",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""Errors that a long wait outlives: they say nothing about the job."""


def next_delay(last: float, *, changed: bool, spread: float) -> float:
    """Give the seconds until the next look: soon after a change, later and later after none.

    `spread` is a random number from 0 to 1, so that many waits don't ask at the same moment.
    """
    delay = SHORTEST_DELAY if changed else min(last * 1.4, LONGEST_DELAY)
    return delay * (0.9 + 0.2 * spread)


@dataclass
class _Watch:
    job: str
    seen: Seen
    since: float
    due: float
    done: Future[Detail] = field(default_factory=Future)
    delay: float = SHORTEST_DELAY
    last: tuple[Any, ...] = ()


class Poller:
    """Asks for the jobs that somebody waits for, from one thread that ends when nobody does."""

    def __init__(
        self,
        describe: Callable[[str], Detail],
        now: Callable[[], float] = time.monotonic,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._describe = describe
        self._now = now
        self._spread = spread
        self._watches: list[_Watch] = []
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def watch(self, job: str, seen: Seen) -> Future[Detail]:
        """Call `seen` in the poller's thread with each answer; the future gets the terminal one.

        The future fails with NotFound or Refused if the job can't be asked for. A call that gets no
        answer, or is throttled, is made again. Cancelling the future ends the watch.
        """
        now = self._now()
        watch = _Watch(job, seen, since=now, due=now)
        with self._changed:
            self._watches.append(watch)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="sjresource", daemon=True)
                self._thread.start()
        return watch.done

    def _run(self) -> None:
        while (watch := self._next_due()) is not None:
            self._look(watch)

    def _next_due(self) -> _Watch | None:
        with self._changed:
            while True:
                self._watches = [watch for watch in self._watches if not watch.done.done()]
                if not self._watches:
                    self._thread = None
                    return None
                first = min(self._watches, key=lambda watch: watch.due)
                remaining = first.due - self._now()
                if remaining <= 0:
                    return first
                self._changed.wait(remaining)

    def _look(self, watch: _Watch) -> None:
        changed = False
        try:
            detail = self._describe(watch.job)
        except SjresourceError as error:
            if not self._outlives(error, watch):
                _fail(watch.done, error)
        else:
            news = (detail["status"], detail.get("statusReason"))
            changed, watch.last = news != watch.last, news
            watch.seen(detail)
            if detail["status"] in TERMINAL:
                _finish(watch.done, detail)
        watch.delay = next_delay(watch.delay, changed=changed, spread=self._spread())
        watch.due = self._now() + watch.delay

    def _outlives(self, error: SjresourceError, watch: _Watch) -> bool:
        if isinstance(error, NotFound):
            return self._now() - watch.since < _LISTED_WITHIN
        if isinstance(error, Refused):
            return error.code in _PASSING
        return isinstance(error, Unreachable)


def poller_for(settings: Settings) -> Poller:
    """Give the one poller of the running event loop and these settings."""
    of_loop = _pollers.setdefault(asyncio.get_running_loop(), {})
    if settings not in of_loop:
        of_loop[settings] = Poller(lambda job: _describe(settings, job))
    return of_loop[settings]


async def in_daemon_thread(call: Callable[[], Answer]) -> Answer:
    """Await a blocking call without the program's own executor."""
    done: Future[Answer] = Future()

    def run() -> None:
        try:
            done.set_result(call())
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            done.set_exception(error)

    threading.Thread(target=run, name="sjresource", daemon=True).start()
    return await asyncio.wrap_future(done)


class OpenWaits:
    """Lets a failed wait hold back until no other wait of its program is open.

    An exception in one ends the program, and with it every other wait, unrecorded.
    """

    def __init__(self) -> None:
        self._open = 0
        self._all_closed = asyncio.Event()
        self.failures: list[str] = []

    def enter(self) -> None:
        """Count a wait in."""
        self._open += 1
        self._all_closed.clear()

    def leave(self) -> None:
        """Count a wait out: it is recorded, or has failed."""
        self._open -= 1
        if not self._open:
            self._all_closed.set()

    async def until_all_closed(self) -> None:
        """Return once every wait has been counted out."""
        await self._all_closed.wait()


def open_waits() -> OpenWaits:
    """Give the waits of the running event loop: several programs may share a process."""
    return _open_waits.setdefault(asyncio.get_running_loop(), OpenWaits())


_pollers: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Settings, Poller]]
_pollers = WeakKeyDictionary()
_open_waits: WeakKeyDictionary[asyncio.AbstractEventLoop, OpenWaits] = WeakKeyDictionary()


def _describe(settings: Settings, job: str) -> Detail:
    arn = parse_arn(job)
    return batch_client(settings, arn.region if arn else None).find_service_job(job)


def _finish(done: Future[Detail], detail: Detail) -> None:
    if done.set_running_or_notify_cancel():
        done.set_result(detail)


def _fail(done: Future[Detail], error: SjresourceError) -> None:
    if done.set_running_or_notify_cancel():
        done.set_exception(error)
