"""Reads a service job's payload, and checks the CreateTrainingJob request in it. Pure.

Batch passes a payload on unread
(https://docs.aws.amazon.com/batch/latest/userguide/service-job-payload.html): its mistakes show
when the training job is created. Rules beyond SageMaker's model are in `training_rules.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.executors.scripts import VARIABLE
from sjresource.emulator.lifecycle.training_rules import broken_rules, config_of, items_of
from sjresource.emulator.protocol.sagemaker_model import model_problem
from sjresource.emulator.protocol.user_json import read_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    Request = Mapping[str, Any]

REQUIRED: Final = ("OutputDataConfig", "RoleArn")
"""What SageMaker's model requires beside the name, which Batch makes; a test compares."""
_MOST: Final = 2**31 - 1


def read_request(payload: str) -> dict[str, Any] | None:
    """Return the request in a payload, None if it is not a JSON object."""
    try:
        request = read_json(payload)
    except ValueError:
        return None
    return request if isinstance(request, dict) else None


def capacity_of(payload: str) -> dict[str, int]:
    """Count the instances that a payload asks for, by type; those that can't be read are left out.

    Believed: of a list of preferences the first one counts. SageMaker chooses one, and no page says
    which one Batch counts. A serverless job has no instances.
    """
    counts: dict[str, int] = {}
    for group in _groups(config_of(read_request(payload) or {})):
        instance_type, count = group.get("InstanceType"), group.get("InstanceCount")
        if isinstance(instance_type, str) and isinstance(count, int) and 0 < count <= _MOST:
            counts[instance_type] = counts.get(instance_type, 0) + count
    return counts


def _groups(config: Request) -> list[Request]:
    preferences, groups = config.get("InstancePreferences"), config.get("InstanceGroups")
    if isinstance(preferences, list) and preferences and isinstance(preferences[0], dict):
        return [{"InstanceCount": config.get("InstanceCount"), **preferences[0]}]
    return items_of(config, "InstanceGroups") if isinstance(groups, list) and groups else [config]


def requested_name(payload: str) -> str | None:
    """Return the TrainingJobName of a payload, None if it has none."""
    name = (read_request(payload) or {}).get("TrainingJobName")
    return name if isinstance(name, str) and name else None


def training_request(payload: str, name: str) -> dict[str, Any]:
    """Return the request that Batch sends: the payload with the name that Batch made."""
    return {**(read_request(payload) or {}), "TrainingJobName": name}


def problem_with(request: Request) -> str | None:
    """Return why SageMaker would refuse `request`, None if it would accept it.

    Batch makes the name of a request that has none.
    """
    missing = [name for name in REQUIRED if not request.get(name)]
    if missing:
        return f"ValidationException: Missing required parameters: {', '.join(missing)}"
    read = {"TrainingJobName": "job", **_without_script(request)}
    broken = model_problem("CreateTrainingJob", read) or next(broken_rules(request), None)
    if broken is not None:
        return f"ValidationException: {broken}"
    if not request.get("ServerlessJobConfig") and not capacity_of(json.dumps(request)):
        return "ValidationException: ResourceConfig must name an instance type and a count"
    return None


def _without_script(request: Request) -> Request:
    """Return a request without the emulator's own variable, which has no bound of SageMaker's."""
    environment = request.get("Environment")
    if not isinstance(environment, dict) or not isinstance(environment.get(VARIABLE), str):
        return request
    others = {name: value for name, value in environment.items() if name != VARIABLE}
    return {**request, "Environment": others}
