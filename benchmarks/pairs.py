"""How things are compared: by turns, so that a busy moment of the machine meets all alike."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Measured = TypeVar("_Measured")


def by_turns(
    rounds: int, measures: Mapping[str, Callable[[], _Measured]]
) -> dict[str, list[_Measured]]:
    """Take every measure once a round; every other round backwards."""
    found: dict[str, list[_Measured]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures)[:: 1 if number % 2 == 0 else -1]
        for name in names:
            found[name].append(measures[name]())
    return found


def median_ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    """Give the median of the rounds' ratios: a slow minute slows both of a round."""
    return statistics.median(mine / other for mine, other in zip(ours, others, strict=True))
