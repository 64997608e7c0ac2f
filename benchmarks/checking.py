"""How long a preview checks: 100 jobs, offline; the budget is 0.3 s in all.

    .venv/bin/python benchmarks/checking.py

Prints the processor's time of the first job (which loads the models, once a process) and of all
hundred. No test: a loaded machine would fail it.
"""

from __future__ import annotations

# ruff: noqa: T201, INP001 - a script, which talks to a terminal
import copy
import time
from typing import Any

from sjresource.checks.job_check import check_job
from sjresource.settings import Checking, Settings

JOBS = 100
PAYLOAD: dict[str, Any] = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {f"parameter_{number}": "1" for number in range(20)},
    "Environment": {f"VARIABLE_{number}": "1" for number in range(20)},
    "InputDataConfig": [
        {
            "ChannelName": f"channel-{number}",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://bucket/{number}"}
            },
        }
        for number in range(5)
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1.0, "VolumeSizeInGB": 1.0},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600.0},
}


def job(number: int) -> dict[str, Any]:
    """Make the inputs of one job of a sweep."""
    return {
        "identity": f"acme/urn:pulumi:prod::vision::t::train-{number}",
        "job_name": f"train-{number}",
        "job_queue": "training",
        "service_job_type": "SAGEMAKER_TRAINING",
        "service_request_payload": copy.deepcopy(PAYLOAD),
        "tags": {"team": "vision"},
        "retry_strategy": {"attempts": 2.0},
    }


def main() -> None:
    """Check them one after the other, as the engine's plugin does."""
    jobs = [job(number) for number in range(JOBS)]
    begun, seconds = time.process_time(), []
    for each in jobs:
        checked = check_job(Settings(), Checking(), each, would_be_submitted=False)
        if checked.failures:
            raise SystemExit(checked.failures[0].reason)
        seconds.append(time.process_time() - begun)
    print(f"first {seconds[0]:.3f} s, all {JOBS} {seconds[-1]:.3f} s")


if __name__ == "__main__":
    main()
