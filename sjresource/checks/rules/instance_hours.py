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
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sjresource.checks.values.job_arguments import JobArguments

PROPERTY = "max_instance_hours"

_MOST_SECONDS = 10**15
"""More is nonsense, which other checks find, and overflows at some point."""

_NAMED = 5
"""Instance types that a sentence names."""

_SMALL = 0.01

_UNKNOWN_TYPE = "a type that is not known yet"

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


_HOLDERS = ("retry_strategy", "timeout_config")
_PAYLOAD_HOLDERS = ("ResourceConfig", "StoppingCondition")
_RESOURCES = ("InstanceType", "InstanceCount", "InstanceGroups", "InstancePreferences")


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
    seconds = max_instance_seconds(job)
    return round(seconds / 3600, 2) if seconds is not None else None


def max_instance_seconds(job: JobArguments) -> int | None:
    """Return the same in seconds, to the second, for sums; None if it is not known."""
    attempts: int | None = 1
    if may_be_given(job.properties, "retry_strategy"):
        attempts = whole_number_at(job.properties, "retry_strategy.attempts")
    factors = (_instance_count(job.payload), _longest_run(job), attempts)
    seconds = math.prod(factor or 0 for factor in factors)
    return None if None in factors or abs(seconds) >= _MOST_SECONDS else seconds


def instance_hours_by_type(job: JobArguments) -> dict[str, float] | None:
    """Return those hours by instance type; None if they are not known.

    Of several preferred types the one that a run gets is not known before: they count as one.
    """
    seconds, counts = max_instance_seconds(job), _counts_by_type(job.payload)
    total = sum(counts.values())
    if seconds is None or not total:
        return None
    return {kind: seconds * count / total / 3600 for kind, count in counts.items()}


def hours_words(by_type: Mapping[str, float]) -> str:
    """Return hours in words: `26 instance-hours: 24 of ml.p4d.24xlarge, 2 of ml.g5.xlarge`."""
    total = f"{number_words(sum(by_type.values()))} instance-hours"
    most_first = sorted(by_type.items(), key=lambda pair: (-pair[1], pair[0]))
    if len(most_first) == 1:
        return f"{total} of {most_first[0][0]}"
    parts = [f"{number_words(hours)} of {kind}" for kind, hours in most_first[:_NAMED]]
    if len(most_first) > _NAMED:
        rest = sum(hours for _, hours in most_first[_NAMED:])
        parts.append(f"{number_words(rest)} of {len(most_first) - _NAMED} other types")
    return f"{total}: {', '.join(parts)}"


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


def arguments_of_hours(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a job's arguments those that the hours are computed from, and nothing else.

    So that a secret hyperparameter makes no secret of them.
    """
    kept = {name: properties[name] for name in _HOLDERS if properties.get(name) is not None}
    payload = properties.get(PAYLOAD)
    if isinstance(payload, dict):
        payload = {name: payload[name] for name in _PAYLOAD_HOLDERS if name in payload}
        resources = payload.get("ResourceConfig")
        if isinstance(resources, dict):
            named = {name: resources[name] for name in _RESOURCES if name in resources}
            payload["ResourceConfig"] = named
    return {**kept, PAYLOAD: payload}


def hours_follow_from(paths: Iterable[Sequence[str | int]], properties: Mapping[str, Any]) -> bool:
    """Return whether the hours are computed from what is at one of these paths."""
    arguments = arguments_of_hours(properties)
    return any(_reaches(arguments, path) for path in paths)


def instance_hours_placeholder(properties: Mapping[str, Any]) -> pulumi.Input[int] | None:
    """Return a placeholder that is secret if any input of the number is secret.

    Pulumi encrypts what a provider's check adds only if the program's input under the same name is
    a secret. So the program gives a zero that is as secret as what the number is computed from.
    """
    reached = [_reached(properties.get(argument), path) for argument, path in _SOURCES]
    sources = [value for value in reached if not is_plain(value)]
    return pulumi.Output.all(*sources).apply(lambda _: 0) if sources else None


def _counts_by_type(payload: Mapping[str, Any]) -> dict[str, int]:
    """Return how many instances of each type there are at a time; what is not known is left out."""
    if may_be_given(payload, _PREFERENCES):
        kinds = [text_at(each, "InstanceType") for each in items_at(payload, _PREFERENCES)]
        count = _instance_count(payload)
        return {" or ".join(kind or _UNKNOWN_TYPE for kind in kinds): count} if count else {}
    counts: dict[str, int] = {}
    for group in items_at(payload, _GROUPS) or [value_at(payload, "ResourceConfig")]:
        kind, number = text_at(group, "InstanceType"), whole_number_at(group, "InstanceCount")
        counts[kind or _UNKNOWN_TYPE] = counts.get(kind or _UNKNOWN_TYPE, 0) + (number or 0)
    return counts


def number_words(hours: float) -> str:
    """Return a number of hours with what matters of it: `1,234.5`, `0.003`."""
    return f"{round(hours, 2):,.10g}" if hours >= _SMALL else f"{hours:.2g}"


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
    """Return the seconds of the longest run: Batch and SageMaker both bound it.

    Where nothing is given SageMaker has a default, and Batch has none.
    """
    run: int | None = DEFAULT_RUN_SECONDS
    if may_be_given(job.payload, _RUN_PATH):
        run = whole_number_at(job.payload, _RUN_PATH)
    if not may_be_given(job.properties, _ATTEMPT_PATH):
        return run
    attempt = whole_number_at(job.properties, _ATTEMPT_PATH)
    return None if run is None or attempt is None else min(run, attempt)


def _reaches(value: Any, path: Sequence[str | int]) -> bool:
    """Return whether there is anything at a path."""
    try:
        for step in path:
            value = value[step]
    except (LookupError, TypeError):
        return False
    return True


def _reached(value: Any, path: str) -> Any:
    """Return the value at a path, or the Output or whatever else ends the way there."""
    for step in path.split("."):
        if not isinstance(value, dict):
            break
        value = value.get(step)
    return value
