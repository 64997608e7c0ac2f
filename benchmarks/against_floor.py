"""The engine with so many jobs, and with as many resources that do nothing but wait as long.

The floor sleeps for as many calls as a job makes, of the latency that the emulator is given. So
what is above it is ours: how many calls there are is for `calls` to say.
"""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cloud import Cloud
from benchmarks.pairs import by_turns, compared
from benchmarks.program import Declared
from benchmarks.stack import Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Life = dict[str, float]
    """Seconds by operation."""

LATENCY = 0.05
_GOALS = {
    "up": 1.3,
    "preview": 1.25,
    "up, one changed": 1.3,
    "refresh": 1.4,
    "destroy": 1.4,
}
_GOAL_FROM = 100
_GROWTH_GOAL = 11.0
"""Ten times the jobs may take eleven times our part."""

CPU = ", processor"
WITHOUT_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def rows(sizes: Sequence[tuple[int, int]], latency: float = LATENCY) -> Iterator[Row]:
    """Compare at each of these (jobs, rounds), and tell how our part grows.

    Shows what the floor is made of too: the same without a write of the state at each step.
    """
    parts: dict[int, Life] = {}
    for jobs, rounds in sizes:
        lives = by_turns(
            rounds,
            {
                "floor": partial(live, Declared("floor", jobs, latency=latency)),
                "ours": partial(live, Declared("sjresource", jobs, latency=latency)),
            },
        )
        parts[jobs] = {}
        for operation, goal in _GOALS.items():
            what, reached = f"{operation}, {jobs} jobs", goal if jobs >= _GOAL_FROM else None
            row = _compared(what, lives, operation, reached)
            parts[jobs][operation] = row.ours - (row.other or 0)
            yield row
            yield _compared(f"{what}: processor", lives, f"{operation}{CPU}", None)
        if jobs >= _GOAL_FROM:
            yield _without_checkpoints(jobs, lives["floor"], latency)
    yield from _growth(parts)


def _compared(what: str, lives: dict[str, list[Life]], part: str, goal: float | None) -> Row:
    ours, floor = ([life[part] for life in lives[name]] for name in ("ours", "floor"))
    return compared("floor", what, ours, floor, goal)


def _without_checkpoints(jobs: int, floors: list[Life], latency: float) -> Row:
    """Make one more floor without a write at each step; the others have been measured."""
    declared = Declared("floor", jobs, latency=latency)
    took = live(declared, ("up",), WITHOUT_CHECKPOINTS)["up"]
    other = statistics.median(life["up"] for life in floors)
    return Row("floor", f"up, {jobs} floors: no checkpoints / with", took, "s", other, took / other)


def live(
    declared: Declared,
    operations: Iterable[str] = tuple(_GOALS),
    variables: Mapping[str, str] | None = None,
) -> Life:
    """Let one stack live from its first `up` to its end, and give the seconds of each operation."""
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        cloud.slow_down(declared.latency)
        stack = Stack(Path(folder) / "stack", {**cloud.environment, **(variables or {})})
        there = replace(declared, queue=cloud.queue)
        known = {
            "up": lambda: stack.up(there),
            "preview": lambda: stack.preview(there),
            "up, one changed": lambda: stack.up(replace(there, changed=1)),
            "refresh": stack.refresh,
            "destroy": stack.destroy,
        }
        life = {}
        for operation in operations:
            life[operation] = known[operation]()
            life[f"{operation}{CPU}"] = stack.cpu_seconds
        return life


def _growth(parts: dict[int, Life]) -> Iterator[Row]:
    small, large = _GOAL_FROM, _GOAL_FROM * 10
    if small not in parts or large not in parts:
        return
    for operation in _GOALS:
        mine, before = parts[large][operation], parts[small][operation]
        yield Row(
            "floor",
            f"{operation}: our part at {large} jobs / at {small}",
            mine,
            "s",
            before,
            mine / before if before > 0 else 0.0,
            _GROWTH_GOAL,
        )
