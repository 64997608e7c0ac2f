"""How things are compared: by turns, so that a busy moment of the machine meets all alike."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, TypeVar

from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_Measured = TypeVar("_Measured")


def by_turns(
    rounds: int, measures: Mapping[str, Callable[[], _Measured]]
) -> dict[str, list[_Measured]]:
    """Take every measure once a round; every other round backwards."""
    found: dict[str, list[_Measured]] = {name: [] for name in measures}
    for number in range(rounds):
        for name in in_turn(measures, number):
            found[name].append(measures[name]())
    return found


def in_turn(names: Iterable[str], number: int) -> list[str]:
    """Return the order of this round: every other one is backwards."""
    return list(names)[:: 1 if number % 2 == 0 else -1]


def compared(
    question: str,
    what: str,
    ours: Sequence[float],
    others: Sequence[float],
    goal: float | None = None,
) -> Row:
    """Return the medians of rounds, in seconds, and that of their ratios.

    A slow minute slows both of a round, and so changes a round's ratio less than its times.
    """
    ratio = statistics.median(mine / other for mine, other in zip(ours, others, strict=True))
    return Row(question, what, statistics.median(ours), "s", statistics.median(others), ratio, goal)
