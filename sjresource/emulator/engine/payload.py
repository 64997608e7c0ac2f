"""Reads a service job's payload, the CreateTrainingJob request, as far as Batch and SageMaker must.

Batch passes a payload on without looking at it
(https://docs.aws.amazon.com/batch/latest/userguide/service-job-payload.html): what is wrong with it
shows when the training job is created, by the rules of `training_rules`.
"""

from __future__ import annotations

import functools
import json
from typing import Any, Final

import botocore.loaders
from botocore.model import ServiceModel, StructureShape

from sjresource.emulator.engine.payload_rules import broken_rules
from sjresource.emulator.protocol.decoding import read_json
from sjresource.emulator.protocol.shapes import type_problems

REQUIRED: Final = ("OutputDataConfig", "RoleArn")
"""What SageMaker's model requires beside the name, which Batch gives; a test compares."""


_MOST: Final = 2**31 - 1


def capacity_of(payload: str) -> dict[str, int]:
    """Count the instances that a payload asks for, by type; what can't be read counts nothing.

    Of a list of preferences the first one counts, which is believed: SageMaker chooses one, and no
    page says what Batch takes it for. A serverless job has no instances.
    """
    counts: dict[str, int] = {}
    for group in _groups(_member(_parsed(payload), "ResourceConfig")):
        instance_type = group.get("InstanceType") if isinstance(group, dict) else None
        count = group.get("InstanceCount") if isinstance(group, dict) else None
        if isinstance(instance_type, str) and isinstance(count, int) and 0 < count <= _MOST:
            counts[instance_type] = counts.get(instance_type, 0) + count
    return counts


def _groups(config: dict[str, Any]) -> list[Any]:
    preferences, groups = config.get("InstancePreferences"), config.get("InstanceGroups")
    if isinstance(preferences, list) and preferences and isinstance(preferences[0], dict):
        return [{"InstanceCount": config.get("InstanceCount"), **preferences[0]}]
    return groups if isinstance(groups, list) and groups else [config]


def requested_name(payload: str) -> str | None:
    """Return the TrainingJobName of a payload, None if it has none."""
    name = _parsed(payload).get("TrainingJobName")
    return name if isinstance(name, str) and name else None


def training_request(payload: str, name: str) -> dict[str, Any]:
    """Give the request that Batch sends: the payload with the name that Batch made."""
    return {**_parsed(payload), "TrainingJobName": name}


def problem_with(request: dict[str, Any]) -> str | None:
    """Say why SageMaker would refuse `request`, None if it would take it."""
    missing = [name for name in REQUIRED if not request.get(name)]
    if missing:
        return f"ValidationException: Missing required parameters: {', '.join(missing)}"
    problem = next(type_problems(_create_training_job(), request), None)
    broken = problem or next(broken_rules(request), None)
    if broken is not None:
        return f"ValidationException: {broken}"
    if not request.get("ServerlessJobConfig") and not capacity_of(json.dumps(request)):
        return "ValidationException: ResourceConfig must name an instance type and a count"
    return None


@functools.cache
def _create_training_job() -> StructureShape:
    """Load the request's shape of botocore's newest model, once: that takes a tenth of a second."""
    description = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    shape = ServiceModel(description, "sagemaker").operation_model("CreateTrainingJob").input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - for mypy: every operation has one
    return shape


def _parsed(payload: str) -> dict[str, Any]:
    try:
        request = read_json(payload)
    except ValueError:
        return {}
    return request if isinstance(request, dict) else {}


def _member(request: dict[str, Any], name: str) -> dict[str, Any]:
    value = request.get(name)
    return value if isinstance(value, dict) else {}
