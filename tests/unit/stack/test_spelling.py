from __future__ import annotations

import inspect
from typing import Any

import pytest
from pulumi.runtime import rpc
from reference_tables import RESOURCES

from sjresource.stack.spelling.names import Path, steps_of
from sjresource.stack.spelling.resources import SPELLINGS, TYPED, UNTYPED, is_typed
from sjresource.stack.spelling.words import camel_case
from sjresource.vocabulary import NATIVE_PREFIX, type_of

JOB = SPELLINGS[NATIVE_PREFIX + "ServiceJob"]
QUEUE = SPELLINGS[NATIVE_PREFIX + "JobQueue"]
ENVIRONMENT = SPELLINGS[NATIVE_PREFIX + "ServiceEnvironment"]
POLICY = SPELLINGS[NATIVE_PREFIX + "SchedulingPolicy"]
SHARE = SPELLINGS[NATIVE_PREFIX + "QuotaShare"]

BOTH: dict[str, tuple[Any, dict[str, Any], dict[str, Any]]] = {
    "a job": (
        JOB,
        {
            "jobName": "train",
            "jobQueue": "q",
            "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"onStatusReason": "x*"}]},
            "timeoutConfig": {"attemptDurationSeconds": 60},
            "tags": {"jobName": "a key of the user's"},
            "triggers": [{"jobName": "anything"}],
            "rerunOnFailure": True,
            "trainingJob": {
                "roleArn": "r",
                "hyperParameters": {"learningRate": "0.5", "RoleArn": "x"},
                "resourceConfig": {"volumeSizeInGB": 10},
                "inputDataConfig": [{"dataSource": {"s3DataSource": {"s3Uri": "s3://b"}}}],
            },
            "preemptionSummary": {"recentPreemptedAttempts": [{"statusReason": "r"}]},
            "maxInstanceHours": 1.5,
            "registeredAt": 5,
        },
        {
            "job_name": "train",
            "job_queue": "q",
            "retry_strategy": {"attempts": 2, "evaluate_on_exit": [{"on_status_reason": "x*"}]},
            "timeout_config": {"attempt_duration_seconds": 60},
            "tags": {"jobName": "a key of the user's"},
            "triggers": [{"jobName": "anything"}],
            "rerun_on_failure": True,
            "service_request_payload": {
                "RoleArn": "r",
                "HyperParameters": {"learningRate": "0.5", "RoleArn": "x"},
                "ResourceConfig": {"VolumeSizeInGB": 10},
                "InputDataConfig": [{"DataSource": {"S3DataSource": {"S3Uri": "s3://b"}}}],
            },
            "preemption_summary": {"recent_preempted_attempts": [{"status_reason": "r"}]},
            "max_instance_hours": 1.5,
            "registered_at": 5,
        },
    ),
    "an environment": (
        ENVIRONMENT,
        {"capacityLimits": [{"maxCapacity": 2, "capacityUnit": "u"}], "timeouts": {"create": 5}},
        {"capacity_limits": [{"max_capacity": 2, "capacity_unit": "u"}], "timeouts": {"create": 5}},
    ),
    "a queue": (
        QUEUE,
        {"serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "e"}], "statusReason": "r"},
        {
            "service_environment_order": [{"order": 1, "service_environment": "e"}],
            "status_reason": "r",
        },
    ),
    "a policy": (
        POLICY,
        {"fairsharePolicy": {"shareDistribution": [{"weightFactor": 0.5}]}, "name": "n"},
        {"fairshare_policy": {"share_distribution": [{"weight_factor": 0.5}]}, "name": "n"},
    ),
    "a share": (
        SHARE,
        {"preemptionConfiguration": {"inSharePreemption": "ENABLED"}, "createToken": "t"},
        {"preemption_configuration": {"in_share_preemption": "ENABLED"}, "create_token": "t"},
    ),
}


@pytest.mark.parametrize("case", BOTH)
def test_every_name_is_spelled_in_both_directions(case: str) -> None:
    """Members are renamed at every depth; the user's own keys and values are not."""
    spelling, native, core = BOTH[case]
    assert spelling.to_core(native) == core
    assert spelling.to_native(core, typed=True) == native


def test_the_untyped_payload_keeps_its_names() -> None:
    """AWS's own names stay, known to botocore or not, and so does JSON text."""
    payload = {"RoleArn": "r", "NewThing": {"jobName": 1}}
    assert JOB.to_core({UNTYPED: payload}) == {"service_request_payload": payload}
    assert JOB.to_native({"service_request_payload": payload}, typed=False) == {UNTYPED: payload}
    text = '{"RoleArn": "r"}'
    assert JOB.to_core({UNTYPED: text}) == {"service_request_payload": text}
    assert JOB.to_native({"service_request_payload": text}, typed=True) == {UNTYPED: text}


def test_an_unknown_payload_stays_unknown_in_its_form() -> None:
    """A payload that a preview does not know is unknown in the form that the program uses."""
    assert JOB.to_core({TYPED: rpc.UNKNOWN}) == {"service_request_payload": rpc.UNKNOWN}
    unknown = {"service_request_payload": rpc.UNKNOWN}
    assert JOB.to_native(unknown, typed=True) == {TYPED: rpc.UNKNOWN}
    assert JOB.to_native(unknown, typed=False) == {UNTYPED: rpc.UNKNOWN}
    assert is_typed({TYPED: rpc.UNKNOWN})
    assert not is_typed({UNTYPED: {}})


def test_numbers_become_text_where_the_shape_says_text() -> None:
    """YAML hands `"100"` of its config over as a number; a number stays one where it is one."""
    typed = JOB.to_core(
        {
            "tags": {"run": 7},
            "trainingJob": {
                "hyperParameters": {"epochs": 100, "rate": 0.5, "shuffle": True},
                "resourceConfig": {"instanceCount": 2},
                "algorithmSpecification": {"containerEntrypoint": ["sleep", 5]},
            },
            "triggers": [1],
        }
    )
    assert typed == {
        "tags": {"run": "7"},
        "service_request_payload": {
            "HyperParameters": {"epochs": "100", "rate": "0.5", "shuffle": "true"},
            "ResourceConfig": {"InstanceCount": 2},
            "AlgorithmSpecification": {"ContainerEntrypoint": ["sleep", "5"]},
        },
        "triggers": [1],
    }
    untyped = JOB.to_core({UNTYPED: {"HyperParameters": {"epochs": 100}, "New": 1}})
    assert untyped == {"service_request_payload": {"HyperParameters": {"epochs": "100"}, "New": 1}}


def test_what_no_shape_knows_stays_as_it_is() -> None:
    """A misspelt name reaches the check as the user wrote it, and None is absent."""
    assert QUEUE.to_core({"prioritty": 1, "state": None}) == {"prioritty": 1}


PATHS: list[tuple[Path, Path, bool]] = [
    (("jobQueue",), ("job_queue",), True),
    (
        ("retryStrategy", "evaluateOnExit", 0, "onStatusReason"),
        ("retry_strategy", "evaluate_on_exit", 0, "on_status_reason"),
        True,
    ),
    (("tags", "jobName"), ("tags", "jobName"), True),
    (
        ("trainingJob", "hyperParameters", "epochs"),
        ("service_request_payload", "HyperParameters", "epochs"),
        True,
    ),
    (
        ("serviceRequestPayload", "HyperParameters", "epochs"),
        ("service_request_payload", "HyperParameters", "epochs"),
        False,
    ),
    (("unheardOf", "x", 3), ("unheardOf", "x", 3), True),
]


@pytest.mark.parametrize(("native", "core", "typed"), PATHS)
def test_paths_are_spelled_like_the_values(native: Path, core: Path, *, typed: bool) -> None:
    """A problem's path is shown as the program spells it, and a secret's is found by the core."""
    assert JOB.core_path(native) == core
    assert JOB.native_path(core, typed=typed) == native


def test_a_problem_has_its_path_as_text() -> None:
    """The steps of a path are names and positions."""
    assert steps_of("capacity_limits[0].max_capacity") == ("capacity_limits", 0, "max_capacity")
    assert steps_of("priority") == ("priority",)


def test_tokens_name_both_kinds() -> None:
    """A resource has a type in the schema, and the dynamic type that its identity is made of."""
    assert JOB.token == "sjresource:index:ServiceJob"
    assert JOB.dynamic_token == "pulumi-python:dynamic/sjresource:ServiceJob"
    assert camel_case("max_instance_hours") == "maxInstanceHours"


_OPTIONS = {"named_jobs", "deleted_with"}
"""What the dynamic resources know by the kind of an argument, and by a resource option."""


@pytest.mark.parametrize("resource", list(RESOURCES), ids=lambda each: each.__name__)
def test_the_arguments_are_those_of_the_dynamic_resources(resource: type) -> None:
    """Both fronts have the same arguments with the same defaults."""
    spelling = SPELLINGS[NATIVE_PREFIX + resource.__name__]
    parameters = dict(inspect.signature(resource).parameters)
    del parameters["resource_name"], parameters["opts"]
    given = {
        name: each.default
        for name, each in parameters.items()
        if each.default not in (None, False, inspect.Parameter.empty)
    }
    assert set(spelling.arguments.values()) - _OPTIONS == set(parameters)
    assert dict(spelling.defaults) == given


def test_a_urn_tells_the_resource() -> None:
    """Also below a component, whose types come first; another provider's is none of ours."""
    urn = "urn:pulumi:dev::p::my:component:Training$sjresource:index:ServiceJob::train"
    assert SPELLINGS[type_of(urn)] is JOB
    assert type_of("urn:pulumi:dev::p::aws:s3/bucket:Bucket::b") == "aws:s3/bucket:Bucket"
    assert type_of("no urn") == ""


def test_a_completions_record_is_spelled_like_all_else() -> None:
    """The record of each job has the schema's names, a job's attempts in it too."""
    core = {
        "results": [
            {
                "job_name": "train",
                "attempts": [{"status_reason": "r"}],
                "final_metrics": {"loss_end": 1.0},
                "console_urls": {"job_queue": "https://x"},
                "name": "small",
            }
        ]
    }
    native = {
        "results": [
            {
                "jobName": "train",
                "attempts": [{"statusReason": "r"}],
                "finalMetrics": {"loss_end": 1.0},
                "consoleUrls": {"jobQueue": "https://x"},
                "name": "small",
            }
        ]
    }
    completion = SPELLINGS[NATIVE_PREFIX + "ServiceJobCompletion"]
    assert completion.to_native(core, typed=False) == native
    assert completion.to_core(native) == core
