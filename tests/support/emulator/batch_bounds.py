"""What AWS's pages allow in Batch's own requests, at the bounds, under the API's names."""

from __future__ import annotations

from typing import Any, Final

from emulator_requests import payload

_ARN: Final = "arn:aws:batch:us-east-1:123456789012:"
_KIND: Final = "ml.m5.large"
_MOST: Final = 2**31 - 1
_NAMES: Final = ("9", "A-b_c")


def _limits(capacity: int, *units: str) -> list[dict[str, Any]]:
    return [{"maxCapacity": capacity, "capacityUnit": unit} for unit in units]


def _order(place: int, environment: str = "free") -> list[dict[str, Any]]:
    return [{"order": place, "serviceEnvironment": environment}]


def _limit(seconds: int, reason: str) -> list[dict[str, Any]]:
    action = {"state": "RUNNABLE", "action": "TERMINATE", "reason": reason}
    return [{**action, "maxTimeSeconds": seconds}]


def _shares(*names: str, **weight: float) -> dict[str, Any]:
    distribution = [{"shareIdentifier": name, **weight} for name in names]
    return {"fairsharePolicy": {"shareDistribution": distribution}}


def _retries(**condition: str) -> dict[str, Any]:
    return {"retryStrategy": {"attempts": 2, "evaluateOnExit": [condition]}}


_FIVE: Final = [f"ml.c5.{size}xlarge" for size in (2, 4, 9, 12, 18)]

_COMPLETE: Final[dict[str, dict[str, Any]]] = {
    "CreateJobQueue": {
        "jobQueueType": "SAGEMAKER_TRAINING",
        "priority": 1,
        "serviceEnvironmentOrder": _order(1),
    },
    "CreateServiceEnvironment": {
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "capacityLimits": _limits(5, "NUM_INSTANCES"),
    },
    "CreateSchedulingPolicy": {},
    "CreateQuotaShare": {
        "jobQueue": "managed",
        "capacityLimits": _limits(1, _KIND),
        "resourceSharingConfiguration": {"strategy": "RESERVE"},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
    },
    "SubmitServiceJob": {
        "jobName": "train",
        "jobQueue": "first-in-first-out",
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": payload(),
    },
}
_NAME_OF: Final = {
    "CreateJobQueue": "jobQueueName",
    "CreateServiceEnvironment": "serviceEnvironmentName",
    "CreateSchedulingPolicy": "name",
    "CreateQuotaShare": "quotaShareName",
}


def complete(operation: str, number: int, changes: dict[str, Any]) -> dict[str, Any]:
    """Return a complete request with these members; its name has the number, if it has one."""
    named = {_NAME_OF[operation]: f"n{number}"} if operation in _NAME_OF else {}
    return {**_COMPLETE[operation], **named, **changes}


def _made(operation: str, name: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    return operation, {**_COMPLETE[operation], _NAME_OF[operation]: name, **changes}


QUOTA: Final = {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}}
SCENE: Final = (
    _made("CreateServiceEnvironment", "free"),
    _made("CreateServiceEnvironment", "typed", capacityLimits=_limits(5, _KIND)),
    _made("CreateSchedulingPolicy", "fair"),
    _made("CreateSchedulingPolicy", "quota", **QUOTA),
    _made("CreateJobQueue", "first-in-first-out"),
    _made("CreateJobQueue", "fair", schedulingPolicyArn=f"{_ARN}scheduling-policy/fair"),
    _made(
        "CreateJobQueue",
        "managed",
        serviceEnvironmentOrder=_order(1, "typed"),
        schedulingPolicyArn=f"{_ARN}scheduling-policy/quota",
    ),
    _made("CreateQuotaShare", "share"),
)
"""Requests that make what the others name, in their order."""

_TAGS: Final = (
    {"a": ""},
    {"k" * 128: "v" * 256},
    {"größe ü": "日本 _.:/=+-@"},
    {str(number): "" for number in range(50)},
)
ALLOWED: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    *(
        (operation, {member: value})
        for operation, member in _NAME_OF.items()
        for value in (*_NAMES, f"{operation[0]}{'x' * 127}")
    ),
    *((operation, {"tags": tags}) for operation in _COMPLETE for tags in _TAGS),
    *((operation, {"state": "DISABLED"}) for operation in _NAME_OF if "Policy" not in operation),
    *(("CreateJobQueue", {"priority": priority}) for priority in (0, 1000)),
    *(("CreateJobQueue", {"serviceEnvironmentOrder": _order(place)}) for place in (0, _MOST)),
    (
        "CreateJobQueue",
        {"serviceEnvironmentOrder": _order(1, f"{_ARN}service-environment/free")},
    ),
    *(
        ("CreateJobQueue", {"jobStateTimeLimitActions": _limit(seconds, reason)})
        for seconds, reason in (
            (600, "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"),
            (86_400, "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"),
            (86_400, "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED"),
            (600, "whatever is logged"),
        )
    ),
    *(
        ("CreateServiceEnvironment", {"capacityLimits": limits})
        for limits in (
            _limits(0, "NUM_INSTANCES"),
            _limits(_MOST, "NUM_INSTANCES"),
            _limits(1, *_FIVE, _KIND),
        )
    ),
    *(
        ("CreateSchedulingPolicy", {"fairsharePolicy": policy})
        for policy in (
            {},
            {"shareDecaySeconds": 0, "computeReservation": 0},
            {"shareDecaySeconds": 604_800, "computeReservation": 99},
        )
    ),
    *(
        ("CreateSchedulingPolicy", shares)
        for shares in (
            _shares("x" * 255, "y" * 255 + "*", "team-a", weightFactor=0.0001),
            _shares("UserA*", "UserB", weightFactor=999.9999),
            _shares("*"),
            _shares(*(f"share{number:03}" for number in range(500))),
        )
    ),
    ("CreateSchedulingPolicy", QUOTA),
    *(
        ("CreateQuotaShare", {"resourceSharingConfiguration": sharing})
        for sharing in (
            {"strategy": "LEND"},
            {"strategy": "LEND_AND_BORROW"},
            {"strategy": "LEND_AND_BORROW", "borrowLimit": -1},
            {"strategy": "LEND_AND_BORROW", "borrowLimit": 0},
            {"strategy": "LEND_AND_BORROW", "borrowLimit": _MOST},
        )
    ),
    ("CreateQuotaShare", {"preemptionConfiguration": {"inSharePreemption": "ENABLED"}}),
    ("CreateQuotaShare", {"jobQueue": f"{_ARN}job-queue/managed"}),
    ("CreateQuotaShare", {"capacityLimits": _limits(0, *_FIVE)}),
    *(("SubmitServiceJob", {"jobName": name}) for name in (*_NAMES, "x" * 128)),
    ("SubmitServiceJob", {"jobQueue": f"{_ARN}job-queue/first-in-first-out"}),
    ("SubmitServiceJob", {"jobQueue": "fair", "shareIdentifier": "x" * 255}),
    (
        "SubmitServiceJob",
        {
            "jobQueue": "managed",
            "quotaShareName": "share",
            "preemptionConfiguration": {"preemptionRetriesBeforeTermination": 0},
        },
    ),
    *(("SubmitServiceJob", {"schedulingPriority": priority}) for priority in (0, 9999)),
    *(("SubmitServiceJob", {"retryStrategy": {"attempts": count}}) for count in (1, 10)),
    *(
        ("SubmitServiceJob", _retries(**condition))
        for condition in (
            {"action": "RETRY"},
            {"action": "exit", "onStatusReason": ""},
            {"action": "EXIT", "onStatusReason": "x" * 512},
            {"onStatusReason": "*"},
            {},
        )
    ),
    *(
        ("SubmitServiceJob", {"timeoutConfig": {"attemptDurationSeconds": seconds}})
        for seconds in (1, _MOST)
    ),
    *(
        ("SubmitServiceJob", {"preemptionConfiguration": configuration})
        for configuration in ({}, {"preemptionRetriesBeforeTermination": _MOST})
    ),
    *(("SubmitServiceJob", {"clientToken": token}) for token in ("x", "y" * 64)),
)
"""By operation, members that a complete request may have; a share's queue takes twenty."""
