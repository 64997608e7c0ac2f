"""Stack programs that wait: a queue, a maker of jobs, and what a test adds to them."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from pulumi_cli import holds_within

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud

_QUEUE = '''
import json
import pulumi
import sjresource as sj

config = pulumi.Config()
capacity = sj.ServiceEnvironment("capacity", capacity_limits=[
    {"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}])
queue = sj.JobQueue("training", priority=1, service_environment_order=[
    {"order": 1, "service_environment": capacity.service_environment_arn}])


def job(name, hyperparameters=None, **more):
    """Declare a job with these hyperparameters, in four instances' queue."""
    return sj.ServiceJob(name, job_queue=queue.job_queue_arn, service_request_payload={
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters or {"epochs": "10"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }, **more)

'''


def waiting_program(body: str) -> str:
    """Put `body` behind the declaration of a queue and of `job(name, hyperparameters, **more)`."""
    return _QUEUE + textwrap.dedent(body)


def latest_job(cloud: EmulatedCloud, name: str = "train") -> dict[str, Any]:
    """Describe the newest job of this name in any queue, without the CLI, which takes a second."""
    filters = [{"name": "JOB_NAME", "values": [name]}]
    for queue in cloud.batch.describe_job_queues()["jobQueues"]:
        found = cloud.batch.list_service_jobs(jobQueue=queue["jobQueueArn"], filters=filters)
        for job in found["jobSummaryList"]:
            detail: dict[str, Any] = cloud.batch.describe_service_job(jobId=job["jobId"])
            return detail
    raise LookupError(name)


def wait_until(cloud: EmulatedCloud, status: str, name: str = "train") -> dict[str, Any]:
    """Block until the newest job of this name has a status, and describe it."""

    def has_it() -> bool:
        try:
            return bool(latest_job(cloud, name)["status"] == status)
        except LookupError:
            return False

    assert holds_within(60, has_it)
    return latest_job(cloud, name)
