"""SageMaker's answers about the training jobs of service jobs."""

from __future__ import annotations

import datetime as dt
import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from allowed_requests import SHAPE
from botocore.exceptions import ClientError
from emulator_requests import client, make_environment, make_queue, payload, submit

from sjresource.emulator.protocol.sagemaker_model import response_shape

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

PLAN = "arn:aws:sagemaker:us-east-1:123456789012:training-plan/plan"
ECHOED: dict[str, Any] = {
    "MlflowConfig": {
        "MlflowResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:mlflow-app/app"
    },
    "RemoteDebugConfig": {"EnableRemoteDebug": True},
    "InfraCheckConfig": {"EnableInfraCheck": True},
    "TensorBoardOutputConfig": {"S3OutputPath": "s3://bucket/tensorboard"},
    "ProfilerConfig": {"S3OutputPath": "s3://bucket/profiler"},
    "DebugRuleConfigurations": [
        {"RuleConfigurationName": "rule", "RuleEvaluatorImage": "rules:latest"}
    ],
}


def names(listed: Any) -> list[str]:
    """Return the parts of names that their tests gave."""
    return [each["TrainingJobName"][len("AWSBatch") : -32] for each in listed]


@pytest.fixture
def sagemaker(emulator: Emulator) -> Any:
    """Train three jobs, a minute apart: `b` with a plan, then `c`, then `a`, which runs on."""
    make_queue(emulator, make_environment(emulator))
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
    for name, changes in (
        ("b", {"ResourceConfig": {**resources, "TrainingPlanArn": PLAN}}),
        ("c", {"Tags": [{"Key": "team", "Value": "vision"}], "StoppingCondition": {}, **ECHOED}),
        ("a", {"Environment": {"SJRESOURCE_SIMULATE": json.dumps({"running": 600})}}),
    ):
        submit(emulator, jobName=name, serviceRequestPayload=payload(**changes))
        emulator.clock.advance(60)
    return client(emulator, "sagemaker")


def test_a_list_is_filtered_and_ordered(emulator: Emulator, sagemaker: Any) -> None:
    """By every filter of ListTrainingJobs, several at once, oldest first unless asked otherwise."""
    second = emulator.clock.now() - 90
    moment = dt.datetime.fromtimestamp(second, dt.timezone.utc)
    cases: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({}, ["b", "c", "a"]),
        ({"SortOrder": "Descending"}, ["a", "c", "b"]),
        ({"SortBy": "Name"}, ["a", "b", "c"]),
        ({"SortBy": "Status", "SortOrder": "Descending"}, ["a", "c", "b"]),
        ({"StatusEquals": "InProgress"}, ["a"]),
        ({"NameContains": "BATCHB"}, ["b"]),
        ({"CreationTimeAfter": moment}, ["a"]),
        ({"CreationTimeBefore": moment}, ["b", "c"]),
        ({"LastModifiedTimeBefore": moment, "StatusEquals": "Completed"}, ["b", "c"]),
        ({"LastModifiedTimeAfter": moment}, ["a"]),
        ({"TrainingPlanArnEquals": PLAN}, ["b"]),
        ({"WarmPoolStatusEquals": "Available"}, []),
    )
    for asked, wanted in cases:
        listed = sagemaker.list_training_jobs(**asked)["TrainingJobSummaries"]
        if "SortBy" in asked and asked["SortBy"] == "Status":
            assert names(listed)[0] == wanted[0]
        else:
            assert names(listed) == wanted, asked


def test_a_list_has_pages(sagemaker: Any) -> None:
    """All of it comes once, one a page; what is no token, or out of bounds, is refused."""
    pages = sagemaker.get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 1})
    assert [names(page["TrainingJobSummaries"]) for page in pages] == [["b"], ["c"], ["a"]]
    wrong: tuple[dict[str, Any], ...] = (
        *({"NextToken": token} for token in ("x", "-1", "9" * 30)),
        *({"MaxResults": 101}, {"StatusEquals": "Done"}, {"SortBy": "Size"}),
    )
    for asked in wrong:
        with pytest.raises(ClientError) as refused:
            sagemaker.list_training_jobs(**asked)
        assert refused.value.response["Error"]["Code"] == "ValidationException", asked


def test_a_training_job_that_is_stopped_is_stopping_at_once(
    emulator: Emulator, sagemaker: Any
) -> None:
    """Its status is Stopping until it has stopped, whoever looks, without a move of the clock."""
    (name,) = (
        each["TrainingJobName"]
        for each in sagemaker.list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"]
    )
    sagemaker.stop_training_job(TrainingJobName=name)
    deadline = time.monotonic() + 60
    while sagemaker.list_training_jobs(StatusEquals="InProgress")["TrainingJobSummaries"]:
        assert time.monotonic() < deadline
    told = sagemaker.describe_training_job(TrainingJobName=name)
    (listed,) = sagemaker.list_training_jobs(StatusEquals="Stopping")["TrainingJobSummaries"]
    emulator.clock.advance(1)

    assert (told["TrainingJobStatus"], told["SecondaryStatus"]) == ("Stopping", "Stopping")
    assert listed["TrainingJobName"] == name
    ended = sagemaker.describe_training_job(TrainingJobName=name)
    assert (ended["TrainingJobStatus"], ended["SecondaryStatus"]) == ("Stopped", "Stopped")


def test_a_training_job_is_described_as_it_was_asked_for(sagemaker: Any) -> None:
    """Each member that both shapes have comes back, and what the model requires is always there."""
    listed = sagemaker.list_training_jobs(SortBy="Name")["TrainingJobSummaries"]
    told = sagemaker.describe_training_job(TrainingJobName=listed[2]["TrainingJobName"])

    assert {name: told[name] for name in ECHOED} == ECHOED
    assert told["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert set(ECHOED) <= set(SHAPE.members) & set(response_shape("DescribeTrainingJob").members)
    assert set(response_shape("DescribeTrainingJob").required_members) <= set(told)
    tags = sagemaker.list_tags(ResourceArn=told["TrainingJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "vision"}]


@pytest.mark.parametrize(
    ("operation", "asked", "said"),
    [
        ("stop_training_job", {"TrainingJobName": "none"}, "Requested resource not found."),
        ("stop_training_job", {"TrainingJobName": "a_b"}, "at 'trainingJobName' failed"),
        ("describe_training_job", {"TrainingJobName": "a_b"}, "regular expression pattern"),
    ],
)
def test_a_training_job_that_is_not_there_is_a_validation_exception(
    sagemaker: Any, operation: str, asked: dict[str, str], said: str
) -> None:
    """In SageMaker's words, as is a name that it can't have."""
    with pytest.raises(ClientError, match=said) as refused:
        getattr(sagemaker, operation)(**asked)

    assert refused.value.response["Error"]["Code"] == "ValidationException"
