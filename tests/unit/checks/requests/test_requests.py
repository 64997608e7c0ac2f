from __future__ import annotations

from typing import Any

import pulumi
import pytest

from sjresource.aws.settings import Settings
from sjresource.checks.rules.requests import queue_problems
from sjresource.checks.service_job import check_job
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.stack.config import CheckSettings

PAYLOAD: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"epochs": "3"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1.0, "VolumeSizeInGB": 1.0},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600.0},
}
JOB: dict[str, Any] = {
    "identity": "acme/urn:pulumi:prod::vision::t::train",
    "job_name": "train",
    "job_queue": "training",
    "service_job_type": "SAGEMAKER_TRAINING",
    "service_request_payload": PAYLOAD,
    "retry_strategy": {
        "attempts": 2.0,
        "evaluate_on_exit": [{"action": "EXIT", "on_status_reason": "*"}],
    },
    "tags": {"team": "vision"},
    "timeout_config": {"attempt_duration_seconds": 3600.0},
}


def failures(news: dict[str, Any]) -> dict[str, str]:
    """Check a job's arguments offline; give the reason at each path."""
    checked = check_job(Settings(), CheckSettings(), news, would_be_submitted=False)
    return {failure.reason.split(" ")[0]: failure.reason for failure in checked.failures}


def test_a_right_request_has_no_problem() -> None:
    """What AWS documents as right is never refused."""
    assert failures(JOB) == {}


@pytest.mark.parametrize(
    ("change", "path", "reason"),
    [
        ({"retry_strategy": {}}, "retry_strategy.attempts", "is required"),
        ({"tags": {"sjresource:run": "x"}}, "tags", "none of them named sjresource:"),
    ],
)
def test_what_botocore_would_send_and_sjresource_does_not_is_refused(
    change: dict[str, Any], path: str, reason: str
) -> None:
    """An object without its required member, and a tag by which sjresource finds its own."""
    assert reason in failures({**JOB, **change})[path]


def test_all_problems_are_found_at_once() -> None:
    """A user mends everything in one go."""
    wrong = {**JOB, "job_name": "", "scheduling_priority": -1.0, "service_request_payload": {}}

    assert {"job_name", "scheduling_priority", "service_request_payload.RoleArn"} <= set(
        failures(wrong)
    )


def test_values_are_never_quoted() -> None:
    """A payload, a tag or an environment may hold secrets."""
    payload = {**PAYLOAD, "Environment": {"PASSWORD": ["s3cret"]}, "RoleArn": {"a": "s3cret"}}
    found = failures({**JOB, "service_request_payload": payload, "tags": {"aws:x": "s3cret"}})

    assert len(found) == 3
    assert not any("s3cret" in reason for reason in found.values())


def test_no_failure_names_a_property() -> None:
    """Of a property that a failure names the engine shows the value, secret or not."""
    checked = check_job(Settings(), CheckSettings(), {"job_name": ""}, would_be_submitted=False)

    assert {failure.property for failure in checked.failures} == {""}


@pytest.mark.parametrize("path", [(), ("RoleArn",), ("HyperParameters",), ("ResourceConfig",)])
def test_unknown_values_are_passed_over(path: tuple[str, ...]) -> None:
    """A preview checks what is known and leaves the rest to the update."""
    unknown = pulumi.output.UNKNOWN
    payload = {**PAYLOAD, **dict.fromkeys(path, unknown)} if path else unknown
    news = {**JOB, "service_request_payload": payload, "job_queue": unknown, "tags": unknown}

    assert failures(news) == {}


def test_checking_adds_the_cost_and_nothing_else() -> None:
    """What check adds is shown in every preview."""
    checked = check_job(Settings(), CheckSettings(), JOB, would_be_submitted=False).inputs

    assert checked == {**JOB, "max_instance_hours": pytest.approx(2 * 600 / 3600, abs=0.01)}


def test_a_queue_and_an_environment_are_checked_too() -> None:
    """The queue side has the same errors."""
    queue = JobQueueProvider().check({}, {"job_queue_name": "q", "priority": 1001.0})
    capacity = {"max_capacity": -1.0, "capacity_unit": "NUM_INSTANCES"}
    environment = ServiceEnvironmentProvider().check({}, {"capacity_limits": [capacity]})

    assert [failure.reason.split(" ")[0] for failure in queue.failures] == [
        "priority",
        "service_environment_order",
    ]
    assert [failure.reason.split(" ")[0] for failure in environment.failures] == [
        "service_environment_name",
        "service_environment_type",
        "capacity_limits[0].max_capacity",
    ]


def test_a_wrong_number_is_shown_where_it_is_no_secret() -> None:
    """The program says which places are; what no program has given shows none."""
    wrong = {
        "scheduling_priority": 10000.0,
        "retry_strategy": {"attempts": 11.0},
        "service_request_payload": {
            **PAYLOAD,
            "ResourceConfig": {**PAYLOAD["ResourceConfig"], "InstanceCount": -3.0},
        },
    }
    hidden = [["retry_strategy"], ["service_request_payload", "ResourceConfig", "InstanceCount"]]
    shown = failures({**JOB, **wrong, "secret_paths": hidden})

    assert shown["scheduling_priority"].endswith("from 0 to 9999, got 10000")
    assert shown["retry_strategy.attempts"].endswith("from 1 to 10, got a number")
    assert "-3" not in str(shown)
    untold = {name: value for name, value in JOB.items() if name != "identity"}
    assert "10000" not in str(failures({**untold, **wrong}))
    everything = failures({**JOB, **wrong})
    assert "got -3" in everything["service_request_payload.ResourceConfig.InstanceCount"]
    huge = failures({**JOB, "scheduling_priority": 10**400})
    assert huge["scheduling_priority"].endswith("got a number of 401 digits")


@pytest.mark.parametrize(
    ("operation", "argument", "value", "path", "said"),
    [
        (
            "CreateJobQueue",
            "priority",
            2000.0,
            "priority",
            "must be an integer from 0 to 1000, got 2000",
        ),
        ("CreateJobQueue", "priority", 1.5, "priority", "must be an integer, got 1.5"),
        (
            "CreateJobQueue",
            "job_state_time_limit_actions",
            [{"max_time_seconds": 5.0}],
            "job_state_time_limit_actions[0].max_time_seconds",
            "must be an integer from 600 to 86400, got 5",
        ),
        (
            "CreateServiceEnvironment",
            "capacity_limits",
            [{"capacity_unit": "NUM_INSTANCES", "max_capacity": 4294967297.0}],
            "capacity_limits[0].max_capacity",
            "must be from -2147483647 to 2147483647, got 4294967297",
        ),
        (
            "CreateQuotaShare",
            "resource_sharing_configuration",
            {"strategy": "LEND_AND_BORROW", "borrow_limit": -2.0},
            "resource_sharing_configuration.borrow_limit",
            "must be an integer of at least 0 (per cent), or -1 (unlimited), got -2",
        ),
        (
            "CreateSchedulingPolicy",
            "fairshare_policy",
            {"share_distribution": [{"share_identifier": "a", "weight_factor": 1e300}]},
            "fairshare_policy.share_distribution[0].weight_factor",
            "must be a number from 0.0001 to 999.9999, got 1e+300",
        ),
        (
            "CreateSchedulingPolicy",
            "timeouts",
            {"create": -5.0},
            "timeouts.create",
            "must be seconds, more than 0, got -5",
        ),
    ],
)
def test_a_wrong_number_of_the_queue_side_is_shown_where_it_is_no_secret(
    operation: str, argument: str, value: Any, path: str, said: str
) -> None:
    """As of a job; of a secret one the kind alone is said."""

    def told(places: list[Any]) -> str:
        properties = {argument: value, "secret_paths": places}
        problems = {each.path: each.reason for each in queue_problems(operation, properties)}
        return problems[path]

    assert told([]) == said
    shown = said.rpartition(" ")[2]
    assert told([[argument]]) == said.removesuffix(shown) + "a number"
