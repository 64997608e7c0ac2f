"""Scripts of simulated training jobs, and the rules that choose a script for a job.

The script comes from the newest rule that matches the job's name (`POST /_emulator/rules`), else
from the payload's environment variable SJRESOURCE_SIMULATE, else it is the default: every phase
takes 0.1 s, then the job succeeds. `simulated.py` runs them.
"""

from __future__ import annotations

import fnmatch
import math
import re
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from msgspec import Meta

from sjresource.emulator.protocol.user_json import (
    Count,
    JSONObject,
    Seconds,
    Text,
    WrongInputError,
    decode,
    decode_members,
    read_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VARIABLE: Final = "SJRESOURCE_SIMULATE"
_MOST_RULES: Final = 1000
_ATTEMPTS: Any = Annotated[list[Any], Meta(min_length=1, max_length=100)]

_Times = Annotated[int, Meta(ge=0, le=1000)]
_ExitCode = Annotated[int, Meta(ge=-(2**31), le=2**31)]


@dataclass(frozen=True)
class Script:
    """What one attempt does. Durations are in seconds of the emulator's clock."""

    submitted: Seconds = 0.1
    """How long the job is SUBMITTED at least."""
    runnable: Seconds = 0.1
    """How long it is RUNNABLE at least; longer while there is no capacity."""
    scheduled: Seconds = 0.1
    """How long it is SCHEDULED."""
    starting: Seconds = 0.1
    """How long it is STARTING."""
    running: Seconds = 0.1
    """How long it trains."""
    uploading: Seconds = 0.0
    """How long SageMaker uploads the model; Batch says RUNNING meanwhile."""
    stopping: Seconds = 0.1
    """How long it takes to stop when it is terminated."""
    stuck: bool = False
    """Whether the job stays RUNNABLE for ever, and blocks those behind it."""
    capacity_errors: _Times = 0
    """How many attempts to start fail because SageMaker has no instances."""
    interruptions: _Times = 0
    """How many times spot instances are taken away."""
    outcome: Literal["Completed", "Failed", "Stopped"] = "Completed"
    """SageMaker's final status."""
    exit_code: _ExitCode | None = None
    """Exit code of the container, in a failure."""
    failure_reason: Annotated[str, Meta(max_length=1024)] | None = None
    """SageMaker's reason, in a failure."""
    metrics: Annotated[dict[Text, float], Meta(max_length=1000)] = field(default_factory=dict)
    """The final metrics, by name."""

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of bounds."""
        try:
            decode_members(vars(self), Script)
        except WrongInputError as wrong:
            raise ValueError(f"reading Script: {wrong}") from None


@dataclass
class Rule:
    """Chooses a script for jobs by their name."""

    job_name: Annotated[str, Meta(max_length=128)]
    """A shell pattern, such as `train-*`."""
    attempts: list[Script]
    """The script of each attempt; further attempts take the last one."""
    count: Count | None = None
    """For how many jobs the rule holds; None is for all."""

    def __post_init__(self) -> None:
        """Raise ValueError for a value out of bounds."""
        try:
            decode_members(vars(self), Rule)
            re.compile(fnmatch.translate(self.job_name))
        except WrongInputError as wrong:
            raise ValueError(f"reading Rule: {wrong}") from None
        except (re.error, OverflowError):
            message = "reading Rule: job_name: expected a shell pattern, such as train-*"
            raise ValueError(message) from None


class ScriptRules:
    """The rules in force; thread-safe."""

    def __init__(self, default: Script | None = None) -> None:
        self.default = default or Script()
        self._rules: list[Rule] = []
        self._chosen: dict[str, list[Script]] = {}
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        """Put a rule before all others; jobs that already have a script keep it."""
        with self._lock:
            if len(self._rules) >= _MOST_RULES:
                raise ValueError(f"adding Rule: there are {_MOST_RULES} already; clear them first")
            self._rules.insert(0, rule)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def script(
        self, job_id: str, job_name: str, attempt: int, payload: Callable[[], str]
    ) -> Script:
        """Return the script of a job's attempt (from 1), chosen at the job's first attempt."""
        with self._lock:
            if job_id not in self._chosen:
                self._chosen[job_id] = self._choose(job_name, payload())
            scripts = self._chosen[job_id]
        return scripts[min(attempt, len(scripts)) - 1]

    def forget(self, job_id: str) -> None:
        """Drop the scripts of a job that has ended."""
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
    """Read one script, or a list with a script for each attempt; None is the default.

    Raises:
        ValueError: something is wrong with it, which the message says.
    """
    if description is None:
        return [default]
    try:
        if not isinstance(description, list):
            return [_script(description, default, "")]
        decode(description, _ATTEMPTS, "attempts")
        return [
            _script(each, default, f"attempts[{number}]") for number, each in enumerate(description)
        ]
    except WrongInputError as wrong:
        raise ValueError(f"reading Script: {wrong}") from None


def rule_from(description: Any, default: Script) -> Rule:
    """Read a rule; raises ValueError with what is wrong."""
    request = decode(description, _RuleRequest, "body")
    return Rule(request.job_name, scripts_from(request.script, default), request.count)


class _RuleRequest(JSONObject):
    job_name: str = "*"
    script: Any = None
    count: Count | None = None


def _script(description: Any, default: Script, where: str) -> Script:
    metrics = description.get("metrics") if isinstance(description, dict) else None
    if isinstance(metrics, dict):  # JSON has no NaN, and a loss may diverge
        described = {name: math.nan if it == "NaN" else it for name, it in metrics.items()}
        description = {**description, "metrics": described}
    given = decode_members(description, Script, where)
    if "failure_reason" in given:
        given.setdefault("outcome", "Failed")
    return replace(default, **given)


def _variable(payload: str) -> Any:
    """Return the value of a payload's variable; None without one.

    Raises:
        ValueError: it is no JSON.
    """
    try:
        request: Mapping[str, Any] = read_json(payload)
        described = request["Environment"][VARIABLE]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return read_json(described) if isinstance(described, str) else described
