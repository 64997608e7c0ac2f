"""Whether more plugins than one make a wide stack quicker.

The engine's plugin has four workers for all resources. A program may make more plugins, as explicit
instances of the provider `pulumi-python`, and spread its resources over them.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.against_floor import LATENCY, live
from benchmarks.pairs import by_turns, median_ratio
from benchmarks.program import Declared
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPERATIONS = ("up", "preview", "refresh", "destroy")


def rows(jobs: int, rounds: int) -> Iterator[Row]:
    """Compare a stack with two plugins to one with the usual one."""
    usual = Declared("sjresource", jobs, latency=LATENCY)
    lives = by_turns(
        rounds,
        {"usual": partial(live, usual), "more": partial(live, replace(usual, more_plugins=1))},
    )
    for operation in _OPERATIONS:
        one = [life[operation] for life in lives["usual"]]
        two = [life[operation] for life in lives["more"]]
        yield Row(
            "workers",
            f"{operation}, {jobs} jobs: two plugins / one",
            statistics.median(two),
            "s",
            statistics.median(one),
            median_ratio(two, one),
        )
