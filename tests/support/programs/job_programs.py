"""Programs with jobs in a queue that somebody else made: less to wait for than a whole stack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emulated_stack import REGION

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud

PRELUDE = """
    import json
    import pulumi
    import sjresource as sj

    config = pulumi.Config()

    def payload(epochs="1", **more):
        return {
            "RoleArn": "arn:aws:iam::123456789012:role/training",
            "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
            "HyperParameters": {"epochs": epochs, "learning_rate": "0.5"},
            "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **more,
        }
"""
"""To be followed by lines of the same indent."""


def make_queue(
    cloud: EmulatedCloud, name: str = "shared", instances: int = 100, region: str = REGION
) -> str:
    """Make an environment and a queue as another tool would; give the queue's ARN."""
    batch = cloud.batch_in(region)
    limits: list[dict[str, Any]] = [{"maxCapacity": instances, "capacityUnit": "NUM_INSTANCES"}]
    environment = batch.create_service_environment(
        serviceEnvironmentName=name,
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=limits,
    )["serviceEnvironmentArn"]
    cloud.emulator.clock.advance(1)
    arn: str = batch.create_job_queue(
        jobQueueName=name,
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
    )["jobQueueArn"]
    cloud.emulator.clock.advance(1)
    return arn
