from __future__ import annotations

from typing import Any

import pytest
from good_requests import GOOD_JOBS, REASON
from pulumi.output import UNKNOWN
from training_requests import JOB, REMOVED, with_payload

from sjresource.checks.rules.requests import queue_problems
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.warnings.queues import QUEUE_WARNINGS
from sjresource.checks.warnings.requests import job_warnings

SPOT = {"EnableManagedSpotTraining": True, "StoppingCondition__MaxWaitTimeInSeconds": 600.0}
RETRY = {"action": "RETRY", "on_status_reason": f"{REASON} InternalServerError*"}
EXIT = {"action": "EXIT", "on_status_reason": "*"}


def retries(*conditions: dict[str, str], attempts: float = 3.0) -> dict[str, Any]:
    """Return the job with retries by reason."""
    strategy = {"attempts": attempts, "evaluate_on_exit": list(conditions)}
    return {**JOB, "retry_strategy": strategy}


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (
            with_payload(StoppingCondition=REMOVED, ResourceConfig__InstanceCount=2.0),
            "up to 48 instance-hours; set StoppingCondition.MaxRuntimeInSeconds",
        ),
        ({**JOB, "quota_share_name": "vision"}, "a preempted run is started again without end"),
        (retries(RETRY, EXIT, attempts=1.0), "with attempts=1 there is no retry"),
        (retries(EXIT, RETRY), "evaluate_on_exit[1] never matches: an earlier condition"),
        (retries(RETRY, RETRY), "evaluate_on_exit[1] never matches: an earlier condition"),
        (
            retries({"action": "RETRY", "on_status_reason": "InternalServerError*"}),
            'evaluate_on_exit[0] never matches: reasons begin with "Received status',
        ),
        (with_payload(**SPOT), "without CheckpointConfig"),
        ({**JOB, "scheduling_priority": 5.0}, "no effect in a first-in-first-out queue"),
        (
            {**JOB, "timeout_config": {"attempt_duration_seconds": 599.0}},
            "and it is believed, though no page says so, that it leaves no time to save a model",
        ),
        (
            with_payload(HyperParameters={str(number): "x" * 2000 for number in range(4)}),
            "is 8.3 KiB (8523 bytes) as it is sent, and Batch takes at most 10.0 KiB (10240 bytes)",
        ),
        (
            with_payload(StoppingCondition__MaxPendingTimeInSeconds=7200.0),
            "no effect on instances without accelerators",
        ),
        (
            with_payload(
                AlgorithmSpecification__TrainingInputMode="FastFile",
                InputDataConfig__0__CompressionType="Gzip",
            ),
            "InputDataConfig[0].CompressionType is used with the input mode Pipe only",
        ),
        (
            with_payload(
                InputDataConfig__0__DataSource__S3DataSource__ModelAccessConfig={
                    "AcceptEula": False
                }
            ),
            "ModelAccessConfig.AcceptEula is false",
        ),
        (
            with_payload(
                AlgorithmSpecification__TrainingImage=(
                    "763104351884.dkr.ecr.ap-east-1.amazonaws.com/pytorch-training:2.5"
                )
            ),
            "not known to have images in ap-east-1; there they are in 871362719292",
        ),
        (
            with_payload(
                DebugRuleConfigurations=[
                    {
                        "RuleConfigurationName": "losses",
                        "RuleEvaluatorImage": "895741380848.dkr.ecr.us-west-2.amazonaws.com/rules",
                    }
                ]
            ),
            "DebugRuleConfigurations[0].RuleEvaluatorImage is in the ECR of us-west-2",
        ),
        (
            {**JOB, "job_queue": "arn:aws:batch:us-east-1:123456789012:job-queue/training"},
            "job_queue is in us-east-1, and the stack in eu-west-1",
        ),
    ],
)
def test_what_is_probably_not_meant_is_said_once(job: dict[str, Any], words: str) -> None:
    """Each warning is one sentence, and only that one is raised."""
    (said,) = job_warnings(JobArguments.parse(job, "eu-west-1"))

    assert words in said


@pytest.mark.parametrize(
    "job",
    [
        JOB,
        retries(RETRY, EXIT),
        retries({"action": "RETRY", "on_status_reason": "Received*"}, EXIT),
        {**JOB, "scheduling_priority": 5.0, "share_identifier": "a"},
        {
            **with_payload(StoppingCondition=REMOVED),
            "timeout_config": {"attempt_duration_seconds": 600.0},
        },
        {
            **JOB,
            "quota_share_name": "vision",
            "preemption_configuration": {"preemption_retries_before_termination": 0.0},
        },
        {**JOB, "service_request_payload": "not JSON"},
        GOOD_JOBS["managed spot"],
    ],
)
def test_what_is_meant_raises_nothing(job: dict[str, Any]) -> None:
    """A warning that is always there is read by nobody."""
    assert list(job_warnings(JobArguments.parse(job, "eu-west-1"))) == []


def test_a_share_identifier_that_no_page_has_is_warned_of() -> None:
    """AWS's two pages differ about it, so it is refused by neither."""
    (warn,) = QUEUE_WARNINGS["CreateSchedulingPolicy"]
    names = ("team-a", "team_b*", "UserA", "team.c", UNKNOWN)
    shares = [{"share_identifier": name} for name in names]

    (said,) = warn({"fairshare_policy": {"share_distribution": shares}})
    assert said.startswith("fairshare_policy.share_distribution[3].share_identifier has other")


LIMITS = [{"max_capacity": 1.0, "capacity_unit": f"ml.c5.{size}xlarge"} for size in range(6)]
ACTION = {"action": "TERMINATE", "max_time_seconds": 600.0, "state": "RUNNABLE"}
WAITS = {**ACTION, "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"}


@pytest.mark.parametrize(
    ("operation", "fine", "doubtful", "said"),
    [
        (
            "CreateJobQueue",
            {"job_state_time_limit_actions": [WAITS, {**ACTION, "reason": UNKNOWN}]},
            {"job_state_time_limit_actions": [WAITS, {**ACTION, "reason": "too slow"}]},
            "job_state_time_limit_actions[1].reason is none for which",
        ),
        (
            "CreateServiceEnvironment",
            {"capacity_limits": LIMITS[:5]},
            {"capacity_limits": LIMITS},
            "capacity_limits has 6 limits",
        ),
        (
            "CreateServiceEnvironment",
            {"capacity_limits": [LIMITS[0], {**LIMITS[1], "max_capacity": UNKNOWN}]},
            {"capacity_limits": [LIMITS[0], {"capacity_unit": LIMITS[1]["capacity_unit"]}]},
            "capacity_limits[1].max_capacity is left out",
        ),
        (
            "CreateServiceEnvironment",
            {"capacity_limits": [LIMITS[0], {**LIMITS[0], "capacity_unit": UNKNOWN}]},
            {"capacity_limits": [LIMITS[0], LIMITS[0]]},
            "capacity_limits[1].capacity_unit is the unit of an earlier limit too",
        ),
        (
            "CreateQuotaShare",
            {"capacity_limits": LIMITS[:2]},
            {"capacity_limits": [LIMITS[1], LIMITS[1]]},
            "capacity_limits[1].capacity_unit is the unit of an earlier limit too",
        ),
        (
            "CreateQuotaShare",
            {"capacity_limits": [LIMITS[0], {**LIMITS[1], "max_capacity": UNKNOWN}]},
            {"capacity_limits": [LIMITS[0], {**LIMITS[1], "max_capacity": 0.0}]},
            "capacity_limits[1].max_capacity is 0",
        ),
    ],
)
def test_what_no_page_of_batchs_forbids_is_warned_of(
    operation: str, fine: dict[str, Any], doubtful: dict[str, Any], said: str
) -> None:
    """The queue side's doubts refuse nothing, and are silent where there is none."""

    def told_of(properties: dict[str, Any]) -> list[str]:
        return [text for warn in QUEUE_WARNINGS[operation] for text in warn(properties)]

    assert told_of(fine) == []
    (told,) = told_of(doubtful)
    assert told.startswith(said)
    assert list(queue_problems(operation, doubtful)) == list(queue_problems(operation, fine))


@pytest.mark.parametrize(
    "path",
    ["StoppingCondition", "CheckpointConfig", "EnableManagedSpotTraining", "ResourceConfig"],
)
def test_what_is_unknown_raises_nothing(path: str) -> None:
    """It may turn out to be what is asked for."""
    job = with_payload(**{path: UNKNOWN})
    unknown = dict.fromkeys(
        ("preemption_configuration", "quota_share_name", "retry_strategy"), UNKNOWN
    )

    assert list(job_warnings(JobArguments.parse(job))) == []
    assert (
        list(job_warnings(JobArguments.parse({**JOB, **unknown, "scheduling_priority": 1.0}))) == []
    )
