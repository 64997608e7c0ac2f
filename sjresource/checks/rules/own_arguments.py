"""The kinds of the arguments that are ours, and not AWS's, held against what they mean. Pure.

AWS's own are held against its model, in `validation`. A number may come as text, as `pulumi.Config`
gives it, if it is nothing but a plain number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.aws.payload import is_unknown, kind_of
from sjresource.problem import Problem, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+", re.ASCII)
_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)


def plain_number(value: Any) -> float | None:
    """Return a finite number of at least 0 that is one, or is written as one; None for the rest."""
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= _MOST_SECONDS else None


_MOST_SECONDS = 1e9
"""Thirty years: longer is as good as without end, which has a word of its own."""


def seconds(value: Any) -> float | None:
    """Return a positive number of seconds; None for what is none."""
    number = plain_number(value)
    return number or None


def own_problems(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold all of ours that a resource has against their kinds; what is unknown is passed over.

    No other value of theirs means anything, so none is let pass by `sjresource:validation`.
    """
    for name, check in _CHECKS.items():
        value = properties.get(name)
        if value is not None and not is_unknown(value):
            yield from (each._replace(unsendable=True) for each in check(name, value))


def _flag(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        hint = "; pulumi.Config has get_bool" if isinstance(value, str) else ""
        yield Problem(name, f"must be True or False, got {kind_of(value)}{hint}")


def _triggers(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple, dict)):
        yield Problem(name, f"must be a list of values, got {kind_of(value)}; write [value]")


def region_problems(name: str, value: Any) -> Iterator[Problem]:
    """Hold a region against the form of their names."""
    if not isinstance(value, str):
        yield Problem(name, f"must be a region's name such as eu-west-1, got {kind_of(value)}")
    elif not _REGION.fullmatch(value):
        yield Problem(name, "must be a region's name such as eu-west-1, of letters and hyphens")


def service_job_problems(name: str, value: Any) -> Iterator[Problem]:
    """Hold what names a service job that exists against what names one."""
    if not isinstance(value, str):
        yield Problem(name, f"must be a service job's id or ARN, got {kind_of(value)}")
        return
    arn = parse_arn(value)
    if arn is not None and arn.kind != "service-job":
        yield Problem(name, "must be a service job's id or ARN, got the ARN of another thing")
    elif arn is None and not _JOB_ID.fullmatch(value):
        yield Problem(name, "must be a service job's id or ARN")


def _timeouts(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(name, f"must be an object, got {kind_of(value)}")
        return
    for operation, patience in value.items():
        path = join(name, operation)
        if operation not in ("create", "update", "delete"):
            yield Problem(path, "is not known; there are create, update, delete")
        elif patience is not None and not is_unknown(patience) and seconds(patience) is None:
            number = patience if isinstance(patience, (int, float)) else None
            seen = f"must be seconds, more than 0, got {kind_of(patience)}"
            yield Problem(path, seen, number=None if isinstance(patience, bool) else number)


_CHECKS: dict[str, Callable[[str, Any], Iterator[Problem]]] = {
    "rerun_on_failure": _flag,
    "triggers": _triggers,
    "region": region_problems,
    "adopt_job_id": service_job_problems,
    "timeouts": _timeouts,
}
