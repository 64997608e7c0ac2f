"""The engine with so many jobs, and with as many resources that do nothing but wait as long.

The floor sleeps for as many calls as a job makes, of the latency that the emulator is given. So
what is above it is ours: how many calls there are is for `calls` to say. The empty native resource
does the same as a native one, which shows what no native provider in Python can go below.
"""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.pairs import compared, in_turn
from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
_NATIVE_GOALS = {
    "up": 0.85,
    "preview": 1.0,
    "up, one changed": 1.3,
    "refresh": 1.1,
    "destroy": 1.1,
}
"""The engine runs more of these at once than a dynamic plugin, which has four workers."""
_GOAL_FROM = 100
_GROWTH_GOAL = 1.1
"""Ten times the jobs may take eleven times our part."""

CPU = ", processor"
WITHOUT_CHECKPOINTS = {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}


def rows(sizes: Sequence[tuple[int, int]], latency: float = LATENCY) -> Iterator[Row]:
    """Compare at each of these (jobs, rounds), and tell how our part grows.

    Shows what the floor is made of too: the same without a write of the state at each step.
    """
    parts: dict[int, Life] = {}
    for jobs, rounds in sizes:
        lives = live(
            rounds,
            {
                "floor": Declared("floor", jobs, latency=latency),
                "ours": Declared("sjresource", jobs, latency=latency),
                "native": Declared("native", jobs, latency=latency),
                "empty": Declared("empty", jobs, latency=latency),
            },
        )
        parts[jobs] = {}
        for operation, goal in _GOALS.items():
            what, reached = f"{operation}, {jobs} jobs", goal if jobs >= _GOAL_FROM else None
            row = _compared(what, lives, operation, reached)
            parts[jobs][operation] = row.ours - (row.other or 0)
            yield row
            yield _compared(f"{what}: processor", lives, f"{operation}{CPU}", None)
            reached = _NATIVE_GOALS[operation] if jobs >= _GOAL_FROM else None
            yield _compared(f"{what}: native", lives, operation, reached, "native")
            part = f"{operation}{CPU}"
            yield _compared(f"{what}: native, processor", lives, part, None, "native")
            yield _compared(f"{what}: empty native", lives, operation, None, "empty")
            yield _compared(f"{what}: empty native, processor", lives, part, None, "empty")
        if jobs >= _GOAL_FROM:
            yield _without_checkpoints(jobs, lives["floor"], latency)
    yield from _growth(parts)


def _compared(
    what: str, lives: dict[str, list[Life]], part: str, goal: float | None, whose: str = "ours"
) -> Row:
    ours, floor = ([life[part] for life in lives[name]] for name in (whose, "floor"))
    return compared("floor", what, ours, floor, goal)


def _without_checkpoints(jobs: int, floors: list[Life], latency: float) -> Row:
    """Make one more floor without a write at each step; the others have been measured."""
    alone = {"floor": Declared("floor", jobs, latency=latency)}
    took = live(1, alone, ("up",), WITHOUT_CHECKPOINTS)["floor"][0]["up"]
    other = statistics.median(life["up"] for life in floors)
    return Row("floor", f"up, {jobs} floors: no checkpoints / with", took, "s", other, took / other)


def live(
    rounds: int,
    stacks: Mapping[str, Declared],
    operations: Iterable[str] = tuple(_GOALS),
    variables: Mapping[str, str] | None = None,
) -> dict[str, list[Life]]:
    """Let stacks live, from their first `up` to their end, once a round, operation by operation.

    Those of a round live at the same time, and do each operation by turns: what is compared was
    measured one right after the other, before the machine changes its pace.
    """
    lives: dict[str, list[Life]] = {name: [{} for _ in range(rounds)] for name in stacks}
    for number in range(rounds):
        with ExitStack() as ending:
            living = {
                name: ending.enter_context(_living(declared, variables or {}))
                for name, declared in stacks.items()
            }
            for operation in operations:
                for name in in_turn(stacks, number):
                    lives[name][number].update(living[name](operation))
    return lives


@contextmanager
def _living(declared: Declared, variables: Mapping[str, str]) -> Iterator[Callable[[str], Life]]:
    """Yield a function that runs an operation on a stack of its own and returns its seconds."""
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        cloud.slow_down(declared.latency)
        stack = Stack(Path(folder) / "stack", {**cloud.environment, **variables})
        there = replace(declared, queue=cloud.queue)
        known = {
            "up": lambda: stack.up(there),
            "preview": lambda: stack.preview(there),
            "up, one changed": lambda: stack.up(replace(there, changed=1)),
            "refresh": stack.refresh,
            "destroy": stack.destroy,
        }

        def measure(operation: str) -> Life:
            seconds = known[operation]()
            return {operation: seconds, f"{operation}{CPU}": stack.cpu_seconds}

        yield measure


def _growth(parts: dict[int, Life]) -> Iterator[Row]:
    small, large = min(parts, key=_from_goal), max(parts)
    if not _GOAL_FROM <= small < large:
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
            _GROWTH_GOAL * large / small,
        )


def _from_goal(jobs: int) -> tuple[bool, int]:
    """Return what sorts the sizes at which goals hold before the others."""
    return jobs < _GOAL_FROM, jobs
