"""What type checkers say of programs. Checked by mypy, never run.

A line with `type: ignore` has to be wrong: mypy fails if it isn't.
"""

from __future__ import annotations

from typing import Any

import pulumi
from typing_extensions import assert_type

import sjresource as sj

payload: dict[str, Any] = {"RoleArn": "arn"}
name = pulumi.Output.from_input("name")
typed: sj.CreateTrainingJobArgs = {
    "RoleArn": name,
    "HyperParameters": {"epochs": "3"},
    "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
}
wrong: sj.CreateTrainingJobArgs = {
    "ResourceConfig": {"InstanceCuont": 1},  # type: ignore[typeddict-item]
}
retries: sj.RetryStrategyArgs = {"attempts": 2}
sj.ServiceJob("typed", job_queue=name, service_request_payload=typed, retry_strategy=retries)

environment = sj.ServiceEnvironment(
    "gpus",
    capacity_limits=[{"max_capacity": 2, "capacity_unit": "NUM_INSTANCES"}],
    timeouts={"create": 30},
    region="eu-west-1",
)
policy = sj.SchedulingPolicy(
    "fair", fairshare_policy={"share_distribution": [{"share_identifier": "red"}]}
)
queue = sj.JobQueue(
    "training",
    priority=1,
    service_environment_order=[
        {"order": 1, "service_environment": environment.service_environment_arn}
    ],
    scheduling_policy_arn=policy.arn,
)
share = sj.QuotaShare(
    "red",
    job_queue=queue.job_queue_arn,
    capacity_limits=[{"max_capacity": 1, "capacity_unit": "ml.m5.large"}],
    resource_sharing_configuration={"strategy": "LEND_AND_BORROW", "borrow_limit": 50},
    preemption_configuration={"in_share_preemption": "ENABLED"},
)
job = sj.ServiceJob(
    "train",
    job_queue=name,
    service_request_payload=payload,
    retry_strategy={
        "attempts": 2,
        "evaluate_on_exit": [{"action": "RETRY", "on_status_reason": name}],
    },
    timeout_config={"attempt_duration_seconds": 3600},
    tags={"team": name},
)
done = sj.ServiceJobCompletion("trained", job=job, timeout_seconds=60)

assert_type(job.job_arn, pulumi.Output[str])
assert_type(done.model_artifacts, pulumi.Output[str | None])

sj.ServiceJob("train", job_queue="queue")  # type: ignore[call-arg]
sj.ServiceJob("train", job_queue=7, service_request_payload={})  # type: ignore[arg-type]
sj.ServiceJob(
    "train",
    job_queue="queue",
    service_request_payload={},
    retry_strategy={"attempts": "two"},  # type: ignore[arg-type]
)
sj.ServiceJob(
    "train",
    job_queue="queue",
    service_request_payload={},
    retry_strategy={"evaluate_on_exit": []},  # type: ignore[arg-type]
)
sj.ServiceJob(
    "train",
    job_queue="queue",
    service_request_payload={},
    timeout_config={"attemptDurationSeconds": 3600},  # type: ignore[arg-type]
)
sj.JobQueue(
    "training",
    priority=1,
    service_environment_order=[{"order": 1}],  # type: ignore[list-item]
)
done.model_artefacts  # type: ignore[attr-defined] # noqa: B018
sj.ServiceJobs  # type: ignore[attr-defined] # noqa: B018
