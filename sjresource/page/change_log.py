"""Numbers the states of a list of jobs, so that a page is told only of what has changed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    View = dict[str, Any]


class Journal:
    """Not safe to use from several threads. A mark of another journal counts for nothing."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(4)
        self._number = 0
        self._jobs: dict[str, tuple[int, View]] = {}
        self._gone: dict[str, int] = {}

    def note(self, jobs: Mapping[str, View]) -> None:
        """Take down what the jobs are now, by their ARNs."""
        number = self._number + 1
        changed = [arn for arn, job in jobs.items() if self._jobs.get(arn, (0, None))[1] != job]
        gone = self._jobs.keys() - jobs.keys()
        if not changed and not gone:
            return
        self._number = number
        for arn in changed:
            self._jobs[arn] = (number, jobs[arn])
            self._gone.pop(arn, None)
        for arn in gone:
            del self._jobs[arn]
            self._gone[arn] = number

    def since(self, mark: str) -> View:
        """Give what has changed since `mark`, or everything if that is unknown."""
        name, _, text = mark.partition("-")
        known = int(text) if name == self._name and text.isdecimal() else 0
        return {
            "mark": f"{self._name}-{self._number}",
            "whole": known == 0,
            "jobs": [job for number, job in self._jobs.values() if number > known],
            "gone": [arn for arn, number in self._gone.items() if number > known > 0],
        }

    def entry(self, arn: str) -> View | None:
        """Give a job as it was noted last; None for one that was not."""
        return self._jobs.get(arn, (0, None))[1]

    def entries(self) -> list[View]:
        """Give all jobs."""
        return [job for _, job in self._jobs.values()]
