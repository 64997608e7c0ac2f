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
    wanted: str = ""
    """The reason without what was given; empty where the reason does not end with that."""

    def with_given(self, given: str) -> Problem:
        """Return the problem with other words for what was given."""
        return self._replace(reason=f"{self.wanted or self.reason}, got {given}")


def mismatch(path: str, wanted: str, given: str) -> Problem:
    """Return the problem that `given`, in words, is something else than what is wanted."""
    return Problem(path, f"{wanted}, got {given}", wanted=wanted)


def join(path: str, name: str) -> str:
    """Return the path of a member: `tags`, `retry_strategy.attempts`."""
    return f"{path}.{name}" if path else name
