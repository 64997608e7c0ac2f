"""A mistake in the arguments of a resource or a function: where it is, and what must be there."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """One mistake: where it is, and what must be there instead.

    `unsendable` marks what botocore itself can't send; all else can be let pass.
    """

    path: str
    reason: str
    unsendable: bool = False
    number: float | None = None
    """The number that was given, to be shown where it can be no secret."""


def join(path: str, name: str) -> str:
    """Write the path of a member: `tags`, `retry_strategy.attempts`."""
    return f"{path}.{name}" if path else name
