"""ListTrainingJobs: its filters, its order and its pages.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListTrainingJobs.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sjresource.emulator.protocol.errors import AWSError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.emulator.store.records import TrainingJobRecord

    Parameters = Mapping[str, Any]

_PAGE: Final = 10


class Listed(NamedTuple):
    """A training job, with the times that Describe shows and the training plan that it asks for."""

    record: TrainingJobRecord
    times: Mapping[str, Any]
    plan: str | None


_FILTERS: Final[Mapping[str, Callable[[Listed, Any], bool]]] = {
    "CreationTimeAfter": lambda job, bound: job.times["CreationTime"] > bound,
    "CreationTimeBefore": lambda job, bound: job.times["CreationTime"] < bound,
    "LastModifiedTimeAfter": lambda job, bound: job.times["LastModifiedTime"] > bound,
    "LastModifiedTimeBefore": lambda job, bound: job.times["LastModifiedTime"] < bound,
    "NameContains": lambda job, part: part.lower() in job.record.name.lower(),
    "StatusEquals": lambda job, status: job.record.shown_status == status,
    "TrainingPlanArnEquals": lambda job, arn: job.plan == arn,
    "WarmPoolStatusEquals": lambda _job, _status: False,  # there are no warm pools
}
_ORDERS: Final[Mapping[str, Callable[[Listed], Any]]] = {
    "Name": lambda job: job.record.name,
    "CreationTime": lambda job: (job.record.created_at, job.record.name),
    "Status": lambda job: (job.record.shown_status, job.record.name),
}


def list_training_jobs(jobs: Sequence[Listed], parameters: Parameters) -> dict[str, Any]:
    """Return a page of the training jobs that pass all filters.

    Raises:
        AWSError: the token is of no page.
    """
    given = {name: parameters[name] for name in _FILTERS if parameters.get(name) is not None}
    chosen = [
        job for job in jobs if all(_FILTERS[name](job, value) for name, value in given.items())
    ]
    descending = parameters.get("SortOrder") == "Descending"
    chosen.sort(key=_ORDERS[parameters.get("SortBy") or "CreationTime"], reverse=descending)
    start = _start(parameters.get("NextToken") or "0", len(chosen))
    size = parameters.get("MaxResults") or _PAGE
    page = [_summary(job) for job in chosen[start : start + size]]
    answer: dict[str, Any] = {"TrainingJobSummaries": page}
    return {**answer, "NextToken": str(start + size)} if len(chosen) > start + size else answer


def _start(token: str, most: int) -> int:
    if not (token.isascii() and token.isdigit() and len(token) < len(str(most)) + 1):
        raise AWSError("ValidationException", "The token provided is not valid")
    return int(token)


def _summary(job: Listed) -> dict[str, Any]:
    record = job.record
    summary = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "TrainingJobStatus": record.shown_status,
        "SecondaryStatus": record.secondary_status,
        "CreationTime": job.times["CreationTime"],
        "LastModifiedTime": job.times["LastModifiedTime"],
        "TrainingEndTime": job.times["TrainingEndTime"],
        "TrainingPlanArn": job.plan,
    }
    return {name: value for name, value in summary.items() if value is not None}
