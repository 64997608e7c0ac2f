"""Outputs of a completion that may be None, with an error for programs that forget it.

A failed job has no model, a job without MetricDefinitions no metrics. Python's own error for it
(`'NoneType' object is not subscriptable`) comes after the whole training, out of Pulumi's frames,
and names neither the completion nor a way out. A text that was made of None is an error, too:
`None/model.tar.gz` is no address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import pulumi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

T = TypeVar("T")

_NONE = re.compile(r"\bNone\b")
_METRICS = "final_metrics"
_HOW_TO_RECORD = (
    "MetricDefinitions in the payload's AlgorithmSpecification make them, and .get() reads one "
    "that may be absent"
)


class AbsentError(pulumi.RunError, KeyError):
    """A value was used that is not recorded; Pulumi shows the error without a traceback."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class Reading:
    """A value that was read, and the error's text if it is used and is None."""

    value: Any
    absence: str


class OptionalOutput(pulumi.Output[T]):
    """An output that may be None. `get` returns a member, and None where there is none."""

    def __init__(self, reading: pulumi.Output[Reading]) -> None:
        value: pulumi.Output[Any] = reading.apply(lambda found: found.value)
        future: Any = value.future()
        super().__init__(value.resources(), future, value.is_known(), value.is_secret())
        self._reading = reading

    def apply(self, func: Callable[[Any], Any], run_with_unknowns: bool = False) -> Any:  # noqa: FBT001, FBT002 - Pulumi's
        """Transform the value; a function that fails on None raises AbsentError instead."""
        if run_with_unknowns:
            return super().apply(func, run_with_unknowns)
        return self._reading.apply(lambda found: _applied(func, found))

    def __getitem__(self, key: Any) -> pulumi.Output[Any]:
        """Return a member that has to be there."""
        member: pulumi.Output[Any] = self.apply(lambda value: value[key])
        return member

    def get(  # type: ignore[override] # Pulumi's own only raises
        self, key: Any, default: Any = None
    ) -> pulumi.Output[Any]:
        """Return a member; `default` where it is absent, or all of them are."""
        return self._reading.apply(lambda found: (found.value or {}).get(key, default))


class Members(dict[str, Any]):
    """A mapping that raises AbsentError for a member that it lacks."""

    def __init__(self, members: Mapping[str, Any], absence: Callable[[str], str]) -> None:
        super().__init__(members)
        self._absence = absence

    def __missing__(self, name: str) -> Any:
        raise AbsentError(self._absence(name))


def read_record(completion: str, record: Mapping[str, Any]) -> Members:
    """Return a job's record that raises AbsentError for what it lacks, in its metrics too."""
    members = {name: read_member(completion, record, name).value for name in record}
    return Members(members, lambda name: absence(completion, record, name))


def read_member(completion: str, record: Mapping[str, Any], name: str) -> Reading:
    """Return a member of a job's record."""
    value = record.get(name)
    if name == _METRICS and value:
        value = Members(value, lambda metric: _no_metric(completion, record, metric))
    return Reading(value, absence(completion, record, name))


def read_of_many(completion: str, name: str, jobs: int) -> Reading:
    """Return the absence of what only a completion of one job has."""
    seen = f"{name} is of one job, and this completion waits for {jobs}; see its results"
    return Reading(None, f"reading ServiceJobCompletion ({completion}): {seen}")


def absence(completion: str, record: Mapping[str, Any], name: str) -> str:
    """Return the error's text: what is not recorded, why, and what to do."""
    doing = f"reading ServiceJobCompletion ({completion})"
    job, status = _name(record), record.get("status")
    if name == _METRICS:
        missing = f"no metric is recorded of ServiceJob ({job}), which is {status}"
        return f"{doing}: {missing}; {_HOW_TO_RECORD}"
    return (
        f"{doing}: {name} is None, as ServiceJob ({job}) is {status}; "
        "look whether it is None before it is used"
    )


def _no_metric(completion: str, record: Mapping[str, Any], metric: str) -> str:
    names = ", ".join(sorted(record[_METRICS]))
    return (
        f"reading ServiceJobCompletion ({completion}): no metric {metric!r} is recorded of "
        f"ServiceJob ({_name(record)}), only {names}; {_HOW_TO_RECORD}"
    )


def _name(record: Mapping[str, Any]) -> str:
    return str(record.get("job_name") or record.get("job"))


def _applied(func: Callable[[Any], Any], found: Reading) -> Any:
    if found.value is not None:
        return func(found.value)
    try:
        made = func(None)
    except (TypeError, LookupError, AttributeError, ValueError):
        raise AbsentError(found.absence) from None
    if isinstance(made, str) and _NONE.search(made):
        raise AbsentError(found.absence)
    return made
