"""What AWS takes, but is probably not meant: the warnings about a service job.

None of it fails anything. Each is a sentence of its own, told once on the resource's row; what is
unknown yet is passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.aws.payload import is_unknown, readable_payload
from sjresource.checks.rules.images import aws_images_are_where_aws_has_them
from sjresource.checks.rules.instance_hours import is_bounded, max_instance_hours
from sjresource.checks.rules.instance_types import computes_on_cpus
from sjresource.checks.rules.instances import instance_types
from sjresource.checks.rules.request_size import payload_is_large
from sjresource.checks.values.lookups import (
    is_given,
    is_true,
    items_at,
    may_be_given,
    value_at,
    whole_number_at,
)
from sjresource.checks.values.rule import PAYLOAD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Properties = Mapping[str, Any]


def job_advice(properties: Properties, region: str | None = None) -> Iterator[str]:
    """Give every warning about a job; `region` is the stack's, where its config names one."""
    payload = readable_payload(properties.get(PAYLOAD))
    for advise in ADVICE:
        yield from advise(properties, payload)
    for advise_there in ADVICE_BY_REGION:
        yield from advise_there(properties, payload, region)


def no_stop_condition(properties: Properties, payload: Properties) -> Iterator[str]:
    """A run that hangs is paid for until SageMaker's default ends it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    if not payload or is_bounded(properties):
        return
    hours = max_instance_hours(properties)
    cost = f", up to {hours:g} instance-hours" if hours else ""
    yield (
        "no stop condition: a run that hangs goes on for SageMaker's default of a day"
        f"{cost}; set StoppingCondition.MaxRuntimeInSeconds in the payload"
    )


def preemption_without_end(properties: Properties, _payload: Properties) -> Iterator[str]:
    """Only jobs of quota shares are preempted.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobPreemptionConfiguration.html
    """
    path = "preemption_configuration.preemption_retries_before_termination"
    if may_be_given(properties, "quota_share_name") and not may_be_given(properties, path):
        yield f"a preempted run is started again without end; bound it with {path}"


def conditions_that_never_count(properties: Properties, _payload: Properties) -> Iterator[str]:
    """The first condition that matches decides, and the last attempt is not retried.

    https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
    """
    path = "retry_strategy.evaluate_on_exit"
    conditions = items_at(properties, path)
    if conditions and whole_number_at(properties, "retry_strategy.attempts") == 1:
        yield f"{path} never counts: with attempts=1 there is no retry to decide about"
    earlier: list[str] = []
    for position, condition in enumerate(conditions):
        pattern = value_at(condition, "on_status_reason")
        if not isinstance(pattern, str) or is_unknown(pattern):
            continue
        if any(_covers(other, pattern) for other in earlier):
            yield f"{path}[{position}] never matches: an earlier condition takes all that it would"
        elif not _can_match(pattern):
            yield f'{path}[{position}] never matches: reasons begin with "{_REASONS_BEGIN}"'
        earlier.append(pattern)


def spot_without_checkpoint(_properties: Properties, payload: Properties) -> Iterator[str]:
    """Interrupted spot training starts over where it has no checkpoint.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    has_checkpoint = may_be_given(payload, "CheckpointConfig")
    if is_true(payload, "EnableManagedSpotTraining") and not has_checkpoint:
        yield (
            "managed spot training without CheckpointConfig: an interruption loses all that was "
            "trained"
        )


def priority_without_effect(properties: Properties, _payload: Properties) -> Iterator[str]:
    """A job in a queue with a policy names its share, so one that names none is in no such queue.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_UpdateServiceJob.html
    """
    if is_given(properties, "scheduling_priority") and not any(
        may_be_given(properties, name) for name in ("share_identifier", "quota_share_name")
    ):
        yield (
            "scheduling_priority has no effect in a first-in-first-out queue, and only jobs there "
            "have neither share_identifier nor quota_share_name"
        )


def attempt_ends_before_the_run(properties: Properties, payload: Properties) -> Iterator[str]:
    """A belief: Batch ends an attempt without SageMaker's two minutes to save a model.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobTimeout.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "timeout_config.attempt_duration_seconds"
    attempt = whole_number_at(properties, path)
    run = whole_number_at(payload, "StoppingCondition.MaxRuntimeInSeconds")
    if attempt is not None and run is not None and 0 < attempt < run:
        yield (
            f"{path} is below the payload's StoppingCondition.MaxRuntimeInSeconds: Batch ends the "
            "attempt first, and it is believed, though no page says so, that it leaves no time to "
            "save a model, as SageMaker does"
        )


def pending_time_without_effect(_properties: Properties, payload: Properties) -> Iterator[str]:
    """Only jobs on accelerated instances end for having waited.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "StoppingCondition.MaxPendingTimeInSeconds"
    found = instance_types(payload)
    if is_given(payload, path) and found and all(computes_on_cpus(kind) for _, kind in found):
        yield f"{PAYLOAD}.{path} has no effect on instances without accelerators"


def streams_only(_properties: Properties, payload: Properties) -> Iterator[str]:
    """What FastFile offers as files is not decompressed.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    """
    general = value_at(payload, "AlgorithmSpecification.TrainingInputMode")
    for position, channel in enumerate(items_at(payload, "InputDataConfig")):
        mode = value_at(channel, "InputMode") or general
        given = is_given(channel, "CompressionType")
        if given and mode == "FastFile" and value_at(channel, "CompressionType") != "None":
            path = f"{PAYLOAD}.InputDataConfig[{position}].CompressionType"
            yield f"{path} is used with the input mode Pipe only"


def licence_not_accepted(_properties: Properties, payload: Properties) -> Iterator[str]:
    """A model that has a licence is not to be had without accepting it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelAccessConfig.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    """
    holders = [("ServerlessJobConfig", value_at(payload, "ServerlessJobConfig"))]
    for position, channel in enumerate(items_at(payload, "InputDataConfig")):
        within = "DataSource.S3DataSource.ModelAccessConfig"
        holders.append((f"InputDataConfig[{position}].{within}", value_at(channel, within)))
    for path, holder in holders:
        if value_at(holder, "AcceptEula") is False:
            yield f"{PAYLOAD}.{path}.AcceptEula is false: a model with a licence is refused"


def queue_elsewhere(
    properties: Properties, _payload: Properties, region: str | None
) -> Iterator[str]:
    """The job runs where its queue is, which need not be where the stack is."""
    queue = properties.get("job_queue")
    arn = parse_arn(queue) if isinstance(queue, str) else None
    if arn and region and arn.region != region:
        yield f"job_queue is in {arn.region}, and the stack in {region}: the job runs in the former"


ADVICE: tuple[Callable[[Properties, Properties], Iterator[str]], ...] = (
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
)

ADVICE_BY_REGION: tuple[Callable[[Properties, Properties, str | None], Iterator[str]], ...] = (
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
    """Tell whether all that `later` matches is matched by `earlier`; a final * is any ending."""
    if earlier.endswith("*"):
        return later.startswith(earlier[:-1])
    return earlier == later
