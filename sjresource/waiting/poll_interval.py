"""When to look at jobs again: soon where something goes on, ever later where nothing does. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

SHORTEST_DELAY = 0.5
LONGEST_DELAY = 30.0
SECONDS_A_CALL = 0.25
"""A look that took many calls is followed by so many seconds without one."""

GONE_AFTER_LOOKS = 5
"""A job is gone only after so many looks in a row that don't show it,"""
GONE_AFTER_SECONDS = 60.0
"""over so many seconds, if this wait has seen it before,"""
LAG_SECONDS = 20.0
"""over so many if it was submitted a moment ago: what Batch shows lags behind,"""
FORGOTTEN_AFTER_SECONDS = 5.0
"""and over so many else: Batch forgets what has ended."""

_SHARE_OF_QUIET = 0.1
_SHORT_JOB = 300.0


def next_delay(quiet_seconds: float, calls: int, spread: float) -> float:
    """Give the seconds until the next look.

    It is a tenth of the time for which nothing has changed: the end of a short job is seen fast, a
    long wait costs little, and a new status is fast again. A look that took many calls is not
    repeated at once. `spread` is a random number from 0 to 1, so that programs don't ask together.
    """
    delay = max(quiet_seconds * _SHARE_OF_QUIET, calls * SECONDS_A_CALL, SHORTEST_DELAY)
    return min(delay, LONGEST_DELAY) * (0.8 + 0.2 * spread)


def is_near_end(ages: Iterable[float], typical: float | None) -> bool:
    """Tell whether a short job should end about now, by how long another one of its queue ran.

    `ages` are the seconds for which jobs have been running, `typical` those of the last that ended.
    """
    if typical is None or typical > _SHORT_JOB:
        return False
    return any(0.8 * typical <= age <= 1.5 * typical for age in ages)


def is_gone(looks: int, seconds: float, *, was_seen: bool, is_new: bool) -> bool:
    """Return whether a job is gone that so many looks, over so many seconds, have not shown."""
    patience = LAG_SECONDS if is_new else FORGOTTEN_AFTER_SECONDS
    patience = GONE_AFTER_SECONDS if was_seen else patience
    return looks >= GONE_AFTER_LOOKS and seconds >= patience
