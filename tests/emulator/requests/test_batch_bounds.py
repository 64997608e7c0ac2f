"""The bounds of Batch's operations that no create has: names, ARNs and tags in any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError
from emulator_requests import REGION, make_environment, make_queue, submit

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

ARN = f"arn:aws:batch:{REGION}:123456789012:"
POLICY = f"{ARN}scheduling-policy/fair"
MANY = [f"name{number}" for number in range(101)]


@pytest.fixture(autouse=True)
def _scene(emulator: Emulator, batch: Any) -> None:
    make_queue(emulator, make_environment(emulator))
    batch.create_scheduling_policy(name="fair")


@pytest.mark.parametrize(
    ("method", "asked", "said"),
    [
        # https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobQueues.html
        ("describe_job_queues", {"jobQueues": MANY}, "at most 100"),
        ("describe_scheduling_policies", {"arns": MANY}, "at most 100"),
        # These take an ARN, and no name.
        ("delete_scheduling_policy", {"arn": "fair"}, "SchedulingPolicy fair does not exist"),
        ("update_scheduling_policy", {"arn": "fair", "fairsharePolicy": {}}, "does not exist"),
        (
            "create_job_queue",
            {
                "jobQueueName": "other",
                "priority": 1,
                "schedulingPolicyArn": "fair",
                "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": "env"}],
            },
            "SchedulingPolicy fair does not exist",
        ),
        # Other regions, accounts, and other things than what is asked for.
        *(
            ("update_job_queue", {"jobQueue": arn, "priority": 2}, "does not exist")
            for arn in (
                f"{ARN}service-environment/env",
                ARN.replace(REGION, "eu-west-1") + "job-queue/queue",
                ARN.replace("123456789012", "111122223333") + "job-queue/queue",
                ARN.replace("aws", "aws-cn", 1) + "job-queue/queue",
            )
        ),
        # https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
        *(
            (method, {**asked, "tags": {key: ""}}, "tags: ")
            for method, asked in (
                ("create_scheduling_policy", {"name": "tagged"}),
                ("tag_resource", {"resourceArn": POLICY}),
            )
            for key in ("aws:team", "AWS:team", "te*am", "te\tam")
        ),
        (
            "submit_service_job",
            {
                "jobName": "train",
                "jobQueue": "queue",
                "serviceJobType": "SAGEMAKER_TRAINING",
                "serviceRequestPayload": "{}",
                "tags": {"aws:team": ""},
            },
            "not begin with aws:",
        ),
    ],
)
def test_what_is_out_of_bounds_is_refused(
    batch: Any, method: str, asked: dict[str, Any], said: str
) -> None:
    """By a ClientException of 400 that names it."""
    with pytest.raises(ClientError, match=said) as refused:
        getattr(batch, method)(**asked)

    error = refused.value.response
    assert error["Error"]["Code"] == "ClientException"
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_hundred_names_are_described(batch: Any) -> None:
    """As many as may be asked for; those that are not there are left out."""
    told = batch.describe_job_queues(jobQueues=["queue", *MANY[:99]])["jobQueues"]
    policies = batch.describe_scheduling_policies(arns=[POLICY, *MANY[:99]])

    assert [each["jobQueueName"] for each in told] == ["queue"]
    assert [each["arn"] for each in policies["schedulingPolicies"]] == [POLICY]


def test_a_condition_needs_no_action(emulator: Emulator, batch: Any) -> None:
    """Both members of a condition are optional in the model, and come back as they were given."""
    strategy = {"attempts": 2, "evaluateOnExit": [{"onStatusReason": "*"}, {}]}
    job = submit(emulator, retryStrategy=strategy)

    assert batch.describe_service_job(jobId=job)["retryStrategy"] == strategy
