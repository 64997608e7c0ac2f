"""What AWS takes, but is probably not meant: the warnings about jobs.

Warnings fail nothing. Each is a sentence, shown once on the resource's row; what is still unknown
is skipped.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.aws.arn import parse_arn
from sjresource.checks.rules.instance_hours import is_bounded, max_instance_hours
from sjresource.checks.rules.instances import has_no_accelerator, instance_families
from sjresource.checks.rules.regions import aws_images_are_where_aws_has_them
from sjresource.checks.rules.request_size import payload_is_large
from sjresource.checks.values.job_arguments import PAYLOAD
from sjresource.checks.values.lookups import (
    each_at,
    is_given,
    is_true,
    items_at,
    may_be_given,
    text_at,
    value_at,
    whole_number_at,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Warn


def job_warnings(job: JobArguments) -> Iterator[str]:
    """Yield every warning about a job."""
    for warn in JOB_WARNINGS:
        yield from warn(job)


def no_stop_condition(job: JobArguments) -> Iterator[str]:
    """A run that hangs is paid for until SageMaker's default ends it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    if not job.payload or is_bounded(job):
        return
    hours = max_instance_hours(job)
    cost = f", up to {hours:g} instance-hours" if hours else ""
    yield (
        "no stop condition: a run that hangs goes on for SageMaker's default of a day"
        f"{cost}; set StoppingCondition.MaxRuntimeInSeconds in the payload"
    )


def preemption_without_end(job: JobArguments) -> Iterator[str]:
    """A preempted job of a quota share is started again without end, unless that is bounded.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobPreemptionConfiguration.html
    """
    path = "preemption_configuration.preemption_retries_before_termination"
    if may_be_given(job.properties, "quota_share_name") and not may_be_given(job.properties, path):
        yield f"a preempted run is started again without end; bound it with {path}"


def conditions_that_never_count(job: JobArguments) -> Iterator[str]:
    """The first condition that matches decides, and the last attempt is not retried.

    https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
    """
    path = "retry_strategy.evaluate_on_exit"
    if (
        items_at(job.properties, path)
        and whole_number_at(job.properties, "retry_strategy.attempts") == 1
    ):
        yield f"{path} never counts: with attempts=1 there is no retry to decide about"
    earlier: list[str] = []
    for condition_path, condition in each_at(job.properties, path):
        pattern = text_at(condition, "on_status_reason")
        if pattern is None:
            continue
        if any(_covers(other, pattern) for other in earlier):
            yield f"{condition_path} never matches: an earlier condition takes all that it would"
        elif not _can_match(pattern):
            yield f'{condition_path} never matches: reasons begin with "{_REASONS_BEGIN}"'
        earlier.append(pattern)


def spot_without_checkpoint(job: JobArguments) -> Iterator[str]:
    """Interrupted spot training starts over where it has no checkpoint.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    has_checkpoint = may_be_given(job.payload, "CheckpointConfig")
    if is_true(job.payload, "EnableManagedSpotTraining") and not has_checkpoint:
        yield (
            "managed spot training without CheckpointConfig: an interruption loses all that was "
            "trained"
        )


def priority_without_effect(job: JobArguments) -> Iterator[str]:
    """Only queues with a scheduling policy use priorities, and a job there names its share.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateServiceJob.html
    """
    if is_given(job.properties, "scheduling_priority") and not any(
        may_be_given(job.properties, name) for name in ("share_identifier", "quota_share_name")
    ):
        yield (
            "scheduling_priority has no effect in a first-in-first-out queue, and only jobs there "
            "have neither share_identifier nor quota_share_name"
        )


def attempt_ends_before_the_run(job: JobArguments) -> Iterator[str]:
    """A belief: Batch ends an attempt without SageMaker's two minutes to save a model.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobTimeout.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "timeout_config.attempt_duration_seconds"
    attempt = whole_number_at(job.properties, path)
    run = whole_number_at(job.payload, "StoppingCondition.MaxRuntimeInSeconds")
    if attempt is not None and run is not None and 0 < attempt < run:
        yield (
            f"{path} is below the payload's StoppingCondition.MaxRuntimeInSeconds: Batch ends the "
            "attempt first, and it is believed, though no page says so, that it leaves no time to "
            "save a model, as SageMaker does"
        )


def pending_time_without_effect(job: JobArguments) -> Iterator[str]:
    """Only jobs on accelerated instances end for having waited.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "StoppingCondition.MaxPendingTimeInSeconds"
    found = instance_families(job.payload)
    if (
        is_given(job.payload, path)
        and found
        and all(has_no_accelerator(family) for _, family in found)
    ):
        yield f"{PAYLOAD}.{path} has no effect on instances without accelerators"


def streams_only(job: JobArguments) -> Iterator[str]:
    """The input mode FastFile does not decompress.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    general = value_at(job.payload, "AlgorithmSpecification.TrainingInputMode")
    for path, channel in each_at(job.payload, "InputDataConfig"):
        mode = value_at(channel, "InputMode") or general
        given = is_given(channel, "CompressionType")
        if given and mode == "FastFile" and value_at(channel, "CompressionType") != "None":
            yield f"{PAYLOAD}.{path}.CompressionType is used with the input mode Pipe only"


def licence_not_accepted(job: JobArguments) -> Iterator[str]:
    """A model with a licence cannot be used unless the licence is accepted.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelAccessConfig.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    """
    holders = [("ServerlessJobConfig", value_at(job.payload, "ServerlessJobConfig"))]
    for path, channel in each_at(job.payload, "InputDataConfig"):
        within = "DataSource.S3DataSource.ModelAccessConfig"
        holders.append((f"{path}.{within}", value_at(channel, within)))
    for path, holder in holders:
        if value_at(holder, "AcceptEula") is False:
            yield f"{PAYLOAD}.{path}.AcceptEula is false: a model with a licence is refused"


def queue_elsewhere(job: JobArguments) -> Iterator[str]:
    """The job runs where its queue is, which need not be where the stack is."""
    arn = parse_arn(text_at(job.properties, "job_queue") or "")
    region = job.stack_region
    if arn and region and arn.region != region:
        yield f"job_queue is in {arn.region}, and the stack in {region}: the job runs in the former"


JOB_WARNINGS: tuple[Warn, ...] = (
    no_stop_condition,
    preemption_without_end,
    conditions_that_never_count,
    spot_without_checkpoint,
    priority_without_effect,
    attempt_ends_before_the_run,
    payload_is_large,
    pending_time_without_effect,
    streams_only,
    licence_not_accepted,
    queue_elsewhere,
    aws_images_are_where_aws_has_them,
)


_REASONS_BEGIN = "Received status from SageMaker:"
"""https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html"""


def _can_match(pattern: str) -> bool:
    literal = pattern.removesuffix("*")
    if "*" in literal or literal.startswith(_REASONS_BEGIN):
        return True
    return pattern.endswith("*") and _REASONS_BEGIN.startswith(literal)


def _covers(earlier: str, later: str) -> bool:
    """Return whether `earlier` matches all that `later` matches; a final * is any ending."""
    if earlier.endswith("*"):
        return later.startswith(earlier[:-1])
    return earlier == later
