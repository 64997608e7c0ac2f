"""Numbers the versions of a list of jobs, so that a page gets only what has changed."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    View = dict[str, Any]


class ChangeLog:
    """The jobs with the version of their last change. Not safe for use by several threads."""

    def __init__(self) -> None:
        self._name = secrets.token_hex(4)
        self._number = 0
        self._jobs: dict[str, tuple[int, View]] = {}
        self._removed: dict[str, int] = {}

    def update(self, jobs: Mapping[str, View]) -> None:
        """Record the jobs as they are now, by their ARNs."""
        number = self._number + 1
        changed = [arn for arn, job in jobs.items() if self._jobs.get(arn, (0, None))[1] != job]
        removed = self._jobs.keys() - jobs.keys()
        if not changed and not removed:
            return
        self._number = number
        for arn in changed:
            self._jobs[arn] = (number, jobs[arn])
            self._removed.pop(arn, None)
        for arn in removed:
            del self._jobs[arn]
            self._removed[arn] = number

    def since(self, version: str) -> View:
        """Return what has changed since `version`, or everything if it is not one of this log."""
        name, _, text = version.partition("-")
        known = int(text) if name == self._name and text.isdecimal() else 0
        return {
            "version": f"{self._name}-{self._number}",
            "complete": known == 0,
            "jobs": [job for number, job in self._jobs.values() if number > known],
            "removed": [arn for arn, number in self._removed.items() if number > known > 0],
        }

    def entry(self, arn: str) -> View | None:
        """Return a job as it was recorded last; None if it wasn't."""
        return self._jobs.get(arn, (0, None))[1]
