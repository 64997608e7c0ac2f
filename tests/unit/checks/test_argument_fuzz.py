"""Every argument of every resource with values of every kind: a sentence, and never a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from argument_kinds import CANARY, Kinds
from training_requests import IDENTITY, JOB, PAYLOAD

from sjresource.aws.settings import Settings
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.warnings.requests import job_warnings
from sjresource.resources.job_queue import JobQueueProvider
from sjresource.resources.quota_share import QuotaShareProvider
from sjresource.resources.scheduling_policy import SchedulingPolicyProvider
from sjresource.resources.service_environment import ServiceEnvironmentProvider
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.config import CheckSettings

SEED, ROUNDS = 20261129, 130
PROGRAM = Path(__file__).parents[2] / "support" / "arguments" / "declaration_fuzz.py"
LIMITS = [{"max_capacity": 1.0, "capacity_unit": "ml.m5.large"}]
COMMON: dict[str, Any] = {
    "identity": IDENTITY,
    "tags": {"team": "vision"},
    "timeouts": {"create": 5.0},
    "region": "eu-west-1",
}
RIGHT: dict[type, dict[str, Any]] = {
    ServiceJobProvider: {
        **JOB,
        **{name: value for name, value in COMMON.items() if name != "timeouts"},
        "service_request_payload": PAYLOAD,
        "retry_strategy": {
            "attempts": 2.0,
            "evaluate_on_exit": [{"action": "EXIT", "on_status_reason": "*"}],
        },
        "timeout_config": {"attempt_duration_seconds": 3600.0},
        "preemption_configuration": {"preemption_retries_before_termination": 3.0},
        "scheduling_priority": 5.0,
        "share_identifier": "red",
        "quota_share_name": "red",
        "client_token": "token",
        "triggers": ["one", {"a": 1.0}],
        "rerun_on_failure": True,
        "adopt_job_id": "0b1c",
        "secret_paths": [],
    },
    JobQueueProvider: {
        **COMMON,
        "job_queue_name": "training",
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1.0,
        "state": "ENABLED",
        "service_environment_order": [{"order": 1.0, "service_environment": "capacity"}],
        "scheduling_policy_arn": "arn:aws:batch:us-east-1:123456789012:scheduling-policy/p",
        "job_state_time_limit_actions": [
            {"reason": "x", "state": "RUNNABLE", "max_time_seconds": 600.0, "action": "TERMINATE"}
        ],
    },
    ServiceEnvironmentProvider: {
        **COMMON,
        "service_environment_name": "capacity",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": LIMITS,
        "state": "ENABLED",
    },
    SchedulingPolicyProvider: {
        **COMMON,
        "name": "fair",
        "fairshare_policy": {
            "share_decay_seconds": 60.0,
            "compute_reservation": 1.0,
            "share_distribution": [{"share_identifier": "a", "weight_factor": 0.5}],
        },
        "quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"},
    },
    QuotaShareProvider: {
        **COMMON,
        "quota_share_name": "red",
        "job_queue": "training",
        "capacity_limits": LIMITS,
        "resource_sharing_configuration": {"strategy": "LEND_AND_BORROW", "borrow_limit": 5.0},
        "preemption_configuration": {"in_share_preemption": "ENABLED"},
        "state": "ENABLED",
    },
}


@pytest.mark.parametrize("kind", RIGHT, ids=lambda kind: kind.__name__)
def test_a_check_answers_whatever_it_is_given(kind: type) -> None:
    """With failures that show no value; a diff of what passed answers too."""
    kinds, right = Kinds(SEED), RIGHT[kind]
    provider = kind()
    provider.settings, provider.checking = (
        Settings(region="us-east-1"),
        CheckSettings(preflight=False),
    )
    for _ in range(ROUNDS):
        for name in (each for each in right if each not in ("identity", "secret_paths")):
            news = {**right, name: kinds.checked(right[name])}
            checked = provider.check({}, dict(news))
            said = " ".join(failure.reason for failure in checked.failures)
            assert CANARY not in said, news
            assert "\x1b" not in said, news
            if kind is ServiceJobProvider:
                assert CANARY not in " ".join(
                    job_warnings(JobArguments.parse(checked.inputs, "us-east-1"))
                ), news
            if not checked.failures:
                provider.diff("training", dict(right), checked.inputs)


def test_a_declaration_ends_in_a_sentence_whatever_it_is_given() -> None:
    """In a process of its own, since Pulumi's mocks are for good: 0 tracebacks, 0 values shown."""
    ran = subprocess.run(
        [sys.executable, PROGRAM, str(SEED), str(ROUNDS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-4000:]
    assert CANARY not in ran.stdout + ran.stderr
