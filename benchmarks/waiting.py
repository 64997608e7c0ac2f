"""What waiting costs: CPU, memory and calls for 500 jobs that go on, and how soon an end is seen.

`python benchmarks/waiting.py [--jobs 500] [--seconds 120]`. The emulator stands still, in a process
of its own; the waiting program is another one, without an engine. CPU is in per cent of one core,
memory what waiting adds to a program that has imported pulumi and sjresource.
"""

from __future__ import annotations

# ruff: noqa: T201, INP001 - a script, which talks to a terminal
import argparse
import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

import boto3
import psutil

from sjresource.emulator import Clock, Emulator
from sjresource.settings import Settings
from sjresource.waits.polling import Poller, Watch
from sjresource.waits.reporting import CrowdSpeaker, JobSpeaker, Reporter
from sjresource.waits.services import services_of
from sjresource.waits.standing import Standing

REGION = "us-east-1"
PAYLOAD = json.dumps(
    {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://models/output"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        "Environment": {"SJRESOURCE_SIMULATE": json.dumps({"running": 36_000})},
    }
)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--wait", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.wait:
        wait(json.loads(sys.stdin.readline()), options.seconds)
    else:
        measure(options.jobs, options.seconds)


def measure(count: int, seconds: float) -> None:
    """Run a waiting program against an emulator, and read what both have counted."""
    with Emulator(clock=Clock(0)) as emulator:
        arns = fill(emulator, count)
        emulator.calls.clear()
        program = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, __file__, "--wait", f"--seconds={seconds}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables(emulator)},
        )
        assert program.stdin is not None  # noqa: S101 - it is a pipe
        assert program.stdout is not None  # noqa: S101 - the same
        print(json.dumps(arns), file=program.stdin, flush=True)
        for line in program.stdout:
            name, _, value = line.strip().partition("=")
            if name == "waited":
                calls = emulator.calls.counts()
                ended_at = time.monotonic()
                emulator.clock.advance(40_000)
            elif name == "all seen":
                print(f"{'the last end was seen after':34} {time.monotonic() - ended_at:.1f} s")
            else:
                print(f"{name:34} {value}")
        program.wait()
        made = ", ".join(f"{number} {name}" for name, number in sorted(calls.items()))
        print(f"{'calls':34} {made}")
        print(f"{'calls a minute and job':34} {sum(calls.values()) / seconds * 60 / count:.2f}")


def wait(arns: list[str], seconds: float) -> None:
    """Wait as a program does, say what it cost, then wait for the end."""
    process = psutil.Process()
    before = process.memory_info().rss
    services = services_of(Settings(region=REGION))
    lines: list[str] = []
    reporter = Reporter(lambda _, text: lines.append(text), lambda _, text: lines.append(text))
    watches = [Watch(arn) for arn in arns]
    standing = Standing(services.batch, services.sagemaker)
    party = CrowdSpeaker(None, [JobSpeaker(watch, "job", None, standing.of) for watch in watches])
    reporter.add(party)
    poller = Poller(services.batch, reporter)
    poller.watch(watches)
    first = cpu_seconds(process, min(10.0, seconds / 4))
    steady = cpu_seconds(process, seconds - min(10.0, seconds / 4))
    print(f"CPU in the first 10 s={first:.1f} %")
    print(f"CPU from then on={steady:.1f} %")
    print(f"memory={(process.memory_info().rss - before) / 1e6:.0f} MB more")
    print(f"threads={threading.active_count() - 1} more")
    print(f"lines={len(lines)}")
    print("waited=", flush=True)
    for watch in watches:
        watch.done.result(120)
    print("all seen=", flush=True)


def cpu_seconds(process: psutil.Process, seconds: float) -> float:
    """Let time pass, and give the CPU that was used in it in per cent of one core."""
    before = sum(process.cpu_times()[:2])
    time.sleep(seconds)
    return (sum(process.cpu_times()[:2]) - before) / seconds * 100


def fill(emulator: Emulator, count: int) -> list[str]:
    """Submit jobs to a queue that runs them all, and give their ARNs."""
    batch: Any = boto3.client(
        "batch", region_name=REGION, endpoint_url=emulator.url, **vars(emulator.credentials)
    )
    environment = batch.create_service_environment(
        serviceEnvironmentName="env",
        serviceEnvironmentType="SAGEMAKER_TRAINING",
        capacityLimits=[{"maxCapacity": count, "capacityUnit": "NUM_INSTANCES"}],
    )
    emulator.clock.advance(1)
    order = [{"order": 1, "serviceEnvironment": environment["serviceEnvironmentArn"]}]
    batch.create_job_queue(
        jobQueueName="queue",
        jobQueueType="SAGEMAKER_TRAINING",
        priority=1,
        serviceEnvironmentOrder=order,
    )
    emulator.clock.advance(1)
    arns = [
        batch.submit_service_job(
            jobName=f"job{number}",
            jobQueue="queue",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=PAYLOAD,
        )["jobArn"]
        for number in range(count)
    ]
    emulator.clock.advance(10)
    return arns


def variables(emulator: Emulator) -> dict[str, str]:
    """Give what makes boto3 talk to the emulator."""
    return {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": emulator.credentials.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.credentials.aws_secret_access_key,
        "AWS_REGION": REGION,
    }


if __name__ == "__main__":
    main()
