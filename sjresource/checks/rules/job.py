"""The rules of a job, and all of them in one table.

What is told of instances, channels, images and sizes stands in modules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.channels import CHANNEL_RULES
from sjresource.checks.rules.instances import INSTANCE_RULES
from sjresource.checks.values.lookups import (
    is_given,
    is_true,
    items_at,
    may_be_given,
    repeated,
    value_at,
    whole_number_at,
)
from sjresource.checks.values.rule import in_payload
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.rule import Payload, Request, Rule

LONGEST_RUN = 28 * 24 * 3600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"""

DEFAULT_RUN = 24 * 3600
"""Seconds, from the same page."""


def one_source_of_the_algorithm(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An image or an algorithm, never both.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    """
    if may_be_given(payload, "ServerlessJobConfig") or not payload:
        return
    if not may_be_given(payload, "AlgorithmSpecification"):
        yield in_payload(
            "AlgorithmSpecification", "is required, unless ServerlessJobConfig is given"
        )
        return
    names = ("TrainingImage", "AlgorithmName")
    given = [value_at(payload, f"AlgorithmSpecification.{name}") for name in names]
    if not any(map(is_unknown, given)) and given.count(None) != 1:
        seen = "neither" if None in given else "both"
        yield in_payload(
            "AlgorithmSpecification",
            f"must have exactly one of TrainingImage and AlgorithmName, got {seen}",
        )


def spot_waits_long_enough(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Spot training waits for instances, and that time includes the run.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    if not is_true(payload, "EnableManagedSpotTraining"):
        return
    path = "StoppingCondition.MaxWaitTimeInSeconds"
    if is_given(payload, "ResourceConfig.InstancePreferences"):
        yield in_payload(
            "EnableManagedSpotTraining", "can't be used with ResourceConfig.InstancePreferences"
        )
    if not may_be_given(payload, path):
        yield in_payload(path, "is required with EnableManagedSpotTraining")
        return
    run_path = "StoppingCondition.MaxRuntimeInSeconds"
    longest = whole_number_at(payload, run_path) if may_be_given(payload, run_path) else DEFAULT_RUN
    waits = whole_number_at(payload, path)
    if waits is not None and longest is not None and waits < longest:
        yield in_payload(
            path, "must be at least MaxRuntimeInSeconds (a day, where that is not given)"
        )


def runs_no_longer_than_sagemaker_allows(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A run lasts at most 28 days.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "StoppingCondition.MaxRuntimeInSeconds"
    if (whole_number_at(payload, path) or 0) > LONGEST_RUN:
        yield in_payload(path, f"must be at most {LONGEST_RUN} (28 days)")


def only_spot_training_waits(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Training on demand has no time to wait for instances.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    https://github.com/aws/sagemaker-python-sdk/issues/4140
    """
    path = "StoppingCondition.MaxWaitTimeInSeconds"
    spot = value_at(payload, "EnableManagedSpotTraining")
    if is_given(payload, path) and (spot is None or spot is False):
        yield in_payload(path, "can only be given with EnableManagedSpotTraining")


def names_are_unique(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A channel, an instance group, a debugger's rule or collection is known by its name.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DebugRuleConfiguration.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CollectionConfiguration.html
    """
    for path, name in (
        ("InputDataConfig", "ChannelName"),
        ("ResourceConfig.InstanceGroups", "InstanceGroupName"),
        ("DebugRuleConfigurations", "RuleConfigurationName"),
        ("ProfilerRuleConfigurations", "RuleConfigurationName"),
        ("DebugHookConfig.CollectionConfigurations", "CollectionName"),
    ):
        for position in repeated(items_at(payload, path), name):
            yield in_payload(f"{path}[{position}].{name}", "is the name of an earlier one too")


def payload_tags_are_the_users(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A tag's key is there once, and does not begin with AWS's own prefix.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    tags = items_at(payload, "Tags")
    for position in repeated(tags, "Key"):
        yield in_payload(f"Tags[{position}].Key", "is the key of an earlier tag too")
    for position, tag in enumerate(tags):
        key = value_at(tag, "Key")
        if isinstance(key, str) and key.lower().startswith("aws:"):
            yield in_payload(f"Tags[{position}].Key", "can't begin with aws:, which is AWS's own")


def private_registries_are_in_a_vpc(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An image in a private registry is pulled through the job's VPC.

    https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own-private-registry.html
    """
    path = "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode"
    if value_at(payload, path) == "Vpc" and not may_be_given(payload, "VpcConfig"):
        yield in_payload("VpcConfig", f"is required with the {path} Vpc")


def express_buckets_take_no_key(_request: Request, payload: Payload) -> Iterator[Problem]:
    """What is in S3 Express One Zone is encrypted by S3 itself.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    bucket = value_at(payload, "OutputDataConfig.S3OutputPath")
    if not isinstance(bucket, str) or not is_given(payload, "OutputDataConfig.KmsKeyId"):
        return
    if bucket.startswith("s3://") and bucket.split("/")[2].endswith("--x-s3"):
        reason = "can't be given: the bucket of S3OutputPath is in S3 Express One Zone"
        yield in_payload("OutputDataConfig.KmsKeyId", reason)


def evaluations_have_a_type(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A serverless evaluation says which.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    """
    path = "ServerlessJobConfig.EvaluationType"
    kind = value_at(payload, "ServerlessJobConfig.JobType")
    if kind == "Evaluation" and not may_be_given(payload, path):
        yield in_payload(path, "is required with the JobType Evaluation")


def profiling_intervals_are_those_there_are(
    _request: Request, payload: Payload
) -> Iterator[Problem]:
    """The intervals of system metrics are a fixed set.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProfilerConfig.html
    """
    path = "ProfilerConfig.ProfilingIntervalInMilliseconds"
    given = whole_number_at(payload, path)
    if given is not None and given not in _PROFILING_INTERVALS:
        yield in_payload(path, f"must be one of {', '.join(map(str, _PROFILING_INTERVALS))}")


_PROFILING_INTERVALS = (100, 200, 500, 1000, 5000, 60000)


def one_kind_of_share(request: Request, _payload: Payload) -> Iterator[Problem]:
    """A queue has one scheduling policy, and refuses what belongs to the other kind.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    """
    names = (value_at(request, "share_identifier"), value_at(request, "quota_share_name"))
    if None not in names and not any(map(is_unknown, names)):
        yield Problem(
            "share_identifier",
            "can't be given with quota_share_name: a queue takes one of them or neither",
        )


RULES: tuple[Rule, ...] = (
    one_source_of_the_algorithm,
    private_registries_are_in_a_vpc,
    *INSTANCE_RULES,
    spot_waits_long_enough,
    only_spot_training_waits,
    runs_no_longer_than_sagemaker_allows,
    names_are_unique,
    *CHANNEL_RULES,
    express_buckets_take_no_key,
    payload_tags_are_the_users,
    evaluations_have_a_type,
    profiling_intervals_are_those_there_are,
    one_kind_of_share,
)
