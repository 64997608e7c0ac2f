"""Two teams share one queue: each has its quota, and may borrow what the other leaves."""

from typing import Any

import pulumi

import sjresource as sj

config = pulumi.Config()


def payload(**more: Any) -> dict[str, Any]:
    """Return the CreateTrainingJob request, with what is `more` in it."""
    return {
        "RoleArn": config.require("role_arn"),
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": config.require("models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **more,
    }


capacity = sj.ServiceEnvironment(
    "capacity", capacity_limits=[{"max_capacity": 4, "capacity_unit": "ml.m5.large"}]
)
policy = sj.SchedulingPolicy(
    "quotas", quota_share_policy={"idle_resource_assignment_strategy": "FIFO"}
)
queue = sj.JobQueue(
    "training",
    priority=1,
    scheduling_policy_arn=policy.arn,
    service_environment_order=[
        {"order": 1, "service_environment": capacity.service_environment_arn}
    ],
)
for team in ("vision", "language"):
    share = sj.QuotaShare(
        team,
        job_queue=queue.job_queue_arn,
        capacity_limits=[{"max_capacity": 2, "capacity_unit": "ml.m5.large"}],
        resource_sharing_configuration={"strategy": "LEND_AND_BORROW", "borrow_limit": 100},
        preemption_configuration={"in_share_preemption": "ENABLED"},
    )
    sj.ServiceJob(
        f"train-{team}",
        job_queue=queue.job_queue_arn,
        quota_share_name=share.quota_share_name,
        scheduling_priority=10,
        preemption_configuration={"preemption_retries_before_termination": 3},
        service_request_payload=payload(),
    )
