"""The instances that a service job asks for, and the most instance-hours that it can use."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.checks.rules.bounds import DEFAULT_RUN_SECONDS
from sjresource.checks.values.job_arguments import PAYLOAD
from sjresource.checks.values.lookups import (
    items_at,
    may_be_given,
    text_at,
    value_at,
    whole_number_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.checks.values.job_arguments import JobArguments

PROPERTY = "max_instance_hours"

_MOST_SECONDS = 10**15
"""More is nonsense, which other checks find, and overflows at some point."""

_COUNT = "ResourceConfig.InstanceCount"
_GROUPS = "ResourceConfig.InstanceGroups"
_PREFERENCES = "ResourceConfig.InstancePreferences"
_ATTEMPT_PATH = "timeout_config.attempt_duration_seconds"
_RUN_PATH = "StoppingCondition.MaxRuntimeInSeconds"
_SOURCES = (
    ("retry_strategy", "attempts"),
    ("timeout_config", "attempt_duration_seconds"),
    *((PAYLOAD, path) for path in (_COUNT, _GROUPS, _PREFERENCES, "StoppingCondition")),
)


def requested_instances(payload: Mapping[str, Any]) -> dict[str, int] | None:
    """Return the instances that a payload asks for, by type; None if that is not known."""
    counts: dict[str, int] = {}
    for group in items_at(payload, _GROUPS) or [value_at(payload, "ResourceConfig")]:
        kind, count = text_at(group, "InstanceType"), whole_number_at(group, "InstanceCount")
        if kind is None or count is None:
            return None
        counts[kind] = counts.get(kind, 0) + count
    return counts


def max_instance_hours(job: JobArguments) -> float | None:
    """Return instances times the longest run times attempts, in hours; None if one is not known.

    Runs that were preempted, and are repeated for that, are not counted: Batch counts them apart.
    """
    attempts: int | None = 1
    if may_be_given(job.properties, "retry_strategy"):
        attempts = whole_number_at(job.properties, "retry_strategy.attempts")
    factors = (_instance_count(job.payload), _longest_run(job), attempts)
    if None in factors:
        return None
    seconds = math.prod(factor or 0 for factor in factors)
    return round(seconds / 3600, 2) if abs(seconds) < _MOST_SECONDS else None


def is_bounded(job: JobArguments) -> bool:
    """Return whether anything but SageMaker's default ends a run; True if that is not known."""
    return (
        not job.payload
        or may_be_given(job.payload, _RUN_PATH)
        or may_be_given(job.properties, _ATTEMPT_PATH)
    )


def with_instance_hours(job: JobArguments) -> dict[str, Any]:
    """Return a job's inputs with the number added, for the preview to show; nothing compares it."""
    hours = max_instance_hours(job)
    return {**job.properties, **({PROPERTY: hours} if hours is not None else {})}


def instance_hours_placeholder(properties: Mapping[str, Any]) -> pulumi.Input[int] | None:
    """Return a placeholder that is secret if any input of the number is secret.

    Pulumi encrypts what a provider's check adds only if the program's input under the same name is
    a secret. So the program gives a zero that is as secret as what the number is computed from.
    """
    reached = [_reached(properties.get(argument), path) for argument, path in _SOURCES]
    sources = [value for value in reached if not is_plain(value)]
    return pulumi.Output.all(*sources).apply(lambda _: 0) if sources else None


def _instance_count(payload: Mapping[str, Any]) -> int | None:
    """Return the most instances at a time: those of all groups, or of the largest preference."""
    if may_be_given(payload, _GROUPS):
        return _total(payload, _GROUPS, sum)
    if may_be_given(payload, _PREFERENCES) and not may_be_given(payload, _COUNT):
        return _total(payload, _PREFERENCES, max)
    return whole_number_at(payload, _COUNT)


def _total(
    payload: Mapping[str, Any], path: str, together: Callable[[list[int]], int]
) -> int | None:
    counts = [whole_number_at(each, "InstanceCount") for each in items_at(payload, path)]
    known = [count for count in counts if count is not None]
    return together(known) if known and len(known) == len(counts) else None


def _longest_run(job: JobArguments) -> int | None:
    """Return the seconds of the longest run: Batch and SageMaker both bound it."""
    bounds = [
        whole_number_at(holder, path)
        for holder, path in ((job.payload, _RUN_PATH), (job.properties, _ATTEMPT_PATH))
        if may_be_given(holder, path)
    ]
    if None in bounds:
        return None
    return min((bound or 0 for bound in bounds), default=DEFAULT_RUN_SECONDS)


def _reached(value: Any, path: str) -> Any:
    """Return the value at a path, or the Output or whatever else ends the way there."""
    for step in path.split("."):
        if not isinstance(value, dict):
            break
        value = value.get(step)
    return value
