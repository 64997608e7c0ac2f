"""Reads a service job's payload, and checks the CreateTrainingJob request in it. Pure.

Batch passes a payload on unread
(https://docs.aws.amazon.com/batch/latest/userguide/service-job-payload.html): its mistakes show
when the training job is created. Rules beyond SageMaker's model have their pages; the words are
ours. The rules ignore members of a wrong type, which the model reports.
"""

from __future__ import annotations

import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

import botocore.loaders
from botocore.model import ServiceModel, StructureShape

from sjresource.emulator.protocol.shapes import type_problems
from sjresource.emulator.protocol.user_json import read_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]

REQUIRED: Final = ("OutputDataConfig", "RoleArn")
"""What SageMaker's model requires beside the name, which Batch makes; a test compares."""
_MOST: Final = 2**31 - 1
_LOCAL_STORAGE: Final = re.compile(
    r"ml\.(g4dn|g5|g6e?|p3dn|p4de?|p5(e|en)?|trn1n?|[cmr]\d\w*dn?)\."
)
"""Families whose instances have storage of their own, and no volume:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html"""


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
    for group in _groups(_config(read_request(payload) or {})):
        instance_type, count = group.get("InstanceType"), group.get("InstanceCount")
        if isinstance(instance_type, str) and isinstance(count, int) and 0 < count <= _MOST:
            counts[instance_type] = counts.get(instance_type, 0) + count
    return counts


def _groups(config: Request) -> list[Request]:
    preferences, groups = config.get("InstancePreferences"), config.get("InstanceGroups")
    if isinstance(preferences, list) and preferences and isinstance(preferences[0], dict):
        return [{"InstanceCount": config.get("InstanceCount"), **preferences[0]}]
    return _items(config, "InstanceGroups") if isinstance(groups, list) and groups else [config]


def requested_name(payload: str) -> str | None:
    """Return the TrainingJobName of a payload, None if it has none."""
    name = (read_request(payload) or {}).get("TrainingJobName")
    return name if isinstance(name, str) and name else None


def training_request(payload: str, name: str) -> dict[str, Any]:
    """Return the request that Batch sends: the payload with the name that Batch made."""
    return {**(read_request(payload) or {}), "TrainingJobName": name}


def problem_with(request: Request) -> str | None:
    """Return why SageMaker would refuse `request`, None if it would accept it."""
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


def broken_rules(request: Request) -> Iterator[str]:
    """Yield what is wrong with a request, in words."""
    for rule in RULES:
        yield from rule(request)


def preference_counts(request: Request) -> Iterator[str]:
    """Refuse an InstanceCount at both levels, or in some preferences only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-instance-preferences.html
    """
    preferences = _items(_config(request), "InstancePreferences")
    counted = sum(each.get("InstanceCount") is not None for each in preferences)
    for_all = _config(request).get("InstanceCount") is not None
    if preferences and counted != (0 if for_all else len(preferences)):
        yield (
            "InstanceCount must be in ResourceConfig, or in every one of InstancePreferences, and "
            "not in both"
        )


def preference_types(request: Request) -> Iterator[str]:
    """Refuse an instance type that InstancePreferences have twice.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    preferences = _items(_config(request), "InstancePreferences")
    types = [str(each.get("InstanceType")) for each in preferences]
    for kind in dict.fromkeys(each for each in types if types.count(each) > 1):
        yield f"InstancePreferences must name {kind} once"


def preferences_stand_alone(request: Request) -> Iterator[str]:
    """Refuse other members that select instances, and training plans at both levels.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = _config(request)
    preferences = _items(config, "InstancePreferences")
    if not preferences:
        return
    others = ("InstanceType", "InstanceGroups", "InstancePlacementConfig")
    given = [name for name in others if config.get(name)]
    given += ["EnableManagedSpotTraining"] if request.get("EnableManagedSpotTraining") else []
    for name in given:
        yield f"InstancePreferences can't be with {name}"
    if config.get("TrainingPlanArn") and any(each.get("TrainingPlanArns") for each in preferences):
        yield "TrainingPlanArns of InstancePreferences can't be with ResourceConfig.TrainingPlanArn"


def waiting_without_spot(request: Request) -> Iterator[str]:
    """Refuse a time to wait without spot training.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    waits = _member(request, "StoppingCondition").get("MaxWaitTimeInSeconds") is not None
    if waits and not request.get("EnableManagedSpotTraining"):
        yield "MaxWaitTimeInSeconds needs EnableManagedSpotTraining"


def pipes_in_files(request: Request) -> Iterator[str]:
    """Refuse compression and record wrapping, which are of pipe mode, in mode File.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    for channel in _items(request, "InputDataConfig"):
        default = _member(request, "AlgorithmSpecification").get("TrainingInputMode")
        for name in ("CompressionType", "RecordWrapperType"):
            given = channel.get(name) not in (None, "None")
            if given and (channel.get("InputMode") or default) == "File":
                yield f"{name} of channel {channel.get('ChannelName')} can't be with mode File"


def groups_of_some_channels(request: Request) -> Iterator[str]:
    """Refuse InstanceGroupNames in some channels only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster-configure.html
    """
    named = [
        bool(_member(_member(channel, "DataSource"), "S3DataSource").get("InstanceGroupNames"))
        for channel in _items(request, "InputDataConfig")
    ]
    if any(named) and not all(named):
        yield "InstanceGroupNames must be in every channel of InputDataConfig, or in none"


def keys_of_local_storage(request: Request) -> Iterator[str]:
    """Refuse a key for volumes where all instances have local storage in place of one.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = _config(request)
    groups = [*_items(config, "InstanceGroups"), *_items(config, "InstancePreferences"), config]
    types = {each["InstanceType"] for each in groups if isinstance(each.get("InstanceType"), str)}
    if config.get("VolumeKmsKeyId") and types and all(map(_LOCAL_STORAGE.match, types)):
        yield f"VolumeKmsKeyId can't be with {', '.join(sorted(types))}, which has local storage"


def tag_keys(request: Request) -> Iterator[str]:
    """Refuse duplicate tag keys, and those that begin with aws:.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
    """
    keys = [str(each.get("Key")) for each in _items(request, "Tags")]
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield f"Tags must have the key {key} once"
        if key.lower().startswith("aws:"):
            yield f"Tags can't have the key {key}: aws: is AWS's own"


def nulls_in_lists(request: Request) -> Iterator[str]:
    """Refuse null in lists; AWS's JSON can only leave out members that are null."""
    for name, value in request.items():
        if _has_null(value):
            yield f"{name} has null in a list"


RULES: Final[tuple[Callable[[Request], Iterator[str]], ...]] = (
    nulls_in_lists,
    preference_counts,
    preference_types,
    preferences_stand_alone,
    waiting_without_spot,
    pipes_in_files,
    groups_of_some_channels,
    keys_of_local_storage,
    tag_keys,
)


@functools.cache
def _create_training_job() -> StructureShape:
    """Load the request's shape of botocore's newest model, once: that takes a tenth of a second."""
    description = botocore.loaders.Loader().load_service_model("sagemaker", "service-2")
    shape = ServiceModel(description, "sagemaker").operation_model("CreateTrainingJob").input_shape
    assert isinstance(shape, StructureShape)  # noqa: S101 - for mypy: every operation has one
    return shape


def _has_null(value: Any) -> bool:
    if isinstance(value, list):
        return any(each is None or _has_null(each) for each in value)
    return isinstance(value, dict) and any(_has_null(each) for each in value.values())


def _config(request: Request) -> Request:
    return _member(request, "ResourceConfig")


def _member(request: Request, name: str) -> Request:
    value = request.get(name)
    return value if isinstance(value, dict) else {}


def _items(request: Request, name: str) -> list[Request]:
    value = request.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
