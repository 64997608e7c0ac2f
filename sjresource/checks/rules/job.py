"""How the parts of a job's request depend on each other, and `JOB_RULES`, the table of all rules.

No model holds these dependencies. A rule is a function of the job's arguments, and its docstring
cites the AWS page, or AWS's refusal, that it is from; what AWS does not say itself is not a rule
but a warning (`checks/warnings`). A rule looks only at what is known: wrong types and missing
members are found by the shapes, and values out of their bounds by `bounds`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.payload import is_unknown
from sjresource.checks.rules.bounds import DEFAULT_RUN_SECONDS
from sjresource.checks.rules.channels import CHANNEL_RULES
from sjresource.checks.rules.instances import INSTANCE_RULES
from sjresource.checks.rules.regions import (
    arns_are_of_the_jobs_region,
    images_are_of_the_jobs_region,
)
from sjresource.checks.rules.request_size import requests_fit
from sjresource.checks.values.job_arguments import in_payload
from sjresource.checks.values.lookups import (
    is_given,
    is_true,
    may_be_given,
    repeated_at,
    text_at,
    value_at,
    whole_number_at,
)
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Rule


def one_source_of_the_algorithm(job: JobArguments) -> Iterator[Problem]:
    """A job has a training image or an algorithm, not both.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    """
    if may_be_given(job.payload, "ServerlessJobConfig") or not job.payload:
        return
    if not may_be_given(job.payload, "AlgorithmSpecification"):
        reason = "is required, unless ServerlessJobConfig is given"
        yield in_payload("AlgorithmSpecification", reason)
        return
    names = ("TrainingImage", "AlgorithmName")
    given = [value_at(job.payload, f"AlgorithmSpecification.{name}") for name in names]
    if not any(map(is_unknown, given)) and given.count(None) != 1:
        got = "neither" if None in given else "both"
        reason = f"must have exactly one of TrainingImage and AlgorithmName, got {got}"
        yield in_payload("AlgorithmSpecification", reason)


def spot_waits_long_enough(job: JobArguments) -> Iterator[Problem]:
    """Spot training waits for instances, and that time includes the run.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    if not is_true(job.payload, "EnableManagedSpotTraining"):
        return
    path = "StoppingCondition.MaxWaitTimeInSeconds"
    if is_given(job.payload, "ResourceConfig.InstancePreferences"):
        reason = "can't be used with ResourceConfig.InstancePreferences"
        yield in_payload("EnableManagedSpotTraining", reason)
    if not may_be_given(job.payload, path):
        yield in_payload(path, "is required with EnableManagedSpotTraining")
        return
    run_path = "StoppingCondition.MaxRuntimeInSeconds"
    longest = (
        whole_number_at(job.payload, run_path)
        if may_be_given(job.payload, run_path)
        else DEFAULT_RUN_SECONDS
    )
    waits = whole_number_at(job.payload, path)
    if waits is not None and longest is not None and waits < longest:
        reason = "must be at least MaxRuntimeInSeconds (a day, where that is not given)"
        yield in_payload(path, reason)


def only_spot_training_waits(job: JobArguments) -> Iterator[Problem]:
    """Training on demand has no time to wait for instances.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    https://github.com/aws/sagemaker-python-sdk/issues/4140
    """
    path = "StoppingCondition.MaxWaitTimeInSeconds"
    spot = value_at(job.payload, "EnableManagedSpotTraining")
    if is_given(job.payload, path) and (spot is None or spot is False):
        yield in_payload(path, "can only be given with EnableManagedSpotTraining")


def names_are_unique(job: JobArguments) -> Iterator[Problem]:
    """Channels, instance groups, and the debugger's rules and collections have distinct names.

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
        for repeated in repeated_at(job.payload, path, name):
            yield in_payload(repeated, "is the name of an earlier one too")


def payload_tags_are_distinct(job: JobArguments) -> Iterator[Problem]:
    """Tags have distinct keys.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Tag.html
    """
    for repeated in repeated_at(job.payload, "Tags", "Key"):
        yield in_payload(repeated, "is the key of an earlier tag too")


def private_registries_are_in_a_vpc(job: JobArguments) -> Iterator[Problem]:
    """An image in a private registry is pulled through the job's VPC.

    https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own-private-registry.html
    """
    path = "AlgorithmSpecification.TrainingImageConfig.TrainingRepositoryAccessMode"
    if value_at(job.payload, path) == "Vpc" and not may_be_given(job.payload, "VpcConfig"):
        yield in_payload("VpcConfig", f"is required with the {path} Vpc")


def express_buckets_take_no_key(job: JobArguments) -> Iterator[Problem]:
    """S3 itself encrypts a bucket in S3 Express One Zone, which takes no key.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
    """
    bucket = text_at(job.payload, "OutputDataConfig.S3OutputPath") or ""
    is_express = bucket.startswith("s3://") and bucket.split("/")[2].endswith("--x-s3")
    if is_express and is_given(job.payload, "OutputDataConfig.KmsKeyId"):
        reason = "can't be given: the bucket of S3OutputPath is in S3 Express One Zone"
        yield in_payload("OutputDataConfig.KmsKeyId", reason)


def evaluations_have_a_type(job: JobArguments) -> Iterator[Problem]:
    """A serverless evaluation names its type.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    """
    path = "ServerlessJobConfig.EvaluationType"
    kind = value_at(job.payload, "ServerlessJobConfig.JobType")
    if kind == "Evaluation" and not may_be_given(job.payload, path):
        yield in_payload(path, "is required with the JobType Evaluation")


def one_kind_of_share(job: JobArguments) -> Iterator[Problem]:
    """A queue has one scheduling policy, and refuses what belongs to the other kind.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitServiceJob.html
    """
    if all(is_given(job.properties, name) for name in ("share_identifier", "quota_share_name")):
        reason = "can't be given with quota_share_name: a queue takes one of them or neither"
        yield Problem("share_identifier", reason)


JOB_RULES: tuple[Rule, ...] = (
    one_source_of_the_algorithm,
    private_registries_are_in_a_vpc,
    *INSTANCE_RULES,
    spot_waits_long_enough,
    only_spot_training_waits,
    names_are_unique,
    *CHANNEL_RULES,
    express_buckets_take_no_key,
    payload_tags_are_distinct,
    evaluations_have_a_type,
    one_kind_of_share,
    arns_are_of_the_jobs_region,
    images_are_of_the_jobs_region,
    requests_fit,
)
