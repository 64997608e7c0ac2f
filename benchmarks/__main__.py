"""`python -m benchmarks [--size smoke|quick|full|wide] [--only QUESTION ...]`, and where to.

quick takes under five minutes and gives directions, full a quarter of an hour and gives the numbers
of docs/performance.md, smoke shows in seconds that everything runs. wide is full, but for the
floor: it has 1000 jobs too, which takes a quarter of an hour more. Needs `pulumi` on PATH.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.questions import (
    against_floor,
    against_rivals,
    calls,
    checking,
    command,
    emulator,
    native_plugin,
    page,
    scheduling,
    startup,
    state,
    throttling,
    variants,
    waiting,
)
from benchmarks.table import describe_machine, print_heading, print_row, write_json, write_markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.table import Row


class Size(NamedTuple):
    """How much is measured."""

    floor: Sequence[tuple[int, int]]
    """(jobs, rounds) each."""
    rivals: tuple[int, int]
    """(jobs, rounds)."""
    waiting: tuple[int, float]
    """(jobs, seconds)."""
    completions: tuple[int, float]
    """(completions of the native provider, seconds)."""
    starts: int
    throttled: int
    plugins: tuple[int, int]
    """(jobs, rounds)."""
    asynchronous: tuple[int, int]
    """(jobs, rounds)."""
    command: tuple[int, int]
    """(jobs, rounds)."""
    jobs: int
    """Where it does not matter how many."""
    checked: int
    finished: Sequence[int]
    lined_up: Sequence[int]
    month: int
    """Submissions of a month that is played."""


FULL = Size(
    floor=[(1, 5), (100, 3), (300, 1)], rivals=(50, 3), plugins=(20, 3), asynchronous=(100, 1),
    throttled=40, waiting=(500, 15.0), completions=(50, 15.0), starts=7, command=(100, 5),
    jobs=10, checked=100, finished=[100, 10_000], lined_up=[1000, 10_000], month=2000,
)  # fmt: skip

SIZES = {
    "smoke": Size(
        floor=[(1, 1)], rivals=(2, 1), plugins=(2, 1), asynchronous=(2, 1), throttled=6,
        waiting=(3, 2.0), completions=(3, 2.0), starts=1, command=(1, 1), jobs=1, checked=10,
        finished=[5], lined_up=[10, 20], month=40,
    ),
    "quick": Size(
        floor=[(1, 3), (100, 1)], rivals=(20, 1), plugins=(40, 1), asynchronous=(100, 1),
        throttled=40, waiting=(500, 15.0), completions=(50, 15.0), starts=3, command=(100, 3),
        jobs=10, checked=100, finished=[100, 1000], lined_up=[1000], month=1000,
    ),
    "full": FULL,
    "wide": FULL._replace(floor=[(100, 1), (1000, 1)]),
}  # fmt: skip

QUESTIONS: dict[str, Callable[[Size], Iterator[Row]]] = {
    "startup": lambda size: startup.rows(size.starts),
    "native": lambda size: native_plugin.rows(size.starts, *size.completions),
    "command": lambda size: command.rows(*size.command),
    "calls": lambda size: calls.rows(size.jobs),
    "state": lambda size: state.rows(size.jobs),
    "checking": lambda size: checking.rows(size.checked),
    "waiting": lambda size: waiting.rows(*size.waiting),
    "throttling": lambda size: throttling.rows(size.throttled),
    "variants": lambda size: variants.rows(size.plugins, size.asynchronous),
    "rivals": lambda size: against_rivals.rows(*size.rivals),
    "floor": lambda size: against_floor.rows(size.floor),
    "emulator": lambda size: emulator.rows(size.finished, size.lined_up),
    "page": lambda size: page.rows([10, 100] if size.jobs == 1 else [100, 1000]),
    "scheduling": lambda size: scheduling.rows(size.lined_up, size.month),
}


def main() -> None:
    """Measure, print each number as soon as it is known, and write all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="quick")
    parser.add_argument("--only", nargs="+", choices=QUESTIONS, default=list(QUESTIONS))
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    parser.add_argument("--markdown", type=Path, help="where to write the table for a document")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # many images set it; every start is slower
    machine = {**describe_machine(), "size": options.size}
    print(", ".join(f"{name} {value}" for name, value in machine.items()))
    began = time.monotonic()
    rows = []
    print_heading()
    for question in options.only:
        for row in QUESTIONS[question](SIZES[options.size]):
            rows.append(row)
            print_row(row)
    machine["minutes"] = round((time.monotonic() - began) / 60, 1)
    print(f"{machine['minutes']} minutes")
    if options.json:
        write_json(options.json, rows, machine)
    if options.markdown:
        write_markdown(options.markdown, rows)


if __name__ == "__main__":
    main()
