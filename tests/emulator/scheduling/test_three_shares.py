"""Three quota shares, one of each strategy, as AWS's notebook on quota management uses them.

https://github.com/aws/sagemaker-python-sdk/blob/master/v3-examples/training-examples/aws_batch/sm-training-queues_quota-management.ipynb
"""

from __future__ import annotations

from typing import Any

import boto3
from emulator_requests import REGION, scripted

from sjresource.emulator import Clock, Emulator

KIND = "ml.g5.xlarge"
SHARES: dict[str, dict[str, Any]] = {
    "QS1": {"strategy": "LEND_AND_BORROW", "borrowLimit": 200},
    "QS2": {"strategy": "LEND"},
    "QS3": {"strategy": "RESERVE"},
}
CROSS_SHARE = "Cross-share preemption triggered to reclaim borrowed capacity"


class Queue:
    """The notebook's queue, driven by plain boto3."""

    def __init__(self, emulator: Emulator) -> None:
        self.clock = emulator.clock
        self.batch: Any = boto3.client(
            "batch",
            region_name=REGION,
            endpoint_url=emulator.url,
            **vars(emulator.credentials),
        )
        self.ids: dict[str, str] = {}

    def make(self) -> None:
        """Create policy, environment, queue and shares in the notebook's order."""
        policy = self.batch.create_scheduling_policy(
            name="policy", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
        )
        self.batch.create_service_environment(
            serviceEnvironmentName="env",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            state="ENABLED",
            capacityLimits=[{"maxCapacity": 3, "capacityUnit": KIND}],
        )
        self.clock.advance(5)
        self.batch.create_job_queue(
            jobQueueName="queue",
            jobQueueType="SAGEMAKER_TRAINING",
            state="ENABLED",
            priority=1,
            serviceEnvironmentOrder=[{"order": 1, "serviceEnvironment": "env"}],
            schedulingPolicyArn=policy["arn"],
        )
        self.clock.advance(5)
        for name, sharing in SHARES.items():
            self.batch.create_quota_share(
                quotaShareName=name,
                jobQueue="queue",
                capacityLimits=[{"capacityUnit": KIND, "maxCapacity": 1}],
                resourceSharingConfiguration=sharing,
                preemptionConfiguration={
                    "inSharePreemption": "ENABLED" if name == "QS1" else "DISABLED"
                },
                state="ENABLED",
            )
        self.clock.advance(5)

    def submit(self, name: str, share: str, priority: int) -> None:
        """Submit a job of an hour that takes a while to stop."""
        resources = {"InstanceType": KIND, "InstanceCount": 1, "VolumeSizeInGB": 30}
        request = scripted({"running": 3600, "stopping": 20}, ResourceConfig=resources)
        self.ids[name] = self.batch.submit_service_job(
            jobName=name,
            jobQueue="queue",
            serviceJobType="SAGEMAKER_TRAINING",
            quotaShareName=share,
            schedulingPriority=priority,
            serviceRequestPayload=request,
        )["jobId"]

    def job(self, name: str) -> dict[str, Any]:
        """Describe a job."""
        told: dict[str, Any] = self.batch.describe_service_job(jobId=self.ids[name])
        return told

    def statuses(self) -> dict[str, str]:
        """Return the status of each job."""
        return {name: self.job(name)["status"] for name in self.ids}


def test_the_notebooks_steps_go_as_it_says() -> None:
    """Own capacity, borrowed capacity, taking it back, waiting for the borrower, priority."""
    with Emulator(clock=Clock(0)) as emulator:
        queue = Queue(emulator)
        queue.make()

        for name, priority in (("high", 3), ("med", 2), ("low", 1)):
            queue.submit(name, "QS1", priority)
        queue.clock.advance(10)
        assert queue.statuses() == {"high": "RUNNING", "med": "RUNNING", "low": "RUNNABLE"}

        queue.submit("mine", "QS2", 1)
        queue.clock.advance(10)
        assert queue.statuses()["mine"] == "RUNNABLE"
        assert queue.job("med")["statusReason"] == f"PREEMPTION_IN_PROGRESS: {CROSS_SHARE}"
        queue.clock.advance(20)
        assert queue.statuses() == {
            "high": "RUNNING", "med": "RUNNABLE", "low": "RUNNABLE", "mine": "RUNNING",
        }  # fmt: skip
        attempts = queue.job("med")["preemptionSummary"]["recentPreemptedAttempts"]
        assert [each["statusReason"] for each in attempts] == [CROSS_SHARE]

        queue.batch.update_service_job(jobId=queue.ids["low"], schedulingPriority=4)
        queue.clock.advance(30)
        assert queue.statuses() == {
            "high": "RUNNABLE", "med": "RUNNABLE", "low": "RUNNING", "mine": "RUNNING",
        }  # fmt: skip

        queue.submit("reserved", "QS3", 0)
        queue.clock.advance(1)
        assert queue.statuses()["reserved"] == "RUNNING"
        assert queue.statuses()["low"] == "RUNNING"
