"""Our providers in front of an emulator whose time passes only while they sleep."""

from __future__ import annotations

from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.session
from emulator_control import EmulatorControl

from sjresource.aws.settings import Settings
from sjresource.emulator import Emulator
from sjresource.emulator.clock import Clock
from sjresource.stack.config import CheckSettings

if TYPE_CHECKING:
    from sjresource.stack.provider import BatchProvider

    P = TypeVar("P", bound=BatchProvider)

REGION = "eu-west-1"
ACCOUNT = "123456789012"
IDENTITY = "acme/urn:pulumi:prod::vision::pulumi-python:dynamic/sjresource:Thing::"

PAYLOAD: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"epochs": "3"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1.0, "VolumeSizeInGB": 1.0},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600.0},
}
"""A right CreateTrainingJob request, with numbers as the engine hands them over."""


@cache
def _session() -> Any:
    """Return botocore's session without its handlers, none of which is for Batch.

    Each client copies them, and each test has a client: that takes as long as all else of it.
    """
    return botocore.session.Session(include_builtin_handlers=False)


class EmulatedBatch:
    """An emulator in this process, a client of it, and providers that talk to it."""

    def __init__(self) -> None:
        self.emulator = Emulator(clock=Clock(0))

    @cached_property
    def settings(self) -> Settings:
        """What the stack's config would say."""
        key = self.emulator.credentials
        return Settings(
            region=REGION,
            access_key=key.aws_access_key_id,
            secret_key=key.aws_secret_access_key,
            endpoints=tuple((name, self.emulator.url) for name in ("batch", "sagemaker", "sts")),
        )

    @cached_property
    def batch(self) -> Any:
        """A client of somebody who knows nothing of sjresource."""
        key = self.emulator.credentials
        return _session().create_client(
            "batch",
            region_name=REGION,
            endpoint_url=self.emulator.url,
            aws_access_key_id=key.aws_access_key_id,
            aws_secret_access_key=key.aws_secret_access_key,
        )

    @cached_property
    def control(self) -> EmulatorControl:
        """The emulator's own routes."""
        key = self.emulator.credentials
        return EmulatorControl(self.emulator.url, key.aws_access_key_id, key.aws_secret_access_key)

    def provider(self, kind: type[P]) -> P:
        """Make a provider as the engine configures it, in the emulator's time."""
        provider = kind()
        provider.settings = self.settings
        provider.checking = CheckSettings(preflight=False)  # a test of it says otherwise
        clock = self.emulator.clock
        setattr(provider, "monotonic", clock.now)  # noqa: B010 - a method, replaced for this object
        setattr(provider, "sleep", clock.advance)  # noqa: B010 - as above
        return provider

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.emulator.clock.advance(seconds)

    def make_queue(self, name: str = "training", instances: int = 10) -> str:
        """Make an environment and a queue over it; give the queue's ARN."""
        limits = [{"maxCapacity": instances, "capacityUnit": "NUM_INSTANCES"}]
        environment = self.batch.create_service_environment(
            serviceEnvironmentName=name,
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=limits,
        )["serviceEnvironmentArn"]
        self.advance(1)
        arn: str = self.batch.create_job_queue(
            jobQueueName=name,
            jobQueueType="SAGEMAKER_TRAINING",
            priority=1,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": environment}],
        )["jobQueueArn"]
        self.advance(1)
        return arn

    def job(self, queue: str, name: str = "train", **changes: Any) -> dict[str, Any]:
        """Return the inputs of a ServiceJob as its provider gets them."""
        inputs = {
            "identity": IDENTITY + name,
            "job_name": name,
            "job_queue": queue,
            "service_job_type": "SAGEMAKER_TRAINING",
            "service_request_payload": PAYLOAD,
            **changes,
        }
        return {name: value for name, value in inputs.items() if value is not None}

    def submitted(self) -> int:
        """Count what reached SubmitServiceJob."""
        return self.emulator.calls.counts().get("SubmitServiceJob", 0)

    def jobs(self) -> int:
        """Count the jobs that exist, in any status, by asking as a user would."""
        statuses = ("SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING")
        return sum(
            len(page["jobSummaryList"])
            for status in (*statuses, "SUCCEEDED", "FAILED")
            for page in self.batch.get_paginator("list_service_jobs").paginate(
                jobQueue="training", jobStatus=status
            )
        )
