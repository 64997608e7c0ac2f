"""Two teams share a queue on the real engine: one borrows, the other takes its own back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from held_calls import held_calls
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from engine_fixtures import NewStack
    from types_boto3_batch import BatchClient

pytestmark = pytest.mark.stack

TWO_TEAMS = """
    import pulumi
    import sjresource as sj

    KIND = "ml.m5.large"

    def limits(count):
        return [{"max_capacity": count, "capacity_unit": KIND}]

    capacity = sj.ServiceEnvironment("capacity", capacity_limits=limits(2))
    policy = sj.SchedulingPolicy(
        "policy", quota_share_policy={"idle_resource_assignment_strategy": "FIFO"})
    queue = sj.JobQueue(
        "training",
        priority=1,
        scheduling_policy_arn=policy.arn,
        service_environment_order=[
            {"order": 1, "service_environment": capacity.service_environment_arn}],
    )
    shares = {
        team: sj.QuotaShare(
            team,
            job_queue=queue.job_queue_arn,
            capacity_limits=limits(1),
            resource_sharing_configuration={"strategy": strategy},
            preemption_configuration={"in_share_preemption": "DISABLED"},
        )
        for team, strategy in {"research": "LEND_AND_BORROW", "production": "LEND"}.items()
    }

    def train(name, team, after=()):
        job = sj.ServiceJob(
            name,
            job_queue=queue.job_queue_arn,
            quota_share_name=shares[team].quota_share_name,
            preemption_configuration={"preemption_retries_before_termination": 3},
            service_request_payload={
                "RoleArn": "arn:aws:iam::123456789012:role/training",
                "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
                "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
                "ResourceConfig": {
                    "InstanceType": KIND, "InstanceCount": 1, "VolumeSizeInGB": 10},
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            },
            opts=pulumi.ResourceOptions(depends_on=list(after)),
        )
        return job, sj.ServiceJobCompletion(f"{name}-done", job=job)

    first, _ = train("explore-1", "research")
    second, _ = train("explore-2", "research", [first])
    _, done = train("release", "production", [second])
    pulumi.export("release", done.status)
"""


def test_a_preemption_shows_on_the_row_of_the_job(new_stack: NewStack) -> None:
    """What was borrowed goes back to its owner; the borrower's row says so, and both succeed."""
    with held_calls() as held:
        cloud = held.cloud
        cloud.script("release", running=1800)
        stack = new_stack(TWO_TEAMS, environment=cloud.environment)
        held.hold("SubmitServiceJob", match={"jobName": "release"})

        running = held.start_up(stack)
        assert holds_within(60, lambda: _count_running(cloud.batch) == 2)  # one of them borrows
        held.let_go()
        running.wait_for("Cross-share preemption")
        cloud.control.advance(3 * 3600)
        up = running.wait(fails=False)
        told = cloud.batch.describe_service_job(jobId=stack.resources()["explore-2"]["id"])
        stack.refresh("--expect-no-changes")

    words = "Cross-share preemption triggered to reclaim borrowed capacity"
    rows = [each for each in up.diagnostics("info") if words in each.message]
    assert {each.urn.rpartition("::")[2] for each in rows} == {"explore-2"}
    assert stack.outputs()["release"] == "SUCCEEDED"
    assert (told["status"], len(told["attempts"])) == ("SUCCEEDED", 1)
    assert told["preemptionSummary"]["preemptedAttemptCount"] == 1


def _count_running(batch: BatchClient) -> int:
    """Return how many jobs of the queue run."""
    (queue,) = batch.describe_job_queues()["jobQueues"]
    name = queue["jobQueueName"]
    running = batch.list_service_jobs(jobQueue=name, jobStatus="RUNNING")
    return len(running["jobSummaryList"])
