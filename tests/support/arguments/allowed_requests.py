"""Requests that AWS takes, drawn from a seed: the model's bounds, and the rules between members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from model_requests import text

from sjresource.aws.models import input_shape

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    Request = dict[str, Any]

SHAPE: Final = input_shape("CreateTrainingJob", "sagemaker")
_LIKELY: Final = 0.35
_ANY_TEXT: Final = (".*", ".+", r"[\S\s]*")
_TEXTS: Final = (
    "1",
    "0.10",
    "1e5",
    "true",
    "größe",
    " ",
    "a b",
    "null",
    "{}",
    "x" * 60,
    "\U0001f680",
)
_DAYS: Final = 28 * 24 * 3600
_INTERVALS: Final = (100, 200, 500, 1000, 5000, 60000)


def allowed(choice: random.Random) -> Request:
    """Draw a CreateTrainingJob request that neither the model nor a page of AWS's forbids."""
    request: Request = drawn(SHAPE, choice)
    for repair in _REPAIRS:
        repair(request, choice)
    return request


def drawn(shape: Any, choice: random.Random) -> Any:
    """Draw a value of a shape: its bounds more often than what is between them."""
    if shape.type_name == "structure":
        return {
            name: drawn(member, choice)
            for name, member in shape.members.items()
            if name in shape.required_members or choice.random() < _LIKELY
        }
    if shape.type_name == "list":
        return [drawn(shape.member, choice) for _ in range(_size(shape, choice))]
    if shape.type_name == "map":
        keys = [f"{text(shape.key)}{number}" for number in range(_size(shape, choice))]
        return {key: drawn(shape.value, choice) for key in keys}
    if shape.type_name == "string":
        return _text(shape, choice)
    if shape.type_name == "boolean":
        return choice.random() < 0.5
    return _number(shape, choice)


def _size(shape: Any, choice: random.Random) -> int:
    low = shape.metadata.get("min") or 1
    return choice.choice((low, min(low + 1, shape.metadata.get("max", low + 1))))


def _text(shape: Any, choice: random.Random) -> str:
    if shape.enum:
        return str(choice.choice(shape.enum))
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", 2**31)
    if shape.metadata.get("pattern", ".*") not in _ANY_TEXT:
        return text(shape)
    fitting = [each for each in _TEXTS if low <= len(each) <= high]
    return str(choice.choice((*fitting, "x" * max(low, 1))))


def _number(shape: Any, choice: random.Random) -> float:
    low = shape.metadata.get("min", 0)
    high = min(shape.metadata.get("max", 2**31 - 1), 2**31 - 1)
    number = choice.choice((low, low + 1, high, choice.randint(low, high)))
    return float(number) if choice.random() < 0.5 else int(number)


def _one_algorithm(request: Request, choice: random.Random) -> None:
    if "ServerlessJobConfig" in request:
        return
    algorithm = request.setdefault("AlgorithmSpecification", {"TrainingInputMode": "File"})
    for name in ("TrainingImage", "AlgorithmName"):
        algorithm.pop(name, None)
    name, value = choice.choice((("TrainingImage", "image:1"), ("AlgorithmName", "algorithm")))
    algorithm[name] = value


def _instances(request: Request, choice: random.Random) -> None:
    """Select instances in one of the ways that there are."""
    given = request.pop("ResourceConfig", {})
    kept = ("VolumeKmsKeyId", "KeepAlivePeriodInSeconds", "TrainingPlanArn")
    config = {name: given[name] for name in kept if name in given}
    kinds = ["ml.m5.large", "ml.c5.18xlarge", "ml.g5.xlarge"]
    way = choice.choice(("type", "groups", "preferences"))
    if way == "groups" or request.get("EnableManagedSpotTraining"):
        config["KeepAlivePeriodInSeconds"] = 0
    if "ServerlessJobConfig" in request:
        config.pop("VolumeKmsKeyId", None)
    else:
        config["VolumeSizeInGB"] = choice.choice((1, 30.0, 2**31 - 1))
    if way == "type":
        config |= {"InstanceType": kinds[0], "InstanceCount": choice.choice((1, 2.0))}
        if "InstancePlacementConfig" in given and choice.random() < 0.5:
            placements = [{"InstanceCount": 1}]
            config["InstancePlacementConfig"] = {"PlacementSpecifications": placements}
    elif way == "groups":
        config["InstanceGroups"] = [
            {"InstanceType": kind, "InstanceCount": 1, "InstanceGroupName": f"g{number}"}
            for number, kind in enumerate(kinds[: choice.randint(1, 3)])
        ]
    else:
        each, for_all = choice.choice((({"InstanceCount": 1}, {}), ({}, {"InstanceCount": 1})))
        preferences = [{"InstanceType": kind, **each} for kind in kinds[: choice.randint(1, 3)]]
        config |= {"InstancePreferences": preferences, **for_all}
        request.pop("EnableManagedSpotTraining", None)
    request["ResourceConfig"] = config


def _times(request: Request, choice: random.Random) -> None:
    condition = request.setdefault("StoppingCondition", {})
    run = choice.choice((1, 600.0, _DAYS))
    condition["MaxRuntimeInSeconds"] = run
    condition.pop("MaxWaitTimeInSeconds", None)
    if request.get("EnableManagedSpotTraining"):
        condition["MaxWaitTimeInSeconds"] = choice.choice((run, run + 1))


def _channels(request: Request, choice: random.Random) -> None:
    """Name each channel, and choose one source and what its mode takes."""
    groups = [each["InstanceGroupName"] for each in _groups(request)]
    named = bool(groups) and choice.random() < 0.5
    pipes = choice.random() < 0.5
    for number, channel in enumerate(request.get("InputDataConfig", [])):
        channel["ChannelName"] = f"channel{number}"
        kind = choice.choice(("S3DataSource", "FileSystemDataSource"))
        kind = "S3DataSource" if named or "VpcConfig" not in request else kind
        member = SHAPE.members["InputDataConfig"].member.members["DataSource"].members[kind]
        source = drawn(member, choice)
        channel["DataSource"] = {kind: source}
        channel["InputMode"] = "Pipe" if pipes else "File"
        if not pipes:
            channel.pop("RecordWrapperType", None)
            channel["CompressionType"] = "None"
        if kind == "S3DataSource":
            source.pop("InstanceGroupNames", None)
            if named:
                source["InstanceGroupNames"] = groups[:1]
            if not pipes and source["S3DataType"] == "AugmentedManifestFile":
                source["S3DataType"] = "S3Prefix"


def _groups(request: Request) -> list[Request]:
    groups: list[Request] = request["ResourceConfig"].get("InstanceGroups", [])
    return groups


def _names(request: Request, _choice: random.Random) -> None:
    """Make names and keys distinct that have to be."""
    hook = request.get("DebugHookConfig", {})
    for listed, name in (
        (request.get("DebugRuleConfigurations", []), "RuleConfigurationName"),
        (request.get("ProfilerRuleConfigurations", []), "RuleConfigurationName"),
        (hook.get("CollectionConfigurations", []), "CollectionName"),
        (request.get("Tags", []), "Key"),
    ):
        for number, each in enumerate(listed):
            each[name] = f"name{number}"


def _rest(request: Request, choice: random.Random) -> None:
    """Keep the rules of single members."""
    image = request.get("AlgorithmSpecification", {}).get("TrainingImageConfig", {})
    if image.get("TrainingRepositoryAccessMode") == "Vpc" and "VpcConfig" not in request:
        image["TrainingRepositoryAccessMode"] = "Platform"
    profiler = request.get("ProfilerConfig", {})
    if "ProfilingIntervalInMilliseconds" in profiler:
        profiler["ProfilingIntervalInMilliseconds"] = choice.choice(_INTERVALS)
    serverless = request.get("ServerlessJobConfig", {})
    if serverless.get("JobType") == "Evaluation":
        serverless.setdefault("EvaluationType", "BenchmarkEvaluation")


_REPAIRS: Final[tuple[Callable[[Request, random.Random], None], ...]] = (
    _one_algorithm,
    _instances,
    _times,
    _channels,
    _names,
    _rest,
)
