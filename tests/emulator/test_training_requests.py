"""What Batch and SageMaker read in a payload."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from sjresource.emulator.training_requests import (
    REQUIRED,
    capacity_of,
    problem_with,
    training_request,
)

COMPLETE = {
    "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
    "RoleArn": "arn:aws:iam::123456789012:role/r",
}


@pytest.mark.parametrize(
    ("config", "capacity"),
    [
        ({"InstanceType": "ml.m5.large", "InstanceCount": 2}, {"ml.m5.large": 2}),
        (
            {
                "InstanceGroups": [
                    {"InstanceType": "ml.a", "InstanceCount": 1, "InstanceGroupName": "x"},
                    {"InstanceType": "ml.b", "InstanceCount": 2, "InstanceGroupName": "y"},
                    {"InstanceType": "ml.a", "InstanceCount": 3, "InstanceGroupName": "z"},
                ]
            },
            {"ml.a": 4, "ml.b": 2},
        ),
        ({"InstanceType": "ml.m5.large"}, {}),
        ({"InstanceCount": "2", "InstanceType": "ml.m5.large"}, {}),
        ({"InstanceGroups": ["x"]}, {}),
        ([], {}),
    ],
)
def test_instances_are_counted_by_type(config: Any, capacity: dict[str, int]) -> None:
    """Count and type, or instance groups, make the capacity; what can't be read counts nothing."""
    assert capacity_of(json.dumps({"ResourceConfig": config})) == capacity


@pytest.mark.parametrize("payload", ["", "{", "[]", "null", "[" * 100_000])
def test_a_payload_that_is_no_object_needs_nothing(payload: str) -> None:
    """Text that is not a JSON object has no capacity, and no request in it."""
    assert capacity_of(payload) == {}
    assert training_request(payload, "name") == {"TrainingJobName": "name"}


def test_batch_gives_the_training_job_its_name() -> None:
    """A name in the payload gives way to Batch's."""
    payload = json.dumps({**COMPLETE, "TrainingJobName": "mine"})

    assert training_request(payload, "batchs")["TrainingJobName"] == "batchs"


def test_what_is_required_is_what_sagemakers_model_requires() -> None:
    """The members that are checked are those of botocore's CreateTrainingJob, beside the name."""
    model = botocore.session.get_session().get_service_model("sagemaker")
    shape = model.operation_model("CreateTrainingJob").input_shape

    assert shape is not None
    assert {*REQUIRED, "TrainingJobName"} == set(shape.required_members)


@pytest.mark.parametrize("member", [*COMPLETE])
def test_an_incomplete_request_is_named(member: str) -> None:
    """A request that lacks a member, or instances, has a problem that names it."""
    incomplete = {name: value for name, value in COMPLETE.items() if name != member}

    assert problem_with(COMPLETE) is None
    assert member in (problem_with(incomplete) or "")
