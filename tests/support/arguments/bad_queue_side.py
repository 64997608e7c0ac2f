"""Queues, environments, policies and shares that AWS would refuse, with the path and the reason."""

from __future__ import annotations

from typing import Any

from bad_requests import KIND, Bad


def queue(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a job queue."""
    order = [{"order": 1.0, "service_environment": "capacity"}]
    right = {
        "job_queue_name": "training",
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1.0,
        "service_environment_order": order,
    }
    return Bad({**right, **changes}, path, reason, "CreateJobQueue")


def environment(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a service environment."""
    right = {
        "service_environment_name": "capacity",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": [{"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"}],
    }
    return Bad({**right, **changes}, path, reason, "CreateServiceEnvironment")


def policy(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a scheduling policy."""
    return Bad({"name": "policy", **changes}, path, reason, "CreateSchedulingPolicy")


def share(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a quota share."""
    right = {
        "quota_share_name": "vision",
        "job_queue": "training",
        "capacity_limits": [{"max_capacity": 1.0, "capacity_unit": KIND}],
        "resource_sharing_configuration": {"strategy": "RESERVE"},
        "preemption_configuration": {"in_share_preemption": "DISABLED"},
    }
    return Bad({**right, **changes}, path, reason, "CreateQuotaShare")


def fair(**policy_members: Any) -> dict[str, Any]:
    """Write a fair-share policy."""
    return {"fairshare_policy": policy_members}


def action(**changes: Any) -> list[dict[str, Any]]:
    """Write one time-limit action."""
    right = {
        "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "state": "RUNNABLE",
        "max_time_seconds": 600.0,
        "action": "TERMINATE",
    }
    return [{**right, **changes}]


BAD_QUEUE_SIDE = (
    queue("job_queue_name", "1 to 128 letters", job_queue_name="a.b"),
    queue("job_queue_name", "a letter or digit is first", job_queue_name="-training"),
    queue("job_queue_name", "a letter or digit is first", job_queue_name="_training"),
    queue("job_queue_type", "must be SAGEMAKER_TRAINING", job_queue_type="ECS"),
    queue("priority", "from 0 to 1000", priority=1001.0),
    queue("priority", "is required", priority=None),
    queue("state", "must be one of ENABLED, DISABLED", state="enabled"),
    queue("service_environment_order", "a queue has one", service_environment_order=[]),
    queue(
        "service_environment_order[0].serviceEnvironment",
        "did you mean service_environment?",
        service_environment_order=[{"order": 1.0, "serviceEnvironment": "a"}],
    ),
    queue(
        "service_environment_order[1].order",
        "an earlier one",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {"order": 1.0, "service_environment": "b"},
        ],
    ),
    queue(
        "service_environment_order",
        "a queue has one service environment, got a list of 2 items",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {"order": 2.0, "service_environment": "b"},
        ],
    ),
    queue(
        "service_environment_order[1].service_environment",
        "named before",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {
                "order": 2.0,
                "service_environment": "arn:aws:batch:eu-west-1:123456789012:service-environment/a",
            },
        ],
    ),
    queue("scheduling_policy_arn", "the ARN of a scheduling-policy", scheduling_policy_arn="fair"),
    queue(
        "job_state_time_limit_actions[0].max_time_seconds",
        "from 600 to 86400",
        job_state_time_limit_actions=action(max_time_seconds=60.0),
    ),
    queue(
        "job_state_time_limit_actions[0].action",
        "must be TERMINATE",
        job_state_time_limit_actions=action(action="CANCEL"),
    ),
    queue("timeouts.create", "must be seconds", timeouts={"create": "5m"}),
    queue("timeouts.read", "there are create, update, delete", timeouts={"read": 5.0}),
    environment("capacity_limits", "is required", capacity_limits=[]),
    environment(
        "capacity_limits[0].capacity_unit",
        "NUM_INSTANCES or, under quota management",
        capacity_limits=[{"max_capacity": 1.0, "capacity_unit": "GPUS"}],
    ),
    environment(
        "capacity_limits[0].capacity_unit",
        "stands alone",
        capacity_limits=[
            {"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"},
            {"max_capacity": 1.0, "capacity_unit": KIND},
        ],
    ),
    environment("capacity_limits[0]", "must not be null", capacity_limits=[None]),
    environment(
        "service_environment_name", "a letter or digit is first", service_environment_name="-gpus"
    ),
    environment("service_environment_type", "must be one of", service_environment_type="EC2"),
    policy(
        "fairshare_policy",
        "can't be given with quota_share_policy",
        **fair(),
        quota_share_policy={"idle_resource_assignment_strategy": "FIFO"},
    ),
    policy("name", "a letter or digit is first", name="_fair"),
    policy("fairshare_policy.share_decay_seconds", "to 604800", **fair(share_decay_seconds=1e6)),
    policy(
        "fairshare_policy.compute_reservation", "from 0 to 99", **fair(compute_reservation=100.0)
    ),
    policy(
        "fairshare_policy.share_distribution[0].weight_factor",
        "from 0.0001 to 999.9999",
        **fair(share_distribution=[{"share_identifier": "a", "weight_factor": 0.0}]),
    ),
    policy(
        "fairshare_policy.share_distribution[1].share_identifier",
        "overlaps",
        **fair(share_distribution=[{"share_identifier": "UserA*"}, {"share_identifier": "UserA1"}]),
    ),
    policy(
        "quota_share_policy.idle_resource_assignment_strategy",
        "must be one of FIFO",
        quota_share_policy={"idle_resource_assignment_strategy": "LIFO"},
    ),
    share("job_queue", "the name or the ARN", job_queue="a b"),
    share("quota_share_name", "a letter or digit is first", quota_share_name="-vision"),
    share(
        "capacity_limits",
        "1 to 5 limits",
        capacity_limits=[
            {"max_capacity": 1.0, "capacity_unit": f"ml.m5.{number}xlarge"} for number in range(6)
        ],
    ),
    share("preemption_configuration", "is required", preemption_configuration=None),
    share(
        "capacity_limits[0].capacity_unit",
        "must be an instance type",
        capacity_limits=[{"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"}],
    ),
    share(
        "resource_sharing_configuration.borrow_limit",
        "only be given with the strategy LEND_AND_BORROW",
        resource_sharing_configuration={"strategy": "LEND", "borrow_limit": 10.0},
    ),
    share(
        "resource_sharing_configuration.borrow_limit",
        "or -1 (unlimited)",
        resource_sharing_configuration={"strategy": "LEND_AND_BORROW", "borrow_limit": -2.0},
    ),
    share(
        "resource_sharing_configuration.strategy",
        "did you mean LEND_AND_BORROW?",
        resource_sharing_configuration={"strategy": "lend-and-borrow"},
    ),
)
