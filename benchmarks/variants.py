"""What a user could do to a wide stack, and whether it makes the stack quicker.

Two plugins: the engine's plugin has four workers for all resources; a program may make more
plugins, as explicit instances of the provider `pulumi-python`, and spread its resources over them.
An asynchronous program: one that `pulumi.run` awaits, and that gives its registrations a moment to
begin.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.against_floor import CPU, LATENCY, live
from benchmarks.pairs import by_turns, median_ratio
from benchmarks.program import Declared
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator


def rows(jobs: int, rounds: int) -> Iterator[Row]:
    """Compare the first `up` of a stack with one plugin and an ordinary program to such others."""
    usual = Declared("sjresource", jobs, latency=LATENCY)
    variants = {
        "two plugins": replace(usual, more_plugins=1),
        "an asynchronous program": replace(usual, asynchronous=True),
    }
    lives = by_turns(
        rounds,
        {
            name: partial(live, declared, ("up",))
            for name, declared in {"usual": usual, **variants}.items()
        },
    )
    for variant in variants:
        for part in ("up", f"up{CPU}"):
            theirs, other = ([life[part] for life in lives[name]] for name in (variant, "usual"))
            medians = statistics.median(theirs), statistics.median(other)
            ratio = median_ratio(theirs, other)
            what = f"{part}, {jobs} jobs: {variant} / usual"
            yield Row("variants", what, medians[0], "s", medians[1], ratio)
