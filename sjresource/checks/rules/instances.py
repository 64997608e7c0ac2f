"""Rules of a payload's `ResourceConfig`: which instances, how many, and their storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.instance_types import has_local_storage, needs_volume
from sjresource.checks.values.lookups import (
    is_given,
    items_at,
    may_be_given,
    repeated,
    value_at,
    whole_number_at,
)
from sjresource.checks.values.rule import in_payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.rule import Payload, Request, Rule
    from sjresource.problem import Problem

_GROUPS = "ResourceConfig.InstanceGroups"
_PREFERENCES = "ResourceConfig.InstancePreferences"
_COUNT = "ResourceConfig.InstanceCount"


def one_way_to_name_instances(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A type and a count, instance groups, or preferences.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    if may_be_given(payload, "ServerlessJobConfig") or not payload:
        return
    if not may_be_given(payload, "ResourceConfig"):
        yield in_payload("ResourceConfig", "is required, unless ServerlessJobConfig is given")
    elif may_be_given(payload, _GROUPS):
        yield from _excluded(
            payload, "InstanceGroups", ("InstanceType", "InstanceCount", "InstancePreferences")
        )
    elif may_be_given(payload, _PREFERENCES):
        yield from _excluded(
            payload, "InstancePreferences", ("InstanceType", "InstancePlacementConfig")
        )
    elif isinstance(value_at(payload, "ResourceConfig"), dict):
        for name in ("InstanceType", "InstanceCount"):
            if not may_be_given(payload, f"ResourceConfig.{name}"):
                reason = "is required, unless InstanceGroups are given"
                yield in_payload(f"ResourceConfig.{name}", reason)


def preferences_count_in_one_place(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Each preference has its count, or one count is for all.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    preferences = _known_items(payload, _PREFERENCES)
    if not preferences or is_unknown(value_at(payload, _COUNT)):
        return
    counted = [may_be_given(each, "InstanceCount") for each in preferences]
    if may_be_given(payload, _COUNT):
        for position in (place for place, found in enumerate(counted) if found):
            path = f"{_PREFERENCES}[{position}].InstanceCount"
            yield in_payload(path, f"can't be given with {_COUNT}, which is for all preferences")
    elif not any(counted):
        reason = "is required, unless each of InstancePreferences has an InstanceCount"
        yield in_payload(_COUNT, reason)
    else:
        for position in (place for place, found in enumerate(counted) if not found):
            path = f"{_PREFERENCES}[{position}].InstanceCount"
            yield in_payload(path, "is required, since other preferences have one")


def preferences_are_distinct(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An instance type is preferred once.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    for position in repeated(items_at(payload, _PREFERENCES), "InstanceType"):
        path = f"{_PREFERENCES}[{position}].InstanceType"
        yield in_payload(path, "is the type of an earlier preference too")


def training_plans_in_one_place(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A training plan for the job, or plans for preferences.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    if not is_given(payload, "ResourceConfig.TrainingPlanArn"):
        return
    for position, preference in enumerate(items_at(payload, _PREFERENCES)):
        if is_given(preference, "TrainingPlanArns"):
            path = f"{_PREFERENCES}[{position}].TrainingPlanArns"
            yield in_payload(path, "can't be given with ResourceConfig.TrainingPlanArn")


def no_selected_instances(_request: Request, payload: Payload) -> Iterator[Problem]:
    """What SageMaker selected is told by Describe; Create does not take it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    for name in ("SelectedInstanceType", "SelectedInstanceCount"):
        if is_given(payload, f"ResourceConfig.{name}"):
            yield in_payload(f"ResourceConfig.{name}", "can only be read, not requested")


def volumes_have_a_size(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An instance without storage of its own needs a volume; a serverless job has the size chosen.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    path = "ResourceConfig.VolumeSizeInGB"
    if may_be_given(payload, "ServerlessJobConfig"):
        if is_given(payload, "ServerlessJobConfig") and is_given(payload, path):
            yield in_payload(path, "can't be given with ServerlessJobConfig")
        return
    without = [where for where, kind in instance_types(payload) if needs_volume(kind)]
    if without and not may_be_given(payload, path):
        yield in_payload(path, f"is required: the type at {without[0]} has no storage of its own")


def local_storage_has_no_key(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Storage in the instance is encrypted by its hardware.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    path = "ResourceConfig.VolumeKmsKeyId"
    found = instance_types(payload)
    if is_given(payload, path) and found and all(has_local_storage(kind) for _, kind in found):
        reason = f"can't be given: the type at {found[0][0]} has its own storage, and no volume"
        yield in_payload(path, reason)


def placements_have_instances(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A placement is of one instance at least.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PlacementSpecification.html
    """
    path = "ResourceConfig.InstancePlacementConfig.PlacementSpecifications"
    for position, placement in enumerate(items_at(payload, path)):
        if whole_number_at(placement, "InstanceCount") == 0:
            yield in_payload(f"{path}[{position}].InstanceCount", "must be at least 1")


INSTANCE_RULES: tuple[Rule, ...] = (
    one_way_to_name_instances,
    preferences_count_in_one_place,
    preferences_are_distinct,
    training_plans_in_one_place,
    no_selected_instances,
    volumes_have_a_size,
    local_storage_has_no_key,
    placements_have_instances,
)


def instance_types(payload: Payload) -> list[tuple[str, Any]]:
    """Return every instance type that a payload names, known or not, with its path."""
    holders = [("ResourceConfig", value_at(payload, "ResourceConfig"))]
    for path in (_GROUPS, _PREFERENCES):
        items = enumerate(items_at(payload, path))
        holders.extend((f"{path}[{position}]", each) for position, each in items)
    found = [(f"{path}.InstanceType", value_at(each, "InstanceType")) for path, each in holders]
    return [(path, kind) for path, kind in found if kind]


def _known_items(payload: Payload, path: str) -> list[Any]:
    """Return a list of objects, and nothing if one of them is unknown or of another kind."""
    items = items_at(payload, path)
    return items if all(isinstance(item, dict) for item in items) else []


def _excluded(payload: Payload, by: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if is_given(payload, f"ResourceConfig.{name}"):
            yield in_payload(f"ResourceConfig.{name}", f"can't be given with {by}")
