"""What a service job asks for, and the most that it can use: the number behind its bill."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pulumi

from sjresource.aws.payload import is_unknown, readable_payload
from sjresource.checks.rules.job import DEFAULT_RUN
from sjresource.checks.values.lookups import items_at, may_be_given, value_at, whole_number_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROPERTY = "max_instance_hours"

_MOST_SECONDS = 10**15
"""More is nonsense, which is told elsewhere, and at some point no number any more."""

_COUNT = "ResourceConfig.InstanceCount"
_GROUPS = "ResourceConfig.InstanceGroups"
_PREFERENCES = "ResourceConfig.InstancePreferences"
_SOURCES = (_COUNT, _GROUPS, _PREFERENCES, "StoppingCondition")
_ATTEMPT_PATH = "timeout_config.attempt_duration_seconds"
_RUN_PATH = "StoppingCondition.MaxRuntimeInSeconds"


def requested_instances(payload: Any) -> dict[str, int] | None:
    """Give how many instances of which type a payload asks for; None if that can't be known."""
    request = readable_payload(payload)
    counts: dict[str, int] = {}
    for group in items_at(request, "ResourceConfig.InstanceGroups") or [
        value_at(request, "ResourceConfig")
    ]:
        kind, count = value_at(group, "InstanceType"), whole_number_at(group, "InstanceCount")
        if not isinstance(kind, str) or is_unknown(kind) or count is None:
            return None
        counts[kind] = counts.get(kind, 0) + count
    return counts


def max_instance_hours(properties: Mapping[str, Any]) -> float | None:
    """Give instances times the longest run times attempts, in hours; None if one is not known.

    Runs that preemption ended and that are made up for are not in it: Batch counts them apart.
    """
    payload = readable_payload(properties.get("service_request_payload"))
    attempts: int | None = 1
    if may_be_given(properties, "retry_strategy"):
        attempts = whole_number_at(properties, "retry_strategy.attempts")
    factors = (_instance_count(payload), _longest_run(properties, payload), attempts)
    if None in factors:
        return None
    seconds = math.prod(factor or 0 for factor in factors)
    return round(seconds / 3600, 2) if abs(seconds) < _MOST_SECONDS else None


def is_bounded(properties: Mapping[str, Any]) -> bool:
    """Tell whether anything but SageMaker's default ends a run; True if that isn't known."""
    payload = readable_payload(properties.get("service_request_payload"))
    return (
        not payload or may_be_given(payload, _RUN_PATH) or may_be_given(properties, _ATTEMPT_PATH)
    )


def with_instance_hours(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Add the number to a job's inputs, for the preview to show; nothing compares it."""
    hours = max_instance_hours(properties)
    return {**properties, PROPERTY: hours} if hours is not None else dict(properties)


def instance_hours_placeholder(properties: Mapping[str, Any]) -> pulumi.Input[int] | None:
    """Give what keeps the number as secret, in the program, as what it is made of.

    Pulumi encrypts what a provider's check adds only if the program's input under the same name is
    a secret. So the program gives an empty number that is as secret as its sources.
    """
    sources = [source for source in _sources(properties) if isinstance(source, pulumi.Output)]
    if not sources:
        return None
    return pulumi.Output.all(*sources).apply(lambda _: 0)


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


def _longest_run(properties: Mapping[str, Any], payload: Mapping[str, Any]) -> int | None:
    """Batch and SageMaker bound a run; whichever comes first ends it."""
    bounds = [
        whole_number_at(holder, path)
        for holder, path in ((payload, _RUN_PATH), (properties, _ATTEMPT_PATH))
        if may_be_given(holder, path)
    ]
    if None in bounds:
        return None
    return min((bound or 0 for bound in bounds), default=DEFAULT_RUN)


def _sources(properties: Mapping[str, Any]) -> Iterator[Any]:
    yield from _outputs_in(properties.get("retry_strategy"), "attempts")
    yield from _outputs_in(properties.get("timeout_config"), "attempt_duration_seconds")
    for path in _SOURCES:
        yield from _outputs_in(properties.get("service_request_payload"), path)


def _outputs_in(value: Any, path: str) -> Iterator[Any]:
    """Follow a path through plain values, and give what is an Output on the way or at its end."""
    for step in path.split("."):
        if not isinstance(value, dict):
            break
        value = value.get(step)
    yield from _all_outputs(value)


def _all_outputs(value: Any) -> Iterator[Any]:
    if isinstance(value, pulumi.Output):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _all_outputs(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _all_outputs(item)
