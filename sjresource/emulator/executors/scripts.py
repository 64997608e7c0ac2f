"""What simulated training jobs do: scripts, and the rules that give a job its script.

A script comes from the first rule that matches the job (rules are given over `/_emulator/rules`),
else from the payload's environment variable SJRESOURCE_SIMULATE, else it is the default: every
phase 0.1 s, then success. Playing a script is `simulated.py`.
"""

from __future__ import annotations

import fnmatch
import math
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.protocol.decoding import (
    WrongInputError,
    anything,
    flag,
    listing,
    mapping,
    number,
    one_of,
    optional,
    read_json,
    record,
    text,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.emulator.protocol.decoding import Decoder


def _metric(value: Any, where: str) -> float:
    """Decode a metric: a number, or "NaN", since JSON has none and a loss may diverge."""
    if value == "NaN" or (isinstance(value, float) and math.isnan(value)):
        return math.nan
    found: float = _number(value, where)
    return found


_number: Final = number(-1e300, 1e300)

VARIABLE: Final = "SJRESOURCE_SIMULATE"
_PHASES: Final = (
    "submitted",
    "runnable",
    "scheduled",
    "starting",
    "running",
    "uploading",
    "stopping",
)
_MEMBERS: Final[dict[str, Decoder]] = {
    **{name: number() for name in _PHASES},
    "stuck": flag,
    "capacity_errors": whole(0, 1000),
    "interruptions": whole(0, 1000),
    "outcome": one_of("Completed", "Failed", "Stopped"),
    "exit_code": optional(whole(-(2**31), 2**31)),
    "failure_reason": optional(text(1024, controls=True)),
    "metrics": mapping(_metric, 1000),
}
_SCRIPT: Final = record(_MEMBERS)
_SCRIPTS: Final = listing(_SCRIPT, 100, 1)
_MOST_RULES: Final = 1000


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

    def __post_init__(self) -> None:
        """Refuse what can't be played."""
        try:
            _SCRIPT(vars(self), "")
        except WrongInputError as wrong:
            raise ValueError(f"reading Script: {wrong}") from None


@dataclass
class Rule:
    """Gives a script to jobs by their name."""

    job_name: str
    """A shell pattern, such as `train-*`."""
    attempts: list[Script]
    """A script for each attempt, the last one going on."""
    count: int | None = None
    """To how many jobs; None is to all."""


class ScriptRules:
    """The rules in force; safe to use from several threads."""

    def __init__(self, default: Script | None = None) -> None:
        self.default = default or Script()
        self._rules: list[Rule] = []
        self._chosen: dict[str, list[Script]] = {}
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Put a rule before those that are there; jobs that have their script keep it."""
        _RULE({"job_name": rule.job_name, "count": rule.count}, "")
        with self._lock:
            if len(self._rules) >= _MOST_RULES:
                raise ValueError(f"adding Rule: there are {_MOST_RULES} already; clear them first")
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
    try:
        decoded = _SCRIPTS(many, "attempts")
    except WrongInputError as wrong:
        place = wrong.where.removeprefix("attempts[0]").removeprefix(".")
        said = WrongInputError(place if len(many) == 1 else wrong.where, wrong.what)
        raise ValueError(f"reading Script: {said}") from None
    return [_script(one, default) for one in decoded]


def rule_from(description: Any, default: Script) -> Rule:
    """Read a rule; raises ValueError with what is wrong."""
    order = _RULE(description, "")
    scripts = scripts_from(order.get("script"), default)
    return Rule(order.get("job_name", "*"), scripts, order.get("count"))


def _pattern(value: Any, where: str) -> str:
    """Decode a shell pattern, whose work is bounded by its length."""
    pattern: str = text(128)(value, where)
    try:
        re.compile(fnmatch.translate(pattern))
    except (re.error, OverflowError):
        raise WrongInputError(where, "must be a shell pattern, such as train-*") from None
    return pattern


_RULE: Final = record(
    {"job_name": _pattern, "script": anything, "count": optional(whole())}, root="the body"
)


def _script(description: dict[str, Any], default: Script) -> Script:
    if "failure_reason" in description and "outcome" not in description:
        description = {**description, "outcome": "Failed"}
    return replace(default, **description)


def _variable(payload: str) -> Any:
    """Return what a payload's variable describes; None without one.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        request: Mapping[str, Any] = read_json(payload)
        described = request["Environment"][VARIABLE]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return read_json(described) if isinstance(described, str) else described
