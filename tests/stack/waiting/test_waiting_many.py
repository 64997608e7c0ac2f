from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from waiting_programs import waiting_program

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

PAYLOAD = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}


def submit(cloud: EmulatedCloud, count: int) -> list[str]:
    """Submit jobs as somebody else would, into a queue with room for all, and give their ARNs."""
    environment = cloud.batch.create_service_environment(
        serviceEnvironmentName="big",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": 1000, "capacityUnit": "NUM_INSTANCES"}],
    )
    cloud.control.advance(1)
    order = [{"order": 1, "serviceEnvironment": environment["serviceEnvironmentArn"]}]
    cloud.batch.create_job_queue(
        jobQueueName="big",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=order,
    )
    cloud.control.advance(1)
    return [
        cloud.batch.submit_service_job(
            jobName=f"job{number}",
            jobQueue="big",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=json.dumps(PAYLOAD),
        )["jobArn"]
        for number in range(count)
    ]


def test_hundreds_of_jobs_are_waited_for_until_enough_have_succeeded(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Two that fail and one that goes on don't matter: 247 of 250 end the wait, for good."""
    for name in ("job7", "job70"):
        cloud.script(name, outcome="Failed", failure_reason="AlgorithmError: no cheese")
    cloud.script("job99", running=3600)
    arns = submit(cloud, 250)
    program = waiting_program(f"""
        arns = json.loads({json.dumps(arns)!r})
        trained = sj.ServiceJobCompletion("trained", jobs=arns, min_succeeded=247)
        pulumi.export("summary", trained.summary)
        pulumi.export("eighth", trained.results[7]["status"])
    """)
    stack = new_stack(program, environment=cloud.environment)
    cloud.control.call("DELETE", "calls")

    up = stack.up()

    outputs = stack.outputs()
    assert outputs["summary"] == {"jobs": 250, "succeeded": 247, "failed": 2, "unfinished": 1}
    assert outputs["eighth"] == "FAILED"
    said = [line.message for line in up.diagnostics("info") if " jobs: " in line.message]
    assert said
    assert len(up.diagnostics("info")) < 10
    calls = cloud.control.calls()
    recorder = 249  # it describes each job that has ended, once
    assert calls["DescribeServiceJob"] - recorder + calls["ListServiceJobs"] < 150, calls

    cloud.control.call("DELETE", "calls")
    assert stack.up("--expect-no-changes").steps == []
    calls = cloud.control.calls()
    assert sum(calls.values()) < 40, calls
