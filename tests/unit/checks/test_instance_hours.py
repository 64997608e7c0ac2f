from __future__ import annotations

from typing import Any

import pulumi
import pytest
from training_requests import JOB, REMOVED, with_payload

from sjresource.checks.rules.instance_hours import (
    hours_words,
    instance_hours_by_type,
    instance_hours_placeholder,
    max_instance_hours,
    requested_instances,
    with_instance_hours,
)
from sjresource.checks.values.job_arguments import JobArguments

GROUPS = [
    {"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 2.0},
    {"InstanceGroupName": "b", "InstanceType": "ml.g5.xlarge", "InstanceCount": 1.0},
]
PREFERENCES = [
    {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 2.0},
    {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 5.0},
]
HOUR = {"StoppingCondition__MaxRuntimeInSeconds": 3600.0}


@pytest.mark.parametrize(
    ("job", "hours"),
    [
        (with_payload(**HOUR), 1.0),
        (with_payload(**HOUR, ResourceConfig__InstanceCount=4.0), 4.0),
        ({**with_payload(**HOUR), "retry_strategy": {"attempts": 3.0}}, 3.0),
        (with_payload(StoppingCondition=REMOVED), 24.0),
        (with_payload(**HOUR, ResourceConfig={"InstanceGroups": GROUPS}), 3.0),
        (with_payload(**HOUR, ResourceConfig={"InstancePreferences": PREFERENCES}), 5.0),
        (
            {
                **with_payload(StoppingCondition=REMOVED),
                "timeout_config": {"attempt_duration_seconds": 1800.0},
            },
            0.5,
        ),
        (
            {
                **with_payload(StoppingCondition=REMOVED),
                "timeout_config": {"attempt_duration_seconds": 72 * 3600.0},
            },
            24.0,
        ),
        (
            {**with_payload(**HOUR), "timeout_config": {"attempt_duration_seconds": 7200.0}},
            1.0,
        ),
    ],
)
def test_the_most_is_instances_times_run_times_attempts(job: dict[str, Any], hours: float) -> None:
    """Whichever bound ends a run first counts; without any it is SageMaker's day."""
    assert max_instance_hours(JobArguments.parse(job)) == hours


@pytest.mark.parametrize(
    "changes",
    [
        {"ResourceConfig": pulumi.output.UNKNOWN},
        {"ResourceConfig__InstanceCount": pulumi.output.UNKNOWN},
        {"StoppingCondition": pulumi.output.UNKNOWN},
        {"ResourceConfig": REMOVED},
        {"ResourceConfig__InstanceCount": "1"},
    ],
)
def test_what_is_not_known_makes_no_number(changes: dict[str, Any]) -> None:
    """A guess would be worse than none."""
    job = with_payload(**changes)

    assert max_instance_hours(JobArguments.parse(job)) is None
    assert "max_instance_hours" not in with_instance_hours(JobArguments.parse(job))


def test_a_broken_payload_makes_no_number() -> None:
    """It is a failure already."""
    assert max_instance_hours(JobArguments.parse({**JOB, "service_request_payload": "{"})) is None
    assert requested_instances({}) is None


def test_instances_are_counted_by_type() -> None:
    """Groups of one type add up."""
    job = with_payload(ResourceConfig={"InstanceGroups": [*GROUPS, {**GROUPS[0]}]})

    assert requested_instances(job["service_request_payload"]) == {
        "ml.m5.large": 4,
        "ml.g5.xlarge": 1,
    }


def test_plain_numbers_need_no_placeholder() -> None:
    """Nothing in them can be secret."""
    assert instance_hours_placeholder(JOB) is None


@pytest.mark.parametrize(
    ("job", "by_type"),
    [
        (with_payload(**HOUR, ResourceConfig__InstanceCount=4.0), {"ml.m5.large": 4.0}),
        (
            with_payload(**HOUR, ResourceConfig={"InstanceGroups": GROUPS}),
            {"ml.m5.large": 2.0, "ml.g5.xlarge": 1.0},
        ),
        (
            with_payload(**HOUR, ResourceConfig={"InstancePreferences": PREFERENCES}),
            {"ml.p5.48xlarge or ml.p4d.24xlarge": 5.0},
        ),
        (with_payload(**HOUR, ResourceConfig=REMOVED), None),
    ],
)
def test_hours_are_told_by_instance_type(
    job: dict[str, Any], by_type: dict[str, float] | None
) -> None:
    """Of each group its own; of preferred types that of the most instances; else nothing."""
    assert instance_hours_by_type(JobArguments.parse(job)) == by_type


def test_hours_in_words_name_the_dearest_types_first() -> None:
    """A stack may have more types than a line has room for."""
    assert hours_words({"ml.m5.large": 1234.5}) == "1,234.5 instance-hours of ml.m5.large"
    many = {f"ml.t{number}": float(number) for number in range(1, 8)}
    assert hours_words(many) == (
        "28 instance-hours: 7 of ml.t7, 6 of ml.t6, 5 of ml.t5, 4 of ml.t4, 3 of ml.t3, "
        "3 of 2 other types"
    )
