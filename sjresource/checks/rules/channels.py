"""Rules of a payload's `InputDataConfig`: where a channel's data is, who gets it, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.payload import is_unknown
from sjresource.checks.values.job_arguments import in_payload
from sjresource.checks.values.lookups import each_at, is_given, items_at, may_be_given, value_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Payload, Rule
    from sjresource.problem import Problem

_GROUP_NAMES = "DataSource.S3DataSource.InstanceGroupNames"


def channels_have_one_source(job: JobArguments) -> Iterator[Problem]:
    """A channel's data comes from one place.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataSource.html
    """
    for path, channel in each_at(job.payload, "InputDataConfig"):
        source = value_at(channel, "DataSource")
        if isinstance(source, dict) and sum(item is not None for item in source.values()) != 1:
            reason = "must have exactly one of S3DataSource, FileSystemDataSource and DatasetSource"
            yield in_payload(f"{path}.DataSource", reason)


def channels_name_groups_that_exist(job: JobArguments) -> Iterator[Problem]:
    """A channel names instance groups of the same request.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    groups = items_at(job.payload, "ResourceConfig.InstanceGroups")
    names = [value_at(group, "InstanceGroupName") for group in groups]
    whole = value_at(job.payload, "ResourceConfig.InstanceGroups")
    if any(map(is_unknown, (whole, *groups, *names))):
        return
    for path, channel in each_at(job.payload, "InputDataConfig"):
        for name_path, name in each_at(channel, _GROUP_NAMES):
            if not is_unknown(name) and name not in names:
                reason = "must be the name of one of ResourceConfig.InstanceGroups"
                yield in_payload(f"{path}.{name_path}", reason)


def all_channels_name_groups_or_none(job: JobArguments) -> Iterator[Problem]:
    """If one channel names its instance groups, every channel has to.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    https://github.com/aws/sagemaker-python-sdk/issues/6089
    """
    channels = [
        (path, channel)
        for path, channel in each_at(job.payload, "InputDataConfig")
        if is_given(channel, "DataSource.S3DataSource")
    ]
    if not any(items_at(channel, _GROUP_NAMES) for _, channel in channels):
        return
    for path, channel in channels:
        if not value_at(channel, _GROUP_NAMES):
            reason = "is required, since another channel names its instance groups"
            yield in_payload(f"{path}.{_GROUP_NAMES}", reason)


def augmented_manifests_are_piped(job: JobArguments) -> Iterator[Problem]:
    """An augmented manifest can only be streamed.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    for path, channel in each_at(job.payload, "InputDataConfig"):
        kind = value_at(channel, "DataSource.S3DataSource.S3DataType")
        if kind == "AugmentedManifestFile" and _mode(job.payload, channel) in ("File", "FastFile"):
            reason = "can be AugmentedManifestFile only with the input mode Pipe"
            yield in_payload(f"{path}.DataSource.S3DataSource.S3DataType", reason)


def files_come_as_they_are(job: JobArguments) -> Iterator[Problem]:
    """Only a stream is decompressed or wrapped in records.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    for path, channel in each_at(job.payload, "InputDataConfig"):
        for name in ("CompressionType", "RecordWrapperType"):
            given = is_given(channel, name) and value_at(channel, name) != "None"
            if given and _mode(job.payload, channel) == "File":
                reason = "must be None or left out with the input mode File"
                yield in_payload(f"{path}.{name}", reason)


def file_systems_are_in_a_vpc(job: JobArguments) -> Iterator[Problem]:
    """A job reaches EFS and FSx for Lustre through its VPC only.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
    """
    sources = [
        path
        for path, channel in each_at(job.payload, "InputDataConfig")
        if is_given(channel, "DataSource.FileSystemDataSource")
    ]
    if sources and not may_be_given(job.payload, "VpcConfig"):
        reason = f"is required: {sources[0]} reads a file system"
        yield in_payload("VpcConfig", reason)


CHANNEL_RULES: tuple[Rule, ...] = (
    channels_have_one_source,
    channels_name_groups_that_exist,
    all_channels_name_groups_or_none,
    augmented_manifests_are_piped,
    files_come_as_they_are,
    file_systems_are_in_a_vpc,
)


def _mode(payload: Payload, channel: Any) -> Any:
    """Return a channel's input mode: its own, or else the job's."""
    return value_at(channel, "InputMode") or value_at(
        payload, "AlgorithmSpecification.TrainingInputMode"
    )
