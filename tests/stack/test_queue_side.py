from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

QUOTA_MANAGED = """
    import json
    import pulumi
    import sjresource as sj

    config = pulumi.Config()
    kind = "ml.m5.large"
    change = json.loads(config.get("change") or "{}")

    capacity = sj.ServiceEnvironment("capacity", **{
        "capacity_limits": [{"max_capacity": 6, "capacity_unit": kind}],
        **change.get("capacity", {})})
    policy = sj.SchedulingPolicy("policy", **{
        "quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"},
        **change.get("policy", {})})
    queue = sj.JobQueue("training", **{
        "priority": 1,
        "service_environment_order": [
            {"order": 1, "service_environment": capacity.service_environment_arn}],
        "scheduling_policy_arn": policy.arn,
        **change.get("training", {})})

    def share(name, strategy):
        return sj.QuotaShare(name, **{
            "job_queue": queue.job_queue_arn,
            "capacity_limits": [{"max_capacity": 2, "capacity_unit": kind}],
            "resource_sharing_configuration": {"strategy": strategy},
            "preemption_configuration": {"in_share_preemption": "DISABLED"},
            **change.get(name, {})})

    shares = [share("vision", "RESERVE"), share("speech", "LEND"), share("text", "LEND_AND_BORROW")]
    for each, name in zip(shares, ("vision", "speech", "text")):
        sj.ServiceJob(
            f"train-{name}",
            job_queue=queue.job_queue_arn,
            quota_share_name=each.quota_share_name,
            preemption_configuration={"preemption_retries_before_termination": 3},
            service_request_payload={
                "RoleArn": "arn:aws:iam::123456789012:role/training",
                "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
                "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
                "ResourceConfig": {
                    "InstanceType": kind, "InstanceCount": 1, "VolumeSizeInGB": 10},
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            })
"""
"""A quota-managed queue with three shares and a job in each; `change` replaces arguments."""

UPDATES: dict[str, dict[str, Any]] = {
    "capacity": {
        "capacity_limits": [{"max_capacity": 8, "capacity_unit": "ml.m5.large"}],
        "tags": {"team": "platform"},
        "state": "DISABLED",
    },
    "policy": {"tags": {"team": "platform"}},
    "training": {
        "priority": 5,
        "tags": {"team": "platform"},
        "job_state_time_limit_actions": [
            {
                "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
                "state": "RUNNABLE",
                "max_time_seconds": 3600,
                "action": "TERMINATE",
            }
        ],
    },
    "vision": {
        "capacity_limits": [{"max_capacity": 4, "capacity_unit": "ml.m5.large"}],
        "tags": {"team": "vision"},
    },
    "speech": {
        "preemption_configuration": {"in_share_preemption": "ENABLED"},
        "state": "DISABLED",
    },
    "text": {
        "resource_sharing_configuration": {"strategy": "LEND_AND_BORROW", "borrow_limit": 100}
    },
}


def test_a_quota_managed_queue_lives_with_jobs_in_three_shares(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Created in one go, updated in place without touching a job, destroyed with live jobs."""
    cloud.script(running=3600.0)
    stack = new_stack(QUOTA_MANAGED, environment=cloud.environment)
    stack.up()
    jobs = [f"train-{name}" for name in ("vision", "speech", "text")]
    ids = {name: stack.resources()[name]["id"] for name in jobs}
    assert cloud.submitted() == 3

    stack.set_config("change", json.dumps(UPDATES))
    changed = sorted(("update", name) for name in UPDATES)
    assert sorted(stack.preview().steps) == changed
    assert sorted(stack.up().steps) == changed

    renamed = {
        **UPDATES,
        "capacity": {**UPDATES["capacity"], "service_environment_name": "more"},
        "policy": {**UPDATES["policy"], "name": "other"},
    }
    stack.set_config("change", json.dumps(renamed))
    # What was updated in place is what AWS has, and shows no difference after a refresh either.
    replaced = stack.up("--refresh")
    assert {name for _, name in replaced.steps} == {"capacity", "policy", "training"}
    assert ("update", "training") in replaced.steps
    for name, key in (("capacity", "service_environment_name"), ("policy", "name")):
        assert replaced.step("replace", name).replace_keys == (key,)
    assert {name: stack.resources()[name]["id"] for name in jobs} == ids
    assert cloud.submitted() == 3

    stack.destroy()
    assert stack.resources() == {}
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
    assert cloud.batch.describe_service_environments()["serviceEnvironments"] == []
    assert cloud.batch.list_scheduling_policies()["schedulingPolicies"] == []
