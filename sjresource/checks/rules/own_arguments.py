"""Checks the arguments that are sjresource's own, and not AWS's. Pure.

A number may be a text, as `pulumi.Config` returns it, if that is nothing but a plain number.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import REGION_FORM, is_region, is_service_job, parse_arn
from sjresource.aws.payload import is_unknown, json_type
from sjresource.problem import Problem, join, mismatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?", re.ASCII)
_JOB_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}", re.ASCII)


def plain_number(value: Any) -> float | None:
    """Return a number, or a text that is one, if it is finite and at least 0; else None."""
    if isinstance(value, str) and _PLAIN_NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= _MOST_SECONDS else None


_MOST_SECONDS = 1e9
"""Thirty years. Longer is as good as no limit, for which there is a word of its own."""


def seconds(value: Any) -> float | None:
    """Return a positive number of seconds; None for anything else."""
    number = plain_number(value)
    return number or None


def own_problems(properties: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the problems of a resource's own arguments; unknown values are skipped.

    Other values of theirs mean nothing, so `sjresource:validation` lets none of them pass.
    """
    for name, check in _CHECKS.items():
        value = properties.get(name)
        if value is not None and not is_unknown(value):
            yield from (each._replace(unsendable=True) for each in check(name, value))


def _flag(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, bool):
        hint = "; pulumi.Config has get_bool" if isinstance(value, str) else ""
        yield Problem(name, f"must be True or False, got {json_type(value)}{hint}")


def _triggers(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, (list, tuple, dict)):
        yield Problem(name, f"must be a list of values, got {json_type(value)}; write [value]")


def region_problems(name: str, value: Any) -> Iterator[Problem]:
    """Yield a problem if a value does not have the form of a region's name."""
    if not isinstance(value, str):
        yield mismatch(name, REGION_FORM, json_type(value))
    elif not is_region(value):
        yield Problem(name, f"{REGION_FORM}, of letters and hyphens")


def service_job_problems(name: str, value: Any) -> Iterator[Problem]:
    """Yield a problem if a value can be neither the id nor the ARN of a service job."""
    if not isinstance(value, str):
        yield mismatch(name, "must be a service job's id or ARN", json_type(value))
        return
    arn = parse_arn(value)
    if arn is not None and not is_service_job(arn):
        yield mismatch(name, "must be a service job's id or ARN", "the ARN of another thing")
    elif arn is None and not _JOB_ID.fullmatch(value):
        yield Problem(name, "must be a service job's id or ARN")


def _timeouts(name: str, value: Any) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(name, f"must be an object, got {json_type(value)}")
        return
    for operation, timeout in value.items():
        path = join(name, operation)
        if operation not in ("create", "update", "delete"):
            yield Problem(path, "is not known; there are create, update, delete")
        elif timeout is not None and not is_unknown(timeout) and seconds(timeout) is None:
            number = timeout if isinstance(timeout, (int, float)) else None
            problem = mismatch(path, "must be seconds, more than 0", json_type(timeout))
            yield problem._replace(number=None if isinstance(timeout, bool) else number)


_CHECKS: dict[str, Callable[[str, Any], Iterator[Problem]]] = {
    "rerun_on_failure": _flag,
    "deleted_with": _flag,
    "triggers": _triggers,
    "region": region_problems,
    "adopt_job_id": service_job_problems,
    "timeouts": _timeouts,
}
