"""Lets time pass for queues and jobs: ticks when something is due or was changed.

One tick does everything that is due at the clock's time, in one transaction; the executor is called
afterwards, so that a crash in between costs an attempt and never leaves an unknown process.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from sjresource.emulator.lifecycle.queue_front import QueueFronts
from sjresource.emulator.lifecycle.resources import CHANGE_MS, finish_changes
from sjresource.emulator.lifecycle.tick import Tick
from sjresource.emulator.lifecycle.training_jobs import poll_training_jobs
from sjresource.emulator.lifecycle.waiting_jobs import admit, due_times, schedule, why_waiting
from sjresource.emulator.store.damage import storage_problem
from sjresource.emulator.store.records import HOLDING_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.clock import Clock
    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.executors.scripts import ScriptRules
    from sjresource.emulator.store.records import Job
    from sjresource.emulator.store.store import Store

POLL_SECONDS: Final = 0.05
"""How often, in real time, an executor is polled that is not event-driven."""

_BATCH_SECONDS: Final = 0.01
_LONGEST_SLEEP: Final = 60.0
_LONGEST_REST: Final = 5.0
_MOST_PASSES: Final = 50
_LOG: Final = logging.getLogger(__name__)


@runtime_checkable
class EventDrivenExecutor(Protocol):
    """An executor that knows when the progress of some job changes next."""

    def next_change(self) -> float | None:
        """Return when that is, in epoch seconds of the emulator's clock; None if nothing runs."""

    def changed(self) -> list[str]:
        """Return the training jobs whose progress may have changed, each change once."""


class Lifecycle:
    """Advances resources and jobs, in a thread of its own; `wake` it after every change."""

    def __init__(self, store: Store, clock: Clock, executor: Executor, rules: ScriptRules) -> None:
        self._store = store
        self._clock = clock
        self._executor = executor
        self._rules = rules
        self._ticking = threading.RLock()
        self._poll_all = True  # whether some change of progress may have been missed
        self._done_until = 0  # epoch milliseconds: what was due by then is done, or can't be
        self.fronts = QueueFronts(store)
        """The first waiting jobs of each queue."""
        self._wakeup = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lifecycle", daemon=True)

    def start(self) -> None:
        """Start to tick."""
        self._clock.follow(self)
        self._clock.when_moved(self.wake)
        self._thread.start()

    def close(self) -> None:
        """Stop ticking; block until the last tick is over."""
        self._closed.set()
        self._wakeup.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """Tick soon; returns at once."""
        self._wakeup.set()

    def tick(self) -> None:
        """Do all that is due now; return when it is done."""
        with self._ticking:
            for _ in range(_MOST_PASSES):  # one pass may make something else due
                before = self._store.version
                if self._closed.is_set():
                    return
                self._pass()
                if self._store.version == before:
                    return
            self.wake()

    def why_waiting(self, job: Job) -> str | None:
        """Return why a job waits, in words; None for one that does not wait."""
        with self._store.transaction():
            return why_waiting(self._new_tick(), job)

    def next_due(self) -> float | None:
        """Return when something is due next, in epoch seconds; None if nothing is.

        That may be past by now: time has gone on since the last tick.
        """
        with self._store.transaction():
            dues = self._due_times(self._new_tick())
            times = [due / 1000 for due in dues if due > self._done_until]
        if isinstance(self._executor, EventDrivenExecutor):
            change = self._executor.next_change()
            times += [] if change is None else [change]
        return min(times, default=None)

    def _run(self) -> None:
        while True:
            self._wakeup.clear()
            if self._closed.is_set():  # after the clear, which may have undone close's own set
                return
            start = time.monotonic()
            delay = self._tick_safely()
            took = time.monotonic() - start
            self._wakeup.wait(delay)
            # Changes come in bursts: one tick for all of them, and time for who makes them.
            self._closed.wait(min(max(_BATCH_SECONDS, took), _LONGEST_REST))

    def _tick_safely(self) -> float:
        """Tick, and return how many seconds to sleep; errors are logged, and time goes on."""
        try:
            self.tick()
            delay = self._real_delay()
        except Exception as error:  # noqa: BLE001 - see the docstring
            _LOG.error(
                "ticking Lifecycle: %s; going on",
                storage_problem(error) or "an unexpected error",
                exc_info=storage_problem(error) is None,
            )
            return 1.0
        return _LONGEST_SLEEP if delay is None else min(delay, _LONGEST_SLEEP)

    def _pass(self) -> None:
        changed = self._changed()
        self._poll_all = True
        with self._store.transaction():
            tick = self._new_tick(changed)
            finish_changes(tick)
            admit(tick)
            poll_training_jobs(tick)
            schedule(tick)
            self.fronts.record(tick.now)
        self._done_until = tick.now
        succeeded = [_run_effect(effect) for effect in tick.effects]
        if tick.poll_errors:
            raise tick.poll_errors[0]
        self._poll_all = not all(succeeded)

    def _changed(self) -> list[str] | None:
        if self._poll_all or not isinstance(self._executor, EventDrivenExecutor):
            return None
        return self._executor.changed()

    def _new_tick(self, changed: list[str] | None = None) -> Tick:
        now = round(self._clock.now() * 1000)
        return Tick(self._store, self._executor, self._rules, now, changed)

    def _real_delay(self) -> float | None:
        due = self.next_due()
        delay = None if due is None else self._clock.real_seconds_until(due)
        if isinstance(self._executor, EventDrivenExecutor):
            return delay
        with self._store.transaction():
            polling = bool(self._store.live.with_status(HOLDING_CAPACITY))
        if not polling:
            return delay
        return POLL_SECONDS if delay is None else min(delay, POLL_SECONDS)

    def _due_times(self, tick: Tick) -> list[int]:
        dues = [resource.since + CHANGE_MS for resource in self._store.changing_resources()]
        live = self._store.live
        candidates: list[int | None] = [job.stop_due for job in live.stopping()]
        candidates += [tick.ready_at(job) for job in live.with_status({"SUBMITTED"})]
        candidates += live.timeouts()
        candidates += due_times(tick)
        return dues + [due for due in candidates if due is not None]


def _run_effect(effect: Callable[[], None]) -> bool:
    """Run an effect; if it fails to start a job, polling the job will show that."""
    try:
        effect()
    except Exception:  # noqa: BLE001 - executors are others' code
        _LOG.exception("calling the executor: an unexpected error; the job will be seen as failed")
        return False
    return True
