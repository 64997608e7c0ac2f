"""The order of a stack's jobs: the program's, as far as a state tells it. Pure.

A state has its resources in the order in which they were created, several at a time. A completion
has its jobs in the order of the program; others belong together if their names differ in numbers
alone, and are ordered by those.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NUMBER = re.compile(r"\d+e[-+]?\d+|0[._]\d+|\d+")
"""A job's name takes no dots, so `0_03` stands for 0.03; `1_5` may be two numbers."""


def program_order(
    jobs: Sequence[tuple[str, str]], completions: Sequence[Sequence[str]]
) -> list[int]:
    """Return the indexes of jobs in the order in which they are shown.

    Args:
        jobs: Name and ARN of each, in the state's order.
        completions: The ARNs that each completion waits for, in the program's order.
    """
    places = _places(completions)
    groups = [places[arn][0] if arn in places else shape_of(name) for name, arn in jobs]
    first: dict[object, int] = {}
    for index, group in enumerate(groups):
        first.setdefault(group, index)
    return sorted(
        range(len(jobs)),
        key=lambda index: (
            first[groups[index]],
            places.get(jobs[index][1], (0, 0))[1],
            natural_key(jobs[index][0]),
            index,
        ),
    )


def natural_key(name: str) -> tuple[tuple[int, float, str], ...]:
    """Return a key by which `lr-2` comes before `lr-10`, and `lr-0_03` before `lr-0_1`."""
    key: list[tuple[int, float, str]] = []
    end = 0
    for match in _NUMBER.finditer(name):
        key.append((1, 0.0, name[end : match.start()]))
        key.append((0, float(match.group().replace("_", ".")), match.group()))
        end = match.end()
    return (*key, (1, 0.0, name[end:]))


def shape_of(name: str) -> str:
    """Return a name without its numbers, which those of one sweep have in common."""
    return _NUMBER.sub("#", name)


def _places(completions: Sequence[Sequence[str]]) -> Mapping[str, tuple[int, int]]:
    """Return the first completion that waits for a job among others, and its place there."""
    places: dict[str, tuple[int, int]] = {}
    for number, arns in enumerate(completions):
        if len(arns) > 1:
            for index, arn in enumerate(arns):
                places.setdefault(arn, (number, index))
    return places
