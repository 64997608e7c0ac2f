"""A mistake in the arguments of a resource or a function."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """A mistake: the path of the argument, and what must be there instead.

    `unsendable` marks what botocore can't send; `validation: warn` turns all else into warnings.
    """

    path: str
    reason: str
    unsendable: bool = False
    number: float | None = None
    """The number that was given, to be shown if it is no secret."""


def join(path: str, name: str) -> str:
    """Return the path of a member: `tags`, `retry_strategy.attempts`."""
    return f"{path}.{name}" if path else name
