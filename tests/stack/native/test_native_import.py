"""`pulumi import` of all that AWS has, with the code that Pulumi generates, to a destroy."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from native_programs import put_plugin_on_path
from native_sdks import program_generator, python_sdk, why_no_sdks
from pulumi_cli import holds_within

from sjresource.stack.identity import IDENTITY_TAG, identity_tag

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(why_no_sdks()), reason=why_no_sdks()),
]

KIND = "ml.m5.large"
PAYLOAD = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"learning-rate": "0.5", "epochs": "3", "from": "${x}"},
    "Environment": {"my_KEY": "sk-very-secret"},
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}
            },
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": KIND, "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    "Tags": [{"Key": "a", "Value": "b"}],
}
"""With keys that are no names in any language."""


def made_by_somebody(batch: Any) -> dict[str, str]:
    """Make one of each without sjresource; return the ids by kind."""

    def is_valid(describe: str, member: str) -> bool:
        return all(each["status"] == "VALID" for each in getattr(batch, describe)()[member])

    environment = batch.create_service_environment(
        serviceEnvironmentName="capacity",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 4, "capacityUnit": KIND}],
        tags={"team": "a"},
    )["serviceEnvironmentArn"]
    policy = batch.create_scheduling_policy(
        name="policy", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
    )["arn"]
    assert holds_within(
        60, lambda: is_valid("describe_service_environments", "serviceEnvironments")
    )
    queue = batch.create_job_queue(
        jobQueueName="training",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=3,
        schedulingPolicyArn=policy,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
    )["jobQueueArn"]
    assert holds_within(60, lambda: is_valid("describe_job_queues", "jobQueues"))
    share = batch.create_quota_share(
        quotaShareName="vision",
        jobQueue=queue,
        capacityLimits=[{"maxCapacity": 2, "capacityUnit": KIND}],
        resourceSharingConfiguration={"strategy": "LEND_AND_BORROW", "borrowLimit": 100},
        preemptionConfiguration={"inSharePreemption": "DISABLED"},
    )["quotaShareArn"]
    assert holds_within(
        5, lambda: batch.describe_quota_share(quotaShareArn=share)["status"] == "VALID"
    )
    job = batch.submit_service_job(
        jobName="train",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps(PAYLOAD),
        quotaShareName="vision",
        schedulingPriority=5,
        retryStrategy={
            "attempts": 2,
            "evaluateOnExit": [
                {"action": "RETRY", "onStatusReason": "Received status from SageMaker:Inter*"}
            ],
        },
        timeoutConfig={"attemptDurationSeconds": 7200},
        preemptionConfiguration={"preemptionRetriesBeforeTermination": 3},
        tags={"team": "a"},
    )["jobArn"]
    return {
        "ServiceEnvironment": environment,
        "SchedulingPolicy": policy,
        "JobQueue": queue,
        "QuotaShare": share,
        "ServiceJob": job,
    }


def test_all_is_imported_with_code_whose_preview_is_quiet(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """What somebody has made comes into a stack, program and all, and a destroy deletes it."""
    cloud.script(running=3600.0)
    ids = made_by_somebody(cloud.batch)
    stack = new_stack("", environment=cloud.environment)
    put_plugin_on_path(stack)
    stack.environment["PYTHONPATH"] = str(python_sdk(tmp_path / "sdk"))
    path = [str(program_generator().parent), stack.environment["PATH"]]
    stack.environment["PATH"] = os.pathsep.join(path)
    things = [
        {"type": f"sjresource:index:{kind}", "name": kind.lower(), "id": each}
        for kind, each in ids.items()
    ]
    (stack.work / "things.json").write_text(json.dumps({"resources": things}))
    others = {IDENTITY_TAG: identity_tag("acme/urn:pulumi:prod::speech::sjresource:Any::policy")}
    cloud.batch.tag_resource(resourceArn=ids["SchedulingPolicy"], tags=others)

    imported = stack.run(
        "import", "--file", "things.json", "--out", "generated.py", "--protect=false", "--yes",
        "--skip-preview",
    )  # fmt: skip
    assert {each["id"] for each in stack.resources().values()} == set(ids.values())
    assert "sk-very-secret" not in json.dumps(stack.state())
    stack.program((stack.work / "generated.py").read_text())
    assert "it is the resource acme/speech/prod/policy of a Pulumi stack" in imported.stdout
    assert stack.preview("--expect-no-changes").steps == []
    cloud.batch.untag_resource(resourceArn=ids["SchedulingPolicy"], tagKeys=[IDENTITY_TAG])
    stack.destroy()

    assert cloud.batch.describe_service_job(jobId=ids["ServiceJob"])["isTerminated"] is True
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    assert cloud.batch.describe_service_environments()["serviceEnvironments"] == []
    assert cloud.batch.list_scheduling_policies()["schedulingPolicies"] == []
    assert cloud.submitted() == 1
