"""What a user could do to a wide stack, and whether it makes the stack quicker.

Two plugins: the engine's plugin has four workers for all resources; a program may make more
plugins, as explicit instances of the provider `pulumi-python`, and spread its resources over them.
An asynchronous program: one that `pulumi.run` awaits, and that gives its registrations a moment to
begin. It has nothing to do with the writes of the state, and is measured without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from benchmarks.pairs import compared
from benchmarks.questions.against_floor import CPU, LATENCY, WITHOUT_CHECKPOINTS, live
from benchmarks.stacks.program import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.table import Row


def rows(plugins: tuple[int, int], asynchronous: tuple[int, int]) -> Iterator[Row]:
    """Compare the first `up` of an ordinary stack to such ones, of so many (jobs, rounds) each."""
    usual = Declared("sjresource", plugins[0], latency=LATENCY)
    yield from _compared("two plugins", usual, replace(usual, more_plugins=1), plugins[1], {})
    usual = replace(usual, jobs=asynchronous[0])
    changed = replace(usual, asynchronous=True)
    yield from _compared(
        "an asynchronous program", usual, changed, asynchronous[1], WITHOUT_CHECKPOINTS
    )


def _compared(
    variant: str, usual: Declared, changed: Declared, rounds: int, variables: Mapping[str, str]
) -> Iterator[Row]:
    lives = live(rounds, {"usual": usual, "changed": changed}, ("up",), variables)
    for part in ("up", f"up{CPU}"):
        theirs, other = ([life[part] for life in lives[name]] for name in ("changed", "usual"))
        what = f"{part}, {usual.jobs} jobs: {variant} / usual"
        yield compared("variants", what, theirs, other)
