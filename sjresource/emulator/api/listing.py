"""ListServiceJobs: one status, or one filter, newest first, in pages.

A page costs the same however many jobs there are: each question is a range of one of the store's
indexes, and a nextToken is a place in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.api.call import (
    PAGE,
    Answer,
    Call,
    Parameters,
    read_token,
    require,
    require_between,
    write_token,
)
from sjresource.emulator.api.service_jobs import summary
from sjresource.emulator.protocol.errors import ClientException

if TYPE_CHECKING:
    from typing import Final

    from sjresource.emulator.store.records import Job

_SHARES: Final = {"SHARE_IDENTIFIER": "share", "QUOTA_SHARE_NAME": "quota_share"}
_FILTERS: Final = ("JOB_NAME", "BEFORE_CREATED_AT", "AFTER_CREATED_AT", *_SHARES)
_MOST_DIGITS: Final = 18
_NEWEST: Final = "sequence DESC"


def list_service_jobs(call: Call, parameters: Parameters) -> Answer:
    """List a queue's jobs; without status and filter, those that are RUNNING."""
    if "jobQueue" not in parameters:
        raise ClientException("jobQueue is required")
    queue = require(call, "job-queue", parameters["jobQueue"])
    require_between(parameters, "maxResults", 1, PAGE)
    size = parameters.get("maxResults", PAGE)
    where, values = _question(parameters)
    by_name = where.startswith("name >=")
    order = f"name, {_NEWEST}" if by_name else _NEWEST
    if "nextToken" in parameters:
        after, more_values = _after(parameters["nextToken"], by_name=by_name)
        where, values = f"{where} AND {after}", [*values, *more_values]
    jobs = call.store.select_jobs(f"queue = ? AND {where}", [queue.arn, *values], order, size + 1)
    answer: Answer = {"jobSummaryList": [summary(job) for job in jobs[:size]]}
    return {**answer, "nextToken": _token(jobs[size - 1])} if len(jobs) > size else answer


def _question(parameters: Parameters) -> tuple[str, list[Any]]:
    """Give the condition on the jobs' table, and its values."""
    filters = parameters.get("filters", [])
    if len(filters) > 1:
        raise ClientException("filters must have only one entry")
    if not filters:
        return "status = ?", [parameters.get("jobStatus", "RUNNING")]
    name = filters[0].get("name")
    values = filters[0].get("values", [])
    if name not in _FILTERS:
        raise ClientException(f"filters: name must be one of {', '.join(_FILTERS)}")
    if len(values) != 1:
        raise ClientException("filters: values must have one entry")
    if name in _SHARES:
        return _share_question(_SHARES[name], values[0], parameters)
    return _name_question(values[0]) if name == "JOB_NAME" else _time_question(name, values[0])


def _share_question(column: str, value: str, parameters: Parameters) -> tuple[str, list[Any]]:
    """Ask for a share's jobs; only here a status counts beside the filter."""
    if "jobStatus" not in parameters:
        return f"{column} = ?", [value]
    return f"{column} = ? AND status = ?", [value, parameters["jobStatus"]]


def _name_question(value: str) -> tuple[str, list[Any]]:
    name = value.lower()
    if not name.endswith("*"):
        return "name = ?", [name]
    return "name >= ? AND name < ?", [name[:-1], name[:-1] + "\U0010ffff"]


def _time_question(name: str, value: str) -> tuple[str, list[Any]]:
    """Ask by creation time, by way of the sequence, which grows with it and orders the answer."""
    if not value.isascii() or not value.isdigit() or len(value) > _MOST_DIGITS:
        raise ClientException(f"filters: {name} must be milliseconds since 1970")
    moment = int(value)
    if name == "BEFORE_CREATED_AT":
        bound = "SELECT max(sequence) FROM service_jobs WHERE created_at < ?"
        return f"sequence <= ({bound})", [moment]
    bound = "SELECT min(sequence) FROM service_jobs WHERE created_at > ?"
    return f"sequence >= ({bound})", [moment]


def _token(job: Job) -> str:
    return write_token(job.name.lower(), job.sequence)


def _after(token: str, *, by_name: bool) -> tuple[str, list[Any]]:
    name, sequence = read_token(token, 2)
    if not isinstance(name, str) or not isinstance(sequence, int):
        raise ClientException("nextToken is not valid")
    if by_name:
        return "(name > ? OR (name = ? AND sequence < ?))", [name, name, sequence]
    return "sequence < ?", [sequence]
