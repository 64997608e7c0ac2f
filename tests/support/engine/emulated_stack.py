"""A real stack in front of an emulator: the fixtures of tests that tell a user's story."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from emulator_control import EmulatorControl

from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_stack import PulumiStack

__all__ = ["EmulatedCloud", "cloud"]

REGION = "us-east-1"

PROGRAM = """
    import json
    import pulumi
    import sjresource as sj

    config = pulumi.Config()
    payload = {
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "HyperParameters": {"epochs": config.require("epochs"), "learning_rate": "0.5"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    capacity = sj.ServiceEnvironment("capacity", capacity_limits=[
        {"max_capacity": config.get_int("instances") or 2, "capacity_unit": "NUM_INSTANCES"}])
    queue = sj.JobQueue(
        "training",
        priority=config.get_int("priority") or 1,
        tags={"team": config.get("queue_team") or "vision"},
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )
    train = sj.ServiceJob(
        "train",
        job_queue=queue.job_queue_arn,
        service_request_payload=payload,
        tags={"team": config.get("team") or "vision"},
    )
    trained = sj.ServiceJobCompletion("trained", job=train)
    pulumi.export("job", train.job_arn)
    pulumi.export("status", trained.status)
    pulumi.export("model", trained.model_artifacts)
"""
"""A queue over two instances, a job and its completion, all of it in stack config."""


class EmulatedCloud:
    """An emulator in this process, and how a stack, boto3 and a test reach it."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        key = emulator.credentials
        self.control = EmulatorControl(
            emulator.url, key.aws_access_key_id, key.aws_secret_access_key
        )
        self.batch = self.batch_in(REGION)

    def batch_in(self, region: str) -> Any:
        """Make a client of somebody who knows nothing of sjresource."""
        key = vars(self.emulator.credentials)
        return boto3.client("batch", region_name=region, endpoint_url=self.emulator.url, **key)

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which boto3 in any process finds the emulator."""
        key = self.emulator.credentials
        return {
            "AWS_ENDPOINT_URL": self.emulator.url,
            "AWS_ACCESS_KEY_ID": key.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": key.aws_secret_access_key,
            "AWS_REGION": REGION,
        }

    def script(self, job_name: str = "*", **script: Any) -> None:
        """Let the jobs of this name run as `script` says: durations, outcome, reasons."""
        self.control.call("POST", "rules", job_name=job_name, script=script)

    def submitted(self) -> int:
        """Count what reached SubmitServiceJob."""
        return self.control.calls().get("SubmitServiceJob", 0)

    def submissions(self, name: str) -> int:
        """Count what reached SubmitServiceJob for a job of this name, answered or not."""
        calls = self.control.call("GET", "calls")["calls"]
        named = [call for call in calls if call["names"].get("jobName") == name]
        return sum(call["operation"] == "SubmitServiceJob" for call in named)

    def jobs(self, queue: str, name: str = "train") -> int:
        """Count the jobs of this name that exist, in any status."""
        named = [{"name": "JOB_NAME", "values": [name]}]
        return len(self.batch.list_service_jobs(jobQueue=queue, filters=named)["jobSummaryList"])

    def status(self, stack: PulumiStack, name: str = "train") -> str:
        """Ask Batch where a stack's job stands."""
        arn = stack.resources()[name]["id"]
        status: str = self.batch.describe_service_job(jobId=arn)["status"]
        return status


@pytest.fixture
def cloud() -> Iterator[EmulatedCloud]:
    """Return an emulated AWS of this test's own, whose jobs take half a second."""
    with Emulator() as emulator:
        yield EmulatedCloud(emulator)
