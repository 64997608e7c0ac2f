"""What Batch and SageMaker read in a payload."""

from __future__ import annotations

import json
from typing import Any

import botocore.session
import pytest

from sjresource.emulator.lifecycle.payload import (
    REQUIRED,
    capacity_of,
    problem_with,
    training_request,
)
from sjresource.emulator.lifecycle.training_rules import broken_rules

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
        (
            {
                "InstancePreferences": [{"InstanceType": "ml.a"}, {"InstanceType": "ml.b"}],
                "InstanceCount": 2,
            },
            {"ml.a": 2},
        ),
        (
            {
                "InstancePreferences": [
                    {"InstanceType": "ml.a", "InstanceCount": 3},
                    {"InstanceType": "ml.b", "InstanceCount": 1},
                ]
            },
            {"ml.a": 3},
        ),
        ({"InstancePreferences": ["x"]}, {}),
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


A, B = {"InstanceType": "ml.g5.xlarge"}, {"InstanceType": "ml.m5.large"}
GROUPS = {"InstanceGroups": [{**A, "InstanceCount": 1, "InstanceGroupName": "x"}]}
MODEL = "arn:aws:sagemaker:us-east-1:aws:hub-content/hub/Model/model/1.0.0"
PLAN = "arn:aws:sagemaker:us-east-1:123456789012:training-plan/plan"


def channel(name: str, mode: str | None = None, **more: Any) -> dict[str, Any]:
    """Make an input channel."""
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i"}}
    return {"ChannelName": name, "DataSource": source, "InputMode": mode, **more}


def grouped(name: str) -> dict[str, Any]:
    """Make an input channel for one instance group."""
    source = {"S3DataType": "S3Prefix", "S3Uri": "s3://b/i", "InstanceGroupNames": ["x"]}
    return channel(name, DataSource={"S3DataSource": source})


@pytest.mark.parametrize(
    "allowed",
    [
        {"ResourceConfig": {"InstancePreferences": [A, B], "InstanceCount": 1}},
        {"ResourceConfig": {"InstancePreferences": [{**A, "InstanceCount": 2}]}},
        {
            "ResourceConfig": {},
            "ServerlessJobConfig": {"BaseModelArn": MODEL, "JobType": "FineTuning"},
        },
        {
            "StoppingCondition": {"MaxRuntimeInSeconds": 9, "MaxWaitTimeInSeconds": 9},
            "EnableManagedSpotTraining": True,
        },
        {"InputDataConfig": [channel("a", "Pipe", CompressionType="Gzip")]},
        {"InputDataConfig": [channel("a", "File", CompressionType="None")]},
        {"ResourceConfig": GROUPS, "InputDataConfig": [grouped("a"), grouped("b")]},
        {"ResourceConfig": {**B, "InstanceCount": 1, "VolumeKmsKeyId": "key"}},
        {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]},
        {"VpcConfig": None, "Tags": None},
    ],
)
def test_what_sagemaker_takes_is_taken(allowed: dict[str, Any]) -> None:
    """Requests that keep the rules have no problem."""
    assert problem_with({**COMPLETE, **allowed}) is None


def test_values_of_the_wrong_type_break_no_rule() -> None:
    """What a rule can't read is not its matter."""
    wrong = {"InputDataConfig": "x", "ResourceConfig": ["x"], "Tags": ["x"], "StoppingCondition": 1}

    assert list(broken_rules({**COMPLETE, **wrong})) == []
    preferences = [{"InstanceType": ["x"], "InstanceCount": 1}]
    assert list(broken_rules({"ResourceConfig": {"InstancePreferences": preferences}})) == []
    assert list(broken_rules({"Tags": [None]})) == ["Tags has null in a list"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            {"ResourceConfig": {"InstancePreferences": [{**A, "InstanceCount": 1}, B]}},
            "InstanceCount must be in ResourceConfig, or in every one",
        ),
        ({"ResourceConfig": {"InstancePreferences": [A]}}, "InstanceCount must be in"),
        (
            {
                "ResourceConfig": {
                    "InstanceCount": 1,
                    "InstancePreferences": [{**A, "InstanceCount": 1}],
                }
            },
            "and not in both",
        ),
        (
            {"ResourceConfig": {"InstanceCount": 1, "InstancePreferences": [A, A]}},
            "must name ml.g5.xlarge once",
        ),
        (
            {
                "ResourceConfig": {
                    "InstanceCount": 1,
                    "InstancePreferences": [A],
                    "InstanceGroups": [{**B, "InstanceCount": 1, "InstanceGroupName": "g"}],
                }
            },
            "can't be with InstanceGroups",
        ),
        (
            {"ResourceConfig": {"InstanceCount": 1, "InstancePreferences": [A], **B}},
            "can't be with InstanceType",
        ),
        (
            {
                "ResourceConfig": {"InstanceCount": 1, "InstancePreferences": [A]},
                "EnableManagedSpotTraining": True,
            },
            "can't be with EnableManagedSpotTraining",
        ),
        (
            {
                "ResourceConfig": {
                    "InstanceCount": 1,
                    "InstancePreferences": [{**A, "TrainingPlanArns": [PLAN]}],
                    "TrainingPlanArn": PLAN,
                }
            },
            "can't be with ResourceConfig.TrainingPlanArn",
        ),
        ({"StoppingCondition": {"MaxWaitTimeInSeconds": 9}}, "needs EnableManagedSpotTraining"),
        (
            {"InputDataConfig": [channel("a", "File", CompressionType="Gzip")]},
            "CompressionType of channel a can't be with mode File",
        ),
        (
            {
                "InputDataConfig": [channel("a", RecordWrapperType="RecordIO")],
                "AlgorithmSpecification": {"TrainingImage": "a", "TrainingInputMode": "File"},
            },
            "RecordWrapperType of channel a",
        ),
        (
            {"ResourceConfig": GROUPS, "InputDataConfig": [channel("a"), grouped("b")]},
            "in every channel",
        ),
        (
            {"ResourceConfig": {**A, "InstanceCount": 1, "VolumeKmsKeyId": "key"}},
            "VolumeKmsKeyId can't be with ml.g5.xlarge",
        ),
        ({"Tags": [{"Key": "a", "Value": "1"}] * 2}, "the key a once"),
        ({"Tags": [{"Key": "AWS:a", "Value": "1"}]}, "aws: is AWS's own"),
        (
            {"AlgorithmSpecification": {"ContainerArguments": ["a", None]}},
            "AlgorithmSpecification",
        ),
    ],
)
def test_what_sagemaker_refuses_is_refused(wrong: dict[str, Any], said: str) -> None:
    """A request that breaks a documented rule has a problem that names the member."""
    assert said in (problem_with({**COMPLETE, **wrong}) or "")
