"""Whether more plugins than one make a wide stack quicker.

The engine's plugin has four workers for all resources. A program may make more plugins, as explicit
instances of the provider `pulumi-python`, and spread its resources over them.
"""

from __future__ import annotations

import statistics
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.against_floor import LATENCY, live
from benchmarks.pairs import by_turns, median_ratio
from benchmarks.program import Declared
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATIONS = ("up", "preview", "refresh", "destroy")
_MORE = (1, 3)


def rows(jobs: int, rounds: int) -> Iterator[Row]:
    """Compare stacks with more plugins to one with the usual one."""
    declared = {
        more: Declared("sjresource", jobs, latency=LATENCY, more_plugins=more)
        for more in (0, *_MORE)
    }
    lives = by_turns(rounds, {str(more): partial(live, it) for more, it in declared.items()})
    for more in _MORE:
        for operation in _OPERATIONS:
            mine = [life[operation] for life in lives[str(more)]]
            usual = [life[operation] for life in lives["0"]]
            yield Row(
                "workers",
                f"{operation}, {jobs} jobs: {1 + more} plugins / 1",
                statistics.median(mine),
                "s",
                statistics.median(usual),
                median_ratio(mine, usual),
            )
