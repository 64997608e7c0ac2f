"""Declares every resource with values of every kind, under Pulumi's mocks: SEED ROUNDS.

Ends with 1, and says which, if anything else than a sentence of ours ends a declaration with our
code in its traceback. What Pulumi itself says of what it can't serialize is its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import traceback
import warnings
from typing import Any

import pulumi
from argument_kinds import CANARY, Kinds
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs, Mocks, set_mocks

import sjresource as sj

PAYLOAD = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"epochs": "3"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
LIMITS = [{"max_capacity": 1, "capacity_unit": "NUM_INSTANCES"}]
ARN = "arn:aws:batch:us-east-1:123456789012:service-job/0b1c"
SHOWN = ("timeout_seconds", "min_succeeded", "log_lines", "on_failure")
"""Arguments that are a program's own constants: an Output is none, so a secret is none."""

LOOP = asyncio.new_event_loop()
"""One for all: the stack that the mocks make belongs to it."""

COMMON: dict[str, Any] = {
    "tags": {"team": "vision"},
    "region": "eu-west-1",
    "timeouts": {"create": 5},
}
RIGHT: dict[type, dict[str, Any]] = {
    sj.ServiceJob: {
        "job_queue": "training", "service_request_payload": PAYLOAD, "job_name": "train",
        "service_job_type": "SAGEMAKER_TRAINING", "client_token": "token", "tags": {"a": "b"},
        "preemption_configuration": {"preemption_retries_before_termination": 3},
        "quota_share_name": "red", "retry_strategy": {"attempts": 2}, "scheduling_priority": 5,
        "share_identifier": "red", "timeout_config": {"attempt_duration_seconds": 3600},
        "triggers": ["one"], "rerun_on_failure": True, "adopt_job_id": "0b1c", "region": "eu-west",
    },
    sj.JobQueue: {
        **COMMON, "priority": 1, "job_queue_name": "training", "state": "ENABLED",
        "service_environment_order": [{"order": 1, "service_environment": "capacity"}],
        "job_queue_type": "SAGEMAKER_TRAINING", "scheduling_policy_arn": "arn",
        "job_state_time_limit_actions": [{"reason": "x"}],
    },
    sj.ServiceEnvironment: {
        **COMMON, "capacity_limits": LIMITS, "service_environment_name": "capacity",
        "service_environment_type": "SAGEMAKER_TRAINING", "state": "ENABLED",
    },
    sj.SchedulingPolicy: {
        **COMMON, "fairshare_policy": {"share_decay_seconds": 60}, "name": "fair",
        "quota_share_policy": {"idle_resource_assignment_strategy": "FIFO"},
    },
    sj.QuotaShare: {
        **COMMON, "job_queue": "training", "capacity_limits": LIMITS, "quota_share_name": "red",
        "resource_sharing_configuration": {"strategy": "RESERVE"}, "state": "ENABLED",
        "preemption_configuration": {"in_share_preemption": "ENABLED"},
    },
    sj.ServiceJobCompletion: {
        "job": ARN, "jobs": None, "min_succeeded": 1, "timeout_seconds": 60, "on_failure": "record",
        "log_lines": 5,
    },
}  # fmt: skip


class Registered(Mocks):
    """An engine that takes everything, and leaves to a check what is wrong with it."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        """Return no outputs."""
        return f"arn:aws:batch:us-east-1:123456789012:thing/{args.name}", {}

    def call(self, args: MockCallArgs) -> Any:
        """Know no function."""
        return args.args


async def declare(kind: type, name: str, kinds: Kinds) -> None:
    """Declare one resource with one argument of any kind, and wait for what comes of it."""
    arguments = {each: value for each, value in RIGHT[kind].items() if value is not None}
    if name == "resource_name":
        kind(kinds.declared(), **arguments)
    else:
        if name == "jobs":
            arguments = {"jobs": None, "on_failure": "record"}
        kind("fuzzed", **{**arguments, name: kinds.declared(RIGHT[kind].get(name))})
    tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended


def problem(kind: type, name: str, kinds: Kinds) -> str | None:
    """Return what was wrong with how a declaration ended; None if nothing was."""
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        ended = _ended(kind, name, kinds)
    if ended is not None and not isinstance(ended, pulumi.RunError) and _is_ours(ended):
        return "".join(traceback.format_exception(ended))
    words = said.getvalue() + (str(ended) if isinstance(ended, pulumi.RunError) else "")
    shown = CANARY in words and name not in SHOWN and "is of hush7361" not in words
    return f"a value is shown: {words}".replace(CANARY, "VALUE") if shown else None


def _is_ours(error: BaseException) -> bool:
    """Return whether our code did something in it, and not only waited for what Pulumi refuses."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/sjresource/" in frame.filename]
    return any("await" not in (frame.line or "") for frame in ours)


def _ended(kind: type, name: str, kinds: Kinds) -> BaseException | None:
    try:
        LOOP.run_until_complete(declare(kind, name, kinds))
    except Exception as error:  # noqa: BLE001 - which one is the question
        return error
    return None


def main(seed: int, rounds: int) -> int:
    """Declare so many resources."""
    warnings.simplefilter("ignore")
    asyncio.set_event_loop(LOOP)
    set_mocks(Registered(), preview=True)
    kinds, found = Kinds(seed), 0
    names = [(kind, name) for kind in RIGHT for name in ("resource_name", *RIGHT[kind])]
    for number in range(rounds):
        kind, name = names[number % len(names)]
        wrong = problem(kind, name, kinds)
        if wrong:
            found += 1
            print(f"{kind.__name__}.{name}:\n{wrong}")  # noqa: T201 - its answer
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
