"""A queue's environments, which are asked for before it is known which they are."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from sjresource.aws.batch import BatchClient
from sjresource.checks.preflight.job import describe_for_jobs
from sjresource.checks.values.job_arguments import JobArguments

ARN = "arn:aws:batch:eu-west-1:123456789012:"
JOB = JobArguments.parse(
    {
        "job_queue": "training",
        "service_request_payload": {
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2}
        },
    },
    "eu-west-1",
)


class Batch:
    """AWS Batch with one queue: its answer about that waits until it is asked for environments."""

    def __init__(self, first_page: list[str]) -> None:
        self.first_page = first_page
        self.asked: list[list[str]] = []
        """The environments that it was asked for by name; none where for all."""
        self._side_by_side = threading.Event()

    def describe_job_queues(self, **_: Any) -> dict[str, Any]:
        """Answer once environments are asked for."""
        assert self._side_by_side.wait(60), "the environments are not asked for beside the queue"
        order = [{"order": 1, "serviceEnvironment": f"{ARN}service-environment/gpus"}]
        queue = {"jobQueueName": "training", "jobQueueArn": f"{ARN}job-queue/training"}
        return {"jobQueues": [{**queue, "serviceEnvironmentOrder": order}]}

    def describe_service_environments(self, **request: Any) -> dict[str, Any]:
        """Answer with those that are named, or with the first page of all."""
        names = request.get("serviceEnvironments", [])
        self.asked.append(names)
        self._side_by_side.set()
        limits = [{"maxCapacity": 1, "capacityUnit": "NUM_INSTANCES"}]
        there = [name.rpartition("/")[2] for name in names] or self.first_page
        return {
            "serviceEnvironments": [
                {
                    "serviceEnvironmentName": name,
                    "serviceEnvironmentArn": f"{ARN}service-environment/{name}",
                    "capacityLimits": limits,
                }
                for name in there
            ]
        }


@pytest.mark.parametrize(
    ("first_page", "asked"),
    [
        (["others", "gpus"], [[]]),
        (["others"], [[], [f"{ARN}service-environment/gpus"]]),
    ],
    ids=["among the first", "on a later page"],
)
def test_a_queue_and_its_environments_are_asked_for_side_by_side(
    first_page: list[str], asked: list[list[str]]
) -> None:
    """What is not among the first hundred is asked for by its name."""
    batch = Batch(first_page)

    check = describe_for_jobs(BatchClient(batch), "training")

    (problem,) = check(JOB)
    assert "asks for 2 ml.m5.large, more than its environments (gpus)" in problem.reason
    assert batch.asked == asked
