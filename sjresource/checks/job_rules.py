"""How the parts of a service job depend on each other, as AWS says it in words.

No model holds these. Each rule is a function of the request (Batch's side, under our names) and of
the payload (SageMaker's, under its own), and names the page that it is from. A rule speaks only of
what is known; wrong kinds and missing members are told by `conformance`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.checks.conformance import Problem
from sjresource.checks.reading import (
    is_given,
    is_true,
    items_at,
    may_be_given,
    repeated,
    value_at,
    whole_number_at,
)
from sjresource.payload import is_unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Request = Mapping[str, Any]
    Payload = Mapping[str, Any]
    Rule = Callable[[Request, Payload], Iterator[Problem]]

LONGEST_RUN = 28 * 24 * 3600
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"""

DEFAULT_RUN = 24 * 3600
"""Seconds, from the same page."""

_PAYLOAD = "service_request_payload"


def one_source_of_the_algorithm(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An image or an algorithm, never both.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    """
    if may_be_given(payload, "ServerlessJobConfig") or not payload:
        return
    if not may_be_given(payload, "AlgorithmSpecification"):
        yield _at("AlgorithmSpecification", "is required, unless ServerlessJobConfig is given")
        return
    names = ("TrainingImage", "AlgorithmName")
    given = [value_at(payload, f"AlgorithmSpecification.{name}") for name in names]
    if not any(map(is_unknown, given)) and given.count(None) != 1:
        seen = "neither" if None in given else "both"
        yield _at(
            "AlgorithmSpecification",
            f"must have exactly one of TrainingImage and AlgorithmName, got {seen}",
        )


def one_way_to_name_instances(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A type and a count, instance groups, or preferences.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    if may_be_given(payload, "ServerlessJobConfig") or not payload:
        return
    if not may_be_given(payload, "ResourceConfig"):
        yield _at("ResourceConfig", "is required, unless ServerlessJobConfig is given")
    elif may_be_given(payload, "ResourceConfig.InstanceGroups"):
        yield from _excluded(payload, "InstanceGroups", ("InstanceType", "InstanceCount"))
    elif may_be_given(payload, "ResourceConfig.InstancePreferences"):
        yield from _excluded(
            payload, "InstancePreferences", ("InstanceType", "InstancePlacementConfig")
        )
    elif isinstance(value_at(payload, "ResourceConfig"), dict):
        for name in ("InstanceType", "InstanceCount"):
            if not may_be_given(payload, f"ResourceConfig.{name}"):
                yield _at(f"ResourceConfig.{name}", "is required, unless InstanceGroups are given")


def no_selected_instances(_request: Request, payload: Payload) -> Iterator[Problem]:
    """What SageMaker selected is told by Describe; Create does not take it.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html
    """
    for name in ("SelectedInstanceType", "SelectedInstanceCount"):
        if is_given(payload, f"ResourceConfig.{name}"):
            yield _at(f"ResourceConfig.{name}", "can only be read, not requested")


def spot_waits_long_enough(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Spot training waits for instances, and that time includes the run.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    """
    if not is_true(payload, "EnableManagedSpotTraining"):
        return
    path = "StoppingCondition.MaxWaitTimeInSeconds"
    if is_given(payload, "ResourceConfig.InstancePreferences"):
        yield _at(
            "EnableManagedSpotTraining", "can't be used with ResourceConfig.InstancePreferences"
        )
    if not may_be_given(payload, path):
        yield _at(path, "is required with EnableManagedSpotTraining")
        return
    run_path = "StoppingCondition.MaxRuntimeInSeconds"
    longest = whole_number_at(payload, run_path) if may_be_given(payload, run_path) else DEFAULT_RUN
    waits = whole_number_at(payload, path)
    if waits is not None and longest is not None and waits < longest:
        yield _at(path, "must be at least MaxRuntimeInSeconds (a day, where that is not given)")


def runs_no_longer_than_sagemaker_allows(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A run lasts at most 28 days.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "StoppingCondition.MaxRuntimeInSeconds"
    if (whole_number_at(payload, path) or 0) > LONGEST_RUN:
        yield _at(path, f"must be at most {LONGEST_RUN} (28 days)")


def attempt_outlasts_the_run(request: Request, payload: Payload) -> Iterator[Problem]:
    """Batch ends an attempt without the time that SageMaker's own stop gives to save a model.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceJobTimeout.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    path = "timeout_config.attempt_duration_seconds"
    attempt = whole_number_at(request, path)
    run = whole_number_at(payload, "StoppingCondition.MaxRuntimeInSeconds")
    if attempt is not None and run is not None and 0 < attempt < run:
        yield Problem(
            path,
            f"must be at least {_PAYLOAD}.StoppingCondition.MaxRuntimeInSeconds: Batch would fail "
            "the attempt before SageMaker may stop it and keep its model",
        )


def names_are_unique(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A channel, an instance group or a debugger rule is known by its name.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DebugRuleConfiguration.html
    """
    for path, name in (
        ("InputDataConfig", "ChannelName"),
        ("ResourceConfig.InstanceGroups", "InstanceGroupName"),
        ("DebugRuleConfigurations", "RuleConfigurationName"),
        ("ProfilerRuleConfigurations", "RuleConfigurationName"),
    ):
        for position in repeated(items_at(payload, path), name):
            yield _at(f"{path}[{position}].{name}", "is the name of an earlier one too")


def channels_have_one_source(_request: Request, payload: Payload) -> Iterator[Problem]:
    """A channel's data comes from one place.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataSource.html
    """
    for position, channel in enumerate(items_at(payload, "InputDataConfig")):
        source = value_at(channel, "DataSource")
        if isinstance(source, dict) and sum(item is not None for item in source.values()) != 1:
            yield _at(
                f"InputDataConfig[{position}].DataSource",
                "must have exactly one of S3DataSource, FileSystemDataSource and DatasetSource",
            )


def channels_name_groups_that_exist(_request: Request, payload: Payload) -> Iterator[Problem]:
    """Data goes to instance groups of the same request.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    groups = items_at(payload, "ResourceConfig.InstanceGroups")
    names = [value_at(group, "InstanceGroupName") for group in groups]
    if any(map(is_unknown, (names, *names, *groups, value_at(payload, "ResourceConfig")))):
        return
    for position, channel in enumerate(items_at(payload, "InputDataConfig")):
        path = "DataSource.S3DataSource.InstanceGroupNames"
        for item, name in enumerate(items_at(channel, path)):
            if not is_unknown(name) and name not in names:
                yield _at(
                    f"InputDataConfig[{position}].{path}[{item}]",
                    "must be the name of one of ResourceConfig.InstanceGroups",
                )


def augmented_manifests_are_piped(_request: Request, payload: Payload) -> Iterator[Problem]:
    """An augmented manifest can only be streamed.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html
    """
    general = value_at(payload, "AlgorithmSpecification.TrainingInputMode")
    for position, channel in enumerate(items_at(payload, "InputDataConfig")):
        mode = value_at(channel, "InputMode") or general
        kind = value_at(channel, "DataSource.S3DataSource.S3DataType")
        if kind == "AugmentedManifestFile" and mode in ("File", "FastFile"):
            yield _at(
                f"InputDataConfig[{position}].DataSource.S3DataSource.S3DataType",
                "can be AugmentedManifestFile only with the input mode Pipe",
            )


def profiling_intervals_are_those_there_are(
    _request: Request, payload: Payload
) -> Iterator[Problem]:
    """The intervals of system metrics are a fixed set.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProfilerConfig.html
    """
    path = "ProfilerConfig.ProfilingIntervalInMilliseconds"
    given = whole_number_at(payload, path)
    if given is not None and given not in _PROFILING_INTERVALS:
        yield _at(path, f"must be one of {', '.join(map(str, _PROFILING_INTERVALS))}")


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
    one_way_to_name_instances,
    no_selected_instances,
    spot_waits_long_enough,
    runs_no_longer_than_sagemaker_allows,
    attempt_outlasts_the_run,
    names_are_unique,
    channels_have_one_source,
    channels_name_groups_that_exist,
    augmented_manifests_are_piped,
    profiling_intervals_are_those_there_are,
    one_kind_of_share,
)


def _excluded(payload: Payload, by: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for name in names:
        if is_given(payload, f"ResourceConfig.{name}"):
            yield _at(f"ResourceConfig.{name}", f"can't be given with {by}")


def _at(path: str, reason: str) -> Problem:
    return Problem(f"{_PAYLOAD}.{path}", reason)
