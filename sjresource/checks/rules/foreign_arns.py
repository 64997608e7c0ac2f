"""ARNs in a job that can't be right where the job runs: another partition, another region."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.checks.values.lookups import value_at
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Request = Mapping[str, Any]
    Payload = Mapping[str, Any]


def foreign_arns(
    request: Request, payload: Payload, region: str | None = None
) -> Iterator[Problem]:
    """ARNs of another partition than the job's, or of another region where AWS looks in its own.

    The job runs where its queue is; `region` says where that is if `job_queue` is only a name.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    region, partition = place_of(request, region)
    for path, text in _arns(payload, "service_request_payload"):
        found = parse_arn(text)
        if found is None:
            continue
        if partition and found.partition != partition:
            reason = f"is an ARN of the partition {found.partition}, the job's is {partition}"
            yield Problem(path, reason)
        elif region and found.service in _REGIONAL and found.region not in ("", region):
            yield Problem(path, f"is an ARN of {found.region}, but the job runs in {region}")


def place_of(request: Request, region: str | None) -> tuple[str | None, str | None]:
    """Return the region and the partition that a job runs in, each None if it isn't known."""
    queue = value_at(request, "job_queue")
    arn = parse_arn(queue) if isinstance(queue, str) else None
    return (arn.region, arn.partition) if arn else (region, partition_of(region))


def partition_of(region: str | None) -> str | None:
    """Return the partition that a region's name says for certain."""
    for pattern, partition in _PARTITIONS:
        if re.match(pattern, region or ""):
            return partition
    return None


_REGIONAL = frozenset({"sagemaker", "kms", "lambda"})
"""Services whose things a training job takes from its own region only."""

_PARTITIONS = ((r"cn-", "aws-cn"), (r"us-gov-", "aws-us-gov"), (r"[a-z]{2}-[a-z]+-\d", "aws"))
"""Only what the region's name says for certain; the partitions of closed regions are left alone."""


def _arns(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Find the ARNs under AWS's own names; what users name themselves is left alone."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _OF_USERS:
                yield from _arns(item, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _arns(item, f"{path}[{position}]")
    elif isinstance(value, str) and value.startswith("arn:"):
        yield path, value


_OF_USERS = frozenset(
    {"HyperParameters", "Environment", "Tags", "ContainerEntrypoint", "ContainerArguments"}
)
