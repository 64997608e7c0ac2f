"""The rules of CreateTrainingJob beyond SageMaker's model, with AWS's pages; the words are ours.

The rules pass over what a process of this machine does not need, an image and a volume, and what
needs a look elsewhere: the region of an image or of an ARN. Members of a wrong type have
been reported by the model.
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
"""Families whose instances have storage of their own, and no volume:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/InstanceStorage.html"""
_DAY: Final = 24 * 3600
_LONGEST_RUN: Final = 28 * _DAY
_INTERVALS: Final = (100, 200, 500, 1000, 5000, 60000)


def broken_rules(request: Request) -> Iterator[str]:
    """Yield what is wrong with a request, in words."""
    for rule in RULES:
        yield from rule(request)


def one_algorithm(request: Request) -> Iterator[str]:
    """Refuse an image beside an algorithm; with neither, a process of this machine trains.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    """
    algorithm = member_of(request, "AlgorithmSpecification")
    both = algorithm.get("TrainingImage") and algorithm.get("AlgorithmName")
    if both and not request.get("ServerlessJobConfig"):
        yield "AlgorithmSpecification must have either a TrainingImage or an AlgorithmName"


def private_registries(request: Request) -> Iterator[str]:
    """Refuse an image in a private registry without a VPC.

    https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own-private-registry.html
    """
    algorithm = member_of(request, "AlgorithmSpecification")
    mode = member_of(algorithm, "TrainingImageConfig").get("TrainingRepositoryAccessMode")
    if mode == "Vpc" and not request.get("VpcConfig"):
        yield "VpcConfig is required with the TrainingRepositoryAccessMode Vpc"


def one_way_to_select_instances(request: Request) -> Iterator[str]:
    """Refuse groups beside a type and a count, and what can only be read.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = config_of(request)
    for name in ("InstanceType", "InstanceCount"):
        if config.get("InstanceGroups") and config.get(name) is not None:
            yield f"InstanceGroups can't be with {name}"
    for name in ("SelectedInstanceType", "SelectedInstanceCount"):
        if config.get(name) is not None:
            yield f"ResourceConfig.{name} can't be requested"
    if request.get("ServerlessJobConfig") and config.get("VolumeSizeInGB") is not None:
        yield "VolumeSizeInGB can't be with ServerlessJobConfig"


def warm_pools(request: Request) -> Iterator[str]:
    """Refuse a warm pool of spot instances, or of instance groups.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
    """
    config = config_of(request)
    if config.get("KeepAlivePeriodInSeconds"):
        if request.get("EnableManagedSpotTraining"):
            yield "KeepAlivePeriodInSeconds can't be with EnableManagedSpotTraining"
        if config.get("InstanceGroups"):
            yield "KeepAlivePeriodInSeconds can't be with InstanceGroups"


def placements_have_an_instance(request: Request) -> Iterator[str]:
    """Refuse a placement of no instance.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_PlacementSpecification.html
    """
    placement = member_of(config_of(request), "InstancePlacementConfig")
    for each in items_of(placement, "PlacementSpecifications"):
        if each.get("InstanceCount") == 0:
            yield "InstanceCount of PlacementSpecifications must be 1 or more"


def preference_counts(request: Request) -> Iterator[str]:
    """Refuse an InstanceCount at both levels, or in some preferences only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-instance-preferences.html
    """
    preferences = items_of(config_of(request), "InstancePreferences")
    counted = sum(each.get("InstanceCount") is not None for each in preferences)
    for_all = config_of(request).get("InstanceCount") is not None
    if preferences and counted != (0 if for_all else len(preferences)):
        yield (
            "InstanceCount must be in ResourceConfig, or in every one of InstancePreferences, and "
            "not in both"
        )


def preference_types(request: Request) -> Iterator[str]:
    """Refuse an instance type that InstancePreferences have twice.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InstancePreference.html
    """
    preferences = items_of(config_of(request), "InstancePreferences")
    types = [str(each.get("InstanceType")) for each in preferences]
    for kind in dict.fromkeys(each for each in types if types.count(each) > 1):
        yield f"InstancePreferences must name {kind} once"


def preferences_stand_alone(request: Request) -> Iterator[str]:
    """Refuse other members that select instances, and training plans at both levels.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = config_of(request)
    preferences = items_of(config, "InstancePreferences")
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
    waits = member_of(request, "StoppingCondition").get("MaxWaitTimeInSeconds") is not None
    if waits and not request.get("EnableManagedSpotTraining"):
        yield "MaxWaitTimeInSeconds needs EnableManagedSpotTraining"


def pipes_in_files(request: Request) -> Iterator[str]:
    """Refuse compression and record wrapping, which are of pipe mode, in mode File.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    for channel in items_of(request, "InputDataConfig"):
        for name in ("CompressionType", "RecordWrapperType"):
            given = channel.get(name) not in (None, "None")
            if given and _mode(request, channel) == "File":
                yield f"{name} of channel {channel.get('ChannelName')} can't be with mode File"


def groups_of_some_channels(request: Request) -> Iterator[str]:
    """Refuse InstanceGroupNames in some channels only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster-configure.html
    """
    named = [
        bool(_s3_source(channel).get("InstanceGroupNames"))
        for channel in items_of(request, "InputDataConfig")
    ]
    if any(named) and not all(named):
        yield "InstanceGroupNames must be in every channel of InputDataConfig, or in none"


def keys_of_local_storage(request: Request) -> Iterator[str]:
    """Refuse a key for volumes where all instances have local storage in place of one.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    config = config_of(request)
    groups = [*items_of(config, "InstanceGroups"), *items_of(config, "InstancePreferences"), config]
    types = {each["InstanceType"] for each in groups if isinstance(each.get("InstanceType"), str)}
    if config.get("VolumeKmsKeyId") and types and all(map(_LOCAL_STORAGE.match, types)):
        yield f"VolumeKmsKeyId can't be with {', '.join(sorted(types))}, which has local storage"


def tag_keys(request: Request) -> Iterator[str]:
    """Refuse duplicate tag keys, and those that begin with aws:.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
    """
    keys = [str(each.get("Key")) for each in items_of(request, "Tags")]
    for key in dict.fromkeys(keys):
        if keys.count(key) > 1:
            yield f"Tags must have the key {key} once"
        if key.lower().startswith("aws:"):
            yield f"Tags can't have the key {key}: aws: is AWS's own"


def runs_are_bounded(request: Request) -> Iterator[str]:
    """Refuse a run of more than 28 days.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    if _longest_run(request) > _LONGEST_RUN:
        yield f"MaxRuntimeInSeconds must be at most {_LONGEST_RUN} (28 days)"


def spot_waits(request: Request) -> Iterator[str]:
    """Refuse spot training that may not wait as long as it may run.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    waits = member_of(request, "StoppingCondition").get("MaxWaitTimeInSeconds")
    if request.get("EnableManagedSpotTraining") and (waits or 0) < _longest_run(request):
        yield "MaxWaitTimeInSeconds must be given for spot training, and at least the longest run"


def names_once(request: Request) -> Iterator[str]:
    """Refuse equal names of channels, instance groups, and the debugger's rules and collections.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DebugRuleConfiguration.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CollectionConfiguration.html
    """
    for holder, listed, name in (
        (request, "InputDataConfig", "ChannelName"),
        (config_of(request), "InstanceGroups", "InstanceGroupName"),
        (request, "DebugRuleConfigurations", "RuleConfigurationName"),
        (request, "ProfilerRuleConfigurations", "RuleConfigurationName"),
        (member_of(request, "DebugHookConfig"), "CollectionConfigurations", "CollectionName"),
    ):
        names = [each[name] for each in items_of(holder, listed) if each.get(name)]
        if len(set(names)) < len(names):
            yield f"{listed} must have each {name} once"


def one_source_a_channel(request: Request) -> Iterator[str]:
    """Refuse a channel of no source or of several, and a file system without a VPC.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataSource.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
    """
    for channel in items_of(request, "InputDataConfig"):
        source = member_of(channel, "DataSource")
        if sum(each is not None for each in source.values()) != 1:
            yield f"DataSource of channel {channel.get('ChannelName')} must have one source"
        if source.get("FileSystemDataSource") and not request.get("VpcConfig"):
            yield "VpcConfig is required with a FileSystemDataSource"


def groups_that_exist(request: Request) -> Iterator[str]:
    """Refuse InstanceGroupNames of no instance group of the request.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    groups = items_of(config_of(request), "InstanceGroups")
    names = {each.get("InstanceGroupName") for each in groups}
    for channel in items_of(request, "InputDataConfig"):
        for name in _s3_source(channel).get("InstanceGroupNames") or []:
            if name not in names:
                yield f"InstanceGroupNames of channel {channel.get('ChannelName')} has no group"


def manifests_are_piped(request: Request) -> Iterator[str]:
    """Refuse an augmented manifest in another mode than Pipe.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    for channel in items_of(request, "InputDataConfig"):
        kind = _s3_source(channel).get("S3DataType")
        if kind == "AugmentedManifestFile" and _mode(request, channel) in ("File", "FastFile"):
            yield "S3DataType AugmentedManifestFile needs the mode Pipe"


def express_buckets(request: Request) -> Iterator[str]:
    """Refuse a key for a bucket in S3 Express One Zone.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    output = member_of(request, "OutputDataConfig")
    bucket = str(output.get("S3OutputPath")).removeprefix("s3://").partition("/")[0]
    if output.get("KmsKeyId") and bucket.endswith("--x-s3"):
        yield "KmsKeyId can't be with a bucket in S3 Express One Zone"


def profiling_intervals(request: Request) -> Iterator[str]:
    """Refuse an interval that the profiler does not have.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProfilerConfig.html
    """
    given = member_of(request, "ProfilerConfig").get("ProfilingIntervalInMilliseconds")
    if given is not None and given not in _INTERVALS:
        allowed = ", ".join(map(str, _INTERVALS))
        yield f"ProfilingIntervalInMilliseconds must be one of {allowed}"


def evaluations_have_a_type(request: Request) -> Iterator[str]:
    """Refuse a serverless evaluation without its type.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    """
    job = member_of(request, "ServerlessJobConfig")
    if job.get("JobType") == "Evaluation" and not job.get("EvaluationType"):
        yield "ServerlessJobConfig.EvaluationType is required with the JobType Evaluation"


def nulls_in_lists(request: Request) -> Iterator[str]:
    """Refuse null in lists; AWS's JSON can only leave out members that are null."""
    for name, value in request.items():
        if _has_null(value):
            yield f"{name} has null in a list"


RULES: Final[tuple[Callable[[Request], Iterator[str]], ...]] = (
    nulls_in_lists,
    one_algorithm,
    private_registries,
    preference_counts,
    preference_types,
    preferences_stand_alone,
    one_way_to_select_instances,
    placements_have_an_instance,
    warm_pools,
    waiting_without_spot,
    runs_are_bounded,
    spot_waits,
    names_once,
    one_source_a_channel,
    groups_that_exist,
    groups_of_some_channels,
    manifests_are_piped,
    pipes_in_files,
    express_buckets,
    keys_of_local_storage,
    profiling_intervals,
    evaluations_have_a_type,
    tag_keys,
)


def config_of(request: Request) -> Request:
    """Return a request's ResourceConfig; empty if it has none."""
    return member_of(request, "ResourceConfig")


def member_of(request: Request, name: str) -> Request:
    """Return a member that is an object; empty if it is not there or something else."""
    value = request.get(name)
    return value if isinstance(value, dict) else {}


def items_of(request: Request, name: str) -> list[Request]:
    """Return the objects of a member that is a list of them."""
    value = request.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _has_null(value: Any) -> bool:
    if isinstance(value, list):
        return any(each is None or _has_null(each) for each in value)
    return isinstance(value, dict) and any(_has_null(each) for each in value.values())


def _s3_source(channel: Request) -> Request:
    return member_of(member_of(channel, "DataSource"), "S3DataSource")


def _mode(request: Request, channel: Request) -> Any:
    """Return a channel's input mode, which the request's is the default of."""
    default = member_of(request, "AlgorithmSpecification").get("TrainingInputMode")
    return channel.get("InputMode") or default


def _longest_run(request: Request) -> int:
    longest: int | None = member_of(request, "StoppingCondition").get("MaxRuntimeInSeconds")
    return longest or _DAY
