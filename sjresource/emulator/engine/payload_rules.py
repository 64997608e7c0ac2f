"""What SageMaker refuses in a CreateTrainingJob request beyond what its model says. Pure.

Each rule has its page; the words are ours. A member of the wrong type is nobody's here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]

_LOCAL_STORAGE: Final = re.compile(
    r"ml\.(g4dn|g5|g6e?|p3dn|p4de?|p5(e|en)?|trn1n?|[cmr]\d\w*dn?)\."
)
"""Families of which each instance has storage of its own, and no volume:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html"""


def broken_rules(request: Request) -> Iterator[str]:
    """Yield what is wrong with a request, in words."""
    for rule in RULES:
        yield from rule(request)


def preference_counts(request: Request) -> Iterator[str]:
    """Either the job has a count, or every preference has.

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
    """An instance type stands in the list once.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    preferences = _items(_config(request), "InstancePreferences")
    types = [str(each.get("InstanceType")) for each in preferences]
    for kind in dict.fromkeys(each for each in types if types.count(each) > 1):
        yield f"InstancePreferences must name {kind} once"


def preferences_stand_alone(request: Request) -> Iterator[str]:
    """Nothing else says what to run on, and training plans are named at one level.

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
    """Only spot training waits.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    waits = _member(request, "StoppingCondition").get("MaxWaitTimeInSeconds") is not None
    if waits and not request.get("EnableManagedSpotTraining"):
        yield "MaxWaitTimeInSeconds needs EnableManagedSpotTraining"


def pipes_in_files(request: Request) -> Iterator[str]:
    """What a stream is wrapped in has no meaning for files.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    for channel in _items(request, "InputDataConfig"):
        default = _member(request, "AlgorithmSpecification").get("TrainingInputMode")
        for name in ("CompressionType", "RecordWrapperType"):
            given = channel.get(name) not in (None, "None")
            if given and (channel.get("InputMode") or default) == "File":
                yield f"{name} of channel {channel.get('ChannelName')} can't be with mode File"


def groups_of_some_channels(request: Request) -> Iterator[str]:
    """In a heterogeneous cluster each channel names its groups, or none does.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster-configure.html
    """
    named = [
        bool(_member(_member(channel, "DataSource"), "S3DataSource").get("InstanceGroupNames"))
        for channel in _items(request, "InputDataConfig")
    ]
    if any(named) and not all(named):
        yield "InstanceGroupNames must be in every channel of InputDataConfig, or in none"


def keys_of_local_storage(request: Request) -> Iterator[str]:
    """Only a volume can be encrypted with a key.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = _config(request)
    groups = [*_items(config, "InstanceGroups"), *_items(config, "InstancePreferences"), config]
    types = {each["InstanceType"] for each in groups if isinstance(each.get("InstanceType"), str)}
    if config.get("VolumeKmsKeyId") and types and all(map(_LOCAL_STORAGE.match, types)):
        yield f"VolumeKmsKeyId can't be with {', '.join(sorted(types))}, which has local storage"


def tag_keys(request: Request) -> Iterator[str]:
    """Keys are unique, and those of AWS are its own.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
    """
    keys = [str(each.get("Key")) for each in _items(request, "Tags")]
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield f"Tags must have the key {key} once"
        if key.lower().startswith("aws:"):
            yield f"Tags can't have the key {key}: aws: is AWS's own"


def nulls_in_lists(request: Request) -> Iterator[str]:
    """AWS's JSON leaves out members that are null; a list has no such thing."""
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


def _has_null(value: Any) -> bool:
    if isinstance(value, list):
        return any(each is None or _has_null(each) for each in value)
    return isinstance(value, dict) and any(_has_null(each) for each in value.values())


def _config(request: Request) -> Request:
    return _member(request, "ResourceConfig")


def _member(request: Request, name: str) -> Request:
    value = request.get(name)
    return value if isinstance(value, dict) else {}


def _items(request: Request, name: str) -> list[dict[str, Any]]:
    value = request.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
