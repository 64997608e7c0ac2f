"""The emulator's clock: real, scaled, or moved by hand.

Jobs run by this clock; signatures and sockets use the real one.
"""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


FASTEST: Final = 1_000_000
"""Seconds for each real one."""

_RATES: Final = f"0 or more, and at most {FASTEST}"
LAST: Final = 253_402_000_000.0
"""Nearly the end of the year 9999, where most calendars end; the clock stands still then."""


class Follower(Protocol):
    """Something that changes with time."""

    def next_due(self) -> float | None:
        """Return when something is due that no tick has done, in epoch seconds; None if nothing is.

        That may be past by now.
        """

    def tick(self) -> None:
        """Do everything that is due now."""


class Clock:
    """Seconds since the epoch that never go backwards, at `rate` seconds for each real one.

    A rate of 0 is a manual clock: it stands still between calls of `advance`. Thread-safe.
    """

    def __init__(
        self,
        rate: float = 1.0,
        *,
        start: float | None = None,
        real: Callable[[], float] = time.monotonic,
    ) -> None:
        _require(0 <= rate <= FASTEST, "setting the rate of Clock", rate, _RATES)
        self._real = real
        self._lock = threading.Lock()
        self._moving = threading.RLock()
        self._rate = rate
        self._base = time.time() if start is None else start
        self._base_real = real()
        self._followers: list[Follower] = []
        self._sleepers: list[Callable[[], None]] = []

    @property
    def rate(self) -> float:
        """Seconds for each real one; 0 stands still."""
        return self._rate

    def now(self) -> float:
        """Return the time, in epoch seconds."""
        with self._lock:
            return self._now()

    def follow(self, follower: Follower) -> None:
        """Let `follower` tick whenever the clock is moved or its rate changes."""
        self._followers.append(follower)

    def when_moved(self, wake: Callable[[], None]) -> None:
        """Call `wake` whenever what is due has come nearer, or gone farther."""
        self._sleepers.append(wake)

    def advance(self, seconds: float, *, within: float = math.inf) -> None:
        """Move the clock forward; on return everything that fell due has been done, in order.

        Raises:
            ValueError: that takes more than `within` real seconds; the clock stays where it is.
        """
        allowed = "0 or more: time does not go backwards"
        _require(0 <= seconds < math.inf, "advancing Clock", seconds, allowed)
        ends = self._real() + within
        with self._moving:
            target = min(self.now() + seconds, LAST)
            self._tick()
            done = -math.inf
            while (due := self._next_due()) is not None and done < due <= target:
                done = due
                if self._real() > ends:
                    raise ValueError(
                        f"advancing Clock ({seconds} s): too much happens in that "
                        f"time; {target - self.now():.0f} s of it are left"
                    )
                self._move_to(due)
                self._tick()
            self._move_to(target)
            self._tick()
            self._wake()

    def set_rate(self, rate: float) -> None:
        """Change the rate from now on; 0 stops the clock."""
        _require(0 <= rate <= FASTEST, "setting the rate of Clock", rate, _RATES)
        with self._moving:
            with self._lock:
                self._base, self._base_real = self._now(), self._real()
                self._rate = rate
            self._tick()
            self._wake()

    def real_seconds_until(self, moment: float) -> float | None:
        """Return how many real seconds to sleep until `moment`; None if the clock stands still."""
        with self._lock:
            if self._rate == 0:
                return None
            return max(0.0, (moment - self._now()) / self._rate)

    def _now(self) -> float:
        return min(self._base + (self._real() - self._base_real) * self._rate, LAST)

    def _move_to(self, moment: float) -> None:
        with self._lock:
            self._base, self._base_real = max(moment, self._now()), self._real()

    def _next_due(self) -> float | None:
        moments = [due for follower in self._followers if (due := follower.next_due()) is not None]
        return min(moments, default=None)

    def _tick(self) -> None:
        for follower in self._followers:
            follower.tick()

    def _wake(self) -> None:
        for wake in self._sleepers:
            wake()


def _require(holds: bool, doing: str, given: float, allowed: str) -> None:  # noqa: FBT001 - a fact
    """Raise ValueError unless it `holds`; a comparison with NaN does not."""
    if not holds:
        raise ValueError(f"{doing} ({given}): must be {allowed}")
