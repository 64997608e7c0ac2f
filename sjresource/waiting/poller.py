"""The poller: one daemon thread that looks at every job that a program waits for.

A provider can't wait: its four workers serve all resources, and Ctrl-C doesn't reach them. So a
thread of our own asks Batch, and the program's event loop is only told. It is a daemon thread,
since the program's default executor is shared with resource registration and joined at exit.

When to look is `pacing`'s, how a look is made `looking`'s, what is said of it `reporting`'s.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.session import forget_clients
from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.status.describe import Look
from sjresource.status.text import duration, ran_seconds
from sjresource.vocabulary import TERMINAL
from sjresource.waiting.poll_interval import (
    SECONDS_A_CALL,
    SHORTEST_DELAY,
    is_gone,
    is_near_end,
    next_delay,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]
    Place = tuple[str, str]

Answer = TypeVar("Answer")

_RETHOUGHT_AFTER = 20
"""Looks after which pages that told nothing are tried again."""

_FEW = 2


@dataclass(eq=False)
class Watch:
    """A job that is waited for; `queue` is its queue's name or ARN, None while that is unknown.

    `name` is the job's name in Batch, None while that is unknown; `is_new` is that of a job that
    was submitted a moment ago, and may not be shown yet.

    `done` gets the first terminal detail, or fails with NotFound or RequestFailed if the job can't
    be asked for. Cancelling it ends the watch.
    """

    job: str
    queue: str | None = None
    name: str | None = None
    is_new: bool = False
    done: Future[Detail] = field(default_factory=Future)
    detail: Detail | None = None
    began: float = 0.0
    looked: float = 0.0
    changed: float = 0.0
    seen: float = 0.0
    missed: int = 0
    """Looks in a row that did not show it, the first at `missing`."""
    missing: float = 0.0

    @property
    def place(self) -> Place:
        """Region and queue; jobs of one place are looked at together."""
        arn = parse_arn(self.job)
        return arn.region if arn else "", name_in(self.queue or "")


class Listener(Protocol):
    """Is told by the poller, in the poller's thread."""

    def seen(self, watch: Watch) -> None:
        """Take note of a job that has another status, reason or attempt than before."""

    def out_of_reach(self, error: SjresourceError) -> None:
        """Take note that AWS can't be asked at the moment; the poller goes on trying."""

    def tell(self) -> float:
        """Say what is due to be said; give the seconds until there may be more."""


@dataclass
class _Visit:
    """When a place is looked at, and how lively it is."""

    due: float
    changed: float
    rested: float = 0.0
    """Before that a look would come too soon after one that took many calls."""
    listable: bool = True
    useless: set[str] = field(default_factory=set)
    looks: int = 0
    typical: float | None = None
    """How long the last job that ended here had run, in seconds."""


class Poller:
    """Looks at the jobs that somebody waits for, until nobody does.

    Cancel `done` of a watch to end it. A call that gets no answer, is throttled, or comes with
    credentials that have expired is made again, with the credentials that are there by then.
    `thread` is None while nobody waits.
    """

    def __init__(
        self,
        client: Callable[[str], BatchClient],
        listener: Listener,
        now: Callable[[], float] = time.monotonic,
        spread: Callable[[], float] = random.random,
        confirm_gone: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Take what it asks, whom it tells, and how it makes sure that a not-found counts.

        `confirm_gone` raises for a job, by its ARN, of which the credentials can't know.
        """
        self._confirm_gone = confirm_gone
        self._client = client
        self._listener = listener
        self._now = now
        self._spread = spread
        self._watches: list[Watch] = []
        self._visits: dict[Place, _Visit] = {}
        self._changed = threading.Condition()
        self.thread: threading.Thread | None = None

    def watch(self, watches: Iterable[Watch]) -> None:
        """Look at these jobs too, soon; returns at once."""
        now = self._now()
        with self._changed:
            for watch in watches:
                watch.began = now
                self._watches.append(watch)
                self._expect(watch, now)
            self._changed.notify()
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="sjresource", daemon=True)
                self.thread.start()

    def _run(self) -> None:
        while (place := self._next_place()) is not None:
            self._visit(place)

    def _next_place(self) -> Place | None:
        """Sleep until a place is due, letting the listener speak; None if nobody waits any more."""
        while True:
            quiet = self._listener.tell()
            with self._changed:
                self._watches = [watch for watch in self._watches if not watch.done.done()]
                if not self._watches:
                    self.thread = None
                    self._visits.clear()
                    return None
                places = {watch.place for watch in self._watches}
                place = min(places, key=lambda place: self._visits[place].due)
                remaining = self._visits[place].due - self._now()
                if remaining <= 0:
                    return place
                self._changed.wait(min(remaining, quiet))

    def _visit(self, place: Place) -> None:
        region, queue = place
        with self._changed:
            visit = self._visits[place]
            there = [watch for watch in self._watches if watch.place == place]
        there.sort(key=lambda watch: watch.looked)
        # Of an unknown queue a few jobs tell the name, and then its pages tell of the others.
        asked = there if queue else there[: _FEW ** (visit.looks + 1)]
        by_job: dict[str, list[Watch]] = {}
        for watch in asked:
            by_job.setdefault(name_in(watch.job), []).append(watch)
        look = Look(
            self._client(region),
            queue if queue and visit.listable else None,
            {job: watches[0].detail for job, watches in by_job.items()},
            visit.useless if visit.looks % _RETHOUGHT_AFTER else (),
            {job: watches[0].name for job, watches in by_job.items() if watches[0].name},
        )
        self._take_answers(look, by_job, visit)
        self._plan(visit, look, there)
        for watch in there[len(asked) :]:
            watch.queue = asked[-1].queue  # most likely; its description will say so, or not
        with self._changed:
            for watch in there:
                if watch.place != place:
                    self._expect(watch, self._now())

    def _take_answers(self, look: Look, by_job: dict[str, list[Watch]], visit: _Visit) -> None:
        try:
            for job, answer in look.answers():
                for watch in by_job[job]:
                    self._take(watch, answer, visit)
        except SjresourceError as error:
            self._renew(error)
            self._listener.out_of_reach(error)
        except Exception as error:  # noqa: BLE001 - without this thread every wait would hang
            said = f"{type(error).__name__}: {error}, which is unexpected"
            self._listener.out_of_reach(Unreachable("reading", "ServiceJob", "any", said))

    def _take(self, watch: Watch, answer: Detail | SjresourceError, visit: _Visit) -> None:
        watch.looked = self._now()
        if isinstance(answer, NotFound):
            self._miss(watch, answer, visit)
            return
        watch.missed = 0
        if isinstance(answer, SjresourceError):
            _fail(watch.done, answer)
            return
        watch.seen = watch.looked
        if self._is_news(watch, answer):
            visit.changed = watch.changed = watch.looked
            visit.typical = ran_seconds(answer) or visit.typical
            self._listener.seen(watch)
            if answer["status"] in TERMINAL:
                _finish(watch.done, answer)

    def _miss(self, watch: Watch, absence: NotFound, visit: _Visit) -> None:
        """Look again soon for a job that is not shown, until that counts."""
        if not watch.missed:
            visit.changed = watch.missing = watch.looked
        watch.missed += 1
        was_seen, missing = watch.detail is not None, watch.looked - watch.missing
        if is_gone(watch.missed, missing, was_seen=was_seen, is_new=watch.is_new):
            _fail(watch.done, self._elsewhere(watch) or _gone(watch, absence))

    def _elsewhere(self, watch: Watch) -> RequestFailed | None:
        """Return why the credentials can't know a job; None too if nobody tells whose they are."""
        try:
            self._confirm_gone(watch.job)
        except RequestFailed as error:
            return error
        except SjresourceError:
            pass
        return None

    def _plan(self, visit: _Visit, look: Look, there: list[Watch]) -> None:
        """Say when this place is looked at next, and what this look has taught."""
        now = self._now()
        running = [w for w in there if w.detail and w.detail["status"] == "RUNNING"]
        near = is_near_end((now - watch.changed for watch in running), visit.typical)
        delay = next_delay(0.0 if near else now - visit.changed, look.calls, self._spread())
        with self._changed:
            visit.due = now + delay
            visit.rested = now + min(look.calls * SECONDS_A_CALL, delay)
            visit.listable, visit.useless = look.listable, look.useless
            visit.looks += 1

    def _is_news(self, watch: Watch, detail: Detail) -> bool:
        before, watch.detail = watch.detail, detail
        watch.queue = detail.get("jobQueue") or watch.queue
        return before is None or _told(before) != _told(detail)

    def _expect(self, watch: Watch, now: float) -> None:
        visit = self._visits.setdefault(watch.place, _Visit(now, changed=now))
        visit.due = max(visit.rested, min(visit.due, now + SHORTEST_DELAY))
        visit.changed = now

    def _renew(self, error: SjresourceError) -> None:
        if isinstance(error, Unreachable) or "Expired" in getattr(error, "code", ""):
            forget_clients()


def _told(detail: Detail) -> tuple[Any, ...]:
    return detail["status"], detail.get("statusReason"), len(detail.get("attempts", []))


def _gone(watch: Watch, absence: NotFound) -> NotFound:
    """Say what was seen of a job, and when, and who has not shown it since."""
    ago = duration(watch.looked - watch.seen)
    before = f"it was {watch.detail['status']} {ago} ago; " if watch.detail else ""
    over = duration(watch.looked - watch.missing)
    seen = f"{before}{absence.seen}, in {watch.missed} looks over {over}"
    return NotFound("reading", "ServiceJob", watch.job, seen)


def _finish(done: Future[Detail], detail: Detail) -> None:
    if done.set_running_or_notify_cancel():
        done.set_result(detail)


def _fail(done: Future[Detail], error: SjresourceError) -> None:
    if done.set_running_or_notify_cancel():
        done.set_exception(error)
