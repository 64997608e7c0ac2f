"""Finds a training job's metrics in what it prints, as its MetricDefinitions say. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.emulator.process.contract import CannotRunError
from sjresource.emulator.training import Metric

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class MetricScanner:
    """Keeps the last value of each metric; one thread may scan while others read `latest`.

    Raises CannotRunError for a definition whose Regex isn't one, or captures nothing.
    """

    def __init__(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        self._patterns = {d["Name"]: _compiled(d["Name"], d["Regex"]) for d in definitions}
        self._latest: dict[str, Metric] = {}

    @property
    def latest(self) -> tuple[Metric, ...]:
        """Each metric that was seen so far."""
        return tuple(self._latest.values())

    def scan(self, line: str, timestamp: float) -> None:
        """Take the metrics in a line; what is no number is passed over."""
        found = {}
        for name, pattern in self._patterns.items():
            for match in pattern.finditer(line):
                value = _number(match[1])
                if value is not None:
                    found[name] = Metric(name, value, timestamp)
        if found:
            self._latest = self._latest | found  # a new one: readers never see it half-made


def _compiled(name: str, regex: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(regex)
    except re.error as error:
        raise CannotRunError(f"ClientError: metric {name} has an invalid Regex: {error}") from error
    if pattern.groups < 1:
        raise CannotRunError(f"ClientError: the Regex of metric {name} has no group for the value")
    return pattern


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
