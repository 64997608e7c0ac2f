"""Finds a training job's metrics in its output, by its MetricDefinitions. Pure.

RE2 searches in linear time: with `re` a pattern such as `(a+)+$` would never finish with one line.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import re2  # type: ignore[import-untyped] # it has no types

from sjresource.emulator.executors.interface import Metric
from sjresource.emulator.executors.process.container import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


_MOST_MATCHES: Final = 100
"""Of one pattern in one line."""


class MetricScanner:
    """Keeps the last value of each metric; one thread may scan while others read `latest`.

    Raises CannotRunError for a definition whose Regex is invalid, or captures nothing. `notes` are
    for the job's log: which definitions RE2 can't search for.
    """

    def __init__(self, definitions: Iterable[Mapping[str, Any]]) -> None:
        self.notes: list[str] = []
        self._patterns: dict[str, Any] = {}
        for definition in definitions:
            name, regex = definition["Name"], definition["Regex"]
            _require_group(name, regex)
            try:
                self._patterns[name] = re2.compile(regex, _options())
            except re2.error as error:
                message = error.args[0] if error.args else ""
                reason = message.decode(errors="replace") if isinstance(message, bytes) else message
                self.notes.append(
                    f"[emulator] metric {name} is not looked for: RE2, by which the "
                    f"emulator searches, has not all of Python's patterns: {reason}"
                )
        self._latest: dict[str, Metric] = {}

    @property
    def latest(self) -> tuple[Metric, ...]:
        """The last value of each metric so far."""
        return tuple(self._latest.values())

    def scan(self, line: str, timestamp: float) -> None:
        """Read the metrics in a line; values that are no numbers are ignored."""
        found = {}
        for name, pattern in self._patterns.items():
            for match in islice(pattern.finditer(line), _MOST_MATCHES):
                value = _number(match[1])
                if value is not None:
                    found[name] = Metric(name, value, timestamp)
        if found:
            self._latest = self._latest | found  # a new one: readers never see it half-made


def _require_group(name: str, regex: str) -> None:
    try:
        groups = re.compile(regex).groups
    except (re.error, RecursionError, OverflowError) as error:
        raise CannotRunError(f"ClientError: metric {name} has an invalid Regex: {error}") from error
    if groups < 1:
        raise CannotRunError(f"ClientError: the Regex of metric {name} has no group for the value")


def _options() -> Any:
    options = re2.Options()
    options.log_errors = False
    return options


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
