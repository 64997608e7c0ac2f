"""What simulated training jobs do: scripts, and the rules that give a job its script.

A script comes from the first rule that matches the job (rules are given over `/_emulator/rules`),
else from the payload's environment variable SJRESOURCE_SIMULATE, else it is the default: every
phase 0.1 s, then success. Playing a script is `simulated.py`.
"""

from __future__ import annotations

import fnmatch
import json
import threading
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE: Final = "SJRESOURCE_SIMULATE"
_NUMBERS: Final = (
    "submitted",
    "runnable",
    "scheduled",
    "starting",
    "running",
    "uploading",
    "stopping",
)


@dataclass(frozen=True)
class Script:
    """One attempt's life. Durations are in seconds of the emulator's clock."""

    submitted: float = 0.1
    """At least so long SUBMITTED."""
    runnable: float = 0.1
    """At least so long RUNNABLE; longer while there is no capacity."""
    scheduled: float = 0.1
    """How long SCHEDULED."""
    starting: float = 0.1
    """How long STARTING."""
    running: float = 0.1
    """How long it trains."""
    uploading: float = 0.0
    """How long SageMaker uploads the model; Batch says RUNNING meanwhile."""
    stopping: float = 0.1
    """How long it takes to stop once it was told to."""
    stuck: bool = False
    """Whether the job stays RUNNABLE, in the way of those behind it."""
    capacity_errors: int = 0
    """How often SageMaker has no instances before it has."""
    interruptions: int = 0
    """How often spot instances are taken away."""
    outcome: str = "Completed"
    """SageMaker's final status: Completed, Failed or Stopped."""
    exit_code: int | None = None
    """Of the container, in a failure."""
    failure_reason: str | None = None
    """SageMaker's reason, in a failure."""
    metrics: dict[str, float] = field(default_factory=dict)
    """The final metrics, by name."""


@dataclass
class Rule:
    """Gives a script to jobs by their name."""

    job_name: str
    """A shell pattern, such as `train-*`."""
    attempts: list[Script]
    """A script for each attempt, the last one going on."""
    count: int | None = None
    """To how many jobs; None is to all."""


class Simulation:
    """The rules in force; safe to use from several threads."""

    def __init__(self, default: Script | None = None) -> None:
        self.default = default or Script()
        self._rules: list[Rule] = []
        self._chosen: dict[str, list[Script]] = {}
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Put a rule before those that are there; jobs that have their script keep it."""
        with self._lock:
            self._rules.insert(0, rule)

    def clear(self) -> None:
        """Take all rules back."""
        with self._lock:
            self._rules.clear()

    def script(
        self, job_id: str, job_name: str, attempt: int, payload: Callable[[], str]
    ) -> Script:
        """Give the script of a job's attempt (from 1); a job keeps the ones that it got first."""
        with self._lock:
            if job_id not in self._chosen:
                self._chosen[job_id] = self._choose(job_name, payload())
            scripts = self._chosen[job_id]
        return scripts[min(attempt, len(scripts)) - 1]

    def forget(self, job_id: str) -> None:
        """Drop what is kept for a job that has ended."""
        with self._lock:
            self._chosen.pop(job_id, None)

    def _choose(self, job_name: str, payload: str) -> list[Script]:
        for rule in self._rules:
            if rule.count != 0 and fnmatch.fnmatchcase(job_name, rule.job_name):
                if rule.count is not None:
                    rule.count -= 1
                return rule.attempts
        try:
            return scripts_from(_variable(payload), self.default)
        except ValueError as mistake:
            reason = f"ClientError: {VARIABLE} is wrong: {mistake}"
            return [replace(self.default, outcome="Failed", failure_reason=reason)]


def scripts_from(description: Any, default: Script) -> list[Script]:
    """Read one script, or a list of them, one an attempt (the last one goes on).

    Raises ValueError with what is wrong; None gives the default.
    """
    if description is None:
        return [default]
    many = description if isinstance(description, list) else [description]
    if not many:
        raise ValueError("reading Script: the list of attempts is empty")
    return [_script(one, default) for one in many]


def _script(description: Any, default: Script) -> Script:
    if not isinstance(description, dict):
        raise ValueError("reading Script: must be an object")  # noqa: TRY004 - all mistakes alike
    unknown = set(description) - {known.name for known in fields(Script)}
    if unknown:
        raise ValueError(f"reading Script: unknown {', '.join(sorted(unknown))}")
    for name in _NUMBERS:
        value = description.get(name, 0)
        if not isinstance(value, (int, float)) or value < 0:
            raise ValueError(f"reading Script: {name} must be seconds, 0 or more")
    if description.get("outcome", "Completed") not in ("Completed", "Failed", "Stopped"):
        raise ValueError("reading Script: outcome must be Completed, Failed or Stopped")
    if "failure_reason" in description and "outcome" not in description:
        description = {**description, "outcome": "Failed"}
    return replace(default, **description)


def _variable(payload: str) -> Any:
    try:
        request: Mapping[str, Any] = json.loads(payload)
        return json.loads(request["Environment"][VARIABLE])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
