"""What waiting costs: CPU, memory and calls for jobs that go on, and how soon an end is seen.

The emulator stands still, in this process; the waiting program is another one, without an engine.
CPU is in per cent of one core, memory what waiting adds to a program that has imported pulumi and
sjresource.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
import psutil

from benchmarks.stacks.payload import payload
from benchmarks.table import Row
from sjresource.aws.clients import regional_clients
from sjresource.aws.settings import Settings
from sjresource.emulator import Clock, Emulator
from sjresource.status.detail import StatusDetail
from sjresource.waiting.poller import Poller
from sjresource.waiting.reporter import GroupReport, JobReport, Reporter
from sjresource.waiting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

REGION = "us-east-1"
_FIRST_SECONDS = 10.0
_BETWEEN_LOOKS = 0.3
"""Seconds without a call that part one look from the next; looks are half a second apart."""


def rows(jobs: int, seconds: float) -> Iterator[Row]:
    """Run a waiting program against an emulator, and read what both have counted."""
    with Emulator(clock=Clock(0)) as emulator:
        arns = fill(emulator, jobs)
        emulator.calls.clear()
        with subprocess.Popen(
            [sys.executable, "-m", "benchmarks.questions.waiting", f"--seconds={seconds}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables(emulator)},
        ) as program:
            if program.stdin is None or program.stdout is None:
                raise TypeError("both are pipes")
            print(json.dumps(arns), file=program.stdin, flush=True)
            costs = json.loads(program.stdout.readline())
            looks = _looks(emulator)
            counts = emulator.calls.counts()
            ended_at = time.monotonic()
            emulator.clock.advance(40_000)
            seen = [moment - ended_at for moment in json.loads(program.stdout.readline())]
    yield _row(jobs, "CPU, first seconds", costs["first_cpu"], "%")
    yield _row(jobs, "CPU, then", costs["steady_cpu"], "%", 5)
    yield _row(jobs, "memory", costs["memory_mb"], "MB", 80)
    yield _row(jobs, "lines of progress a minute", costs["lines"] / seconds * 60, "lines", 10)
    yield _row(jobs, "calls a look, at most", max(looks), "calls", 8)
    made = sum(counts.values())
    yield _row(jobs, "calls a minute and job", made / seconds * 60 / jobs, "calls")
    yield _row(jobs, "an end is seen after, median", statistics.median(seen), "s")
    yield _row(jobs, "an end is seen after, last", max(seen), "s", 30)


def _row(jobs: int, what: str, value: float, unit: str, goal: float | None = None) -> Row:
    return Row("waiting", f"{jobs} jobs: {what}", value, unit, goal=goal)


def _looks(emulator: Emulator) -> list[int]:
    """Count the calls of each look, told apart by the quiet between them."""
    looks, last = [0], 0.0
    for call in emulator.calls.latest():
        if looks[-1] and call.at - last > _BETWEEN_LOOKS:
            looks.append(0)
        looks[-1], last = looks[-1] + 1, call.at
    return looks


def wait(arns: list[str], seconds: float) -> None:
    """Wait as a program does, say what it cost, then wait for the ends and say when each came."""
    process = psutil.Process()
    before = process.memory_info().rss
    clients = regional_clients(Settings(region=REGION))
    lines: list[str] = []
    reporter = Reporter(lambda _, text: lines.append(text), lambda _, text: lines.append(text))
    watches = [Watch(arn) for arn in arns]
    standing = StatusDetail(clients.batch, clients.sagemaker)
    group = GroupReport(None, [JobReport(watch, "job", None, standing.of) for watch in watches])
    reporter.add(group)
    seen: list[float] = []
    for watch in watches:
        watch.done.add_done_callback(lambda _: seen.append(time.monotonic()))
    Poller(clients.batch, reporter).add(watches)
    first_seconds = min(_FIRST_SECONDS, seconds / 4)
    costs = {
        "first_cpu": cpu_percent(process, first_seconds),
        "steady_cpu": cpu_percent(process, seconds - first_seconds),
        "memory_mb": (process.memory_info().rss - before) / 1e6,
        "threads": threading.active_count() - 1,
        "lines": len(lines),
    }
    print(json.dumps(costs), flush=True)
    for watch in watches:
        watch.done.result(120)
    print(json.dumps(seen), flush=True)


def cpu_percent(process: psutil.Process, seconds: float) -> float:
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
    simulated = {"SJRESOURCE_SIMULATE": json.dumps({"running": 36_000})}
    arns = [
        batch.submit_service_job(
            jobName=f"job{number}",
            jobQueue="queue",
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=json.dumps({**payload(), "Environment": simulated}),
        )["jobArn"]
        for number in range(count)
    ]
    emulator.clock.advance(10)
    return arns


def variables(emulator: Emulator) -> dict[str, str]:
    """Return what makes boto3 talk to the emulator."""
    return {
        "AWS_ENDPOINT_URL": emulator.url,
        "AWS_ACCESS_KEY_ID": emulator.credentials.aws_access_key_id,
        "AWS_SECRET_ACCESS_KEY": emulator.credentials.aws_secret_access_key,
        "AWS_REGION": REGION,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, required=True)
    wait(json.loads(sys.stdin.readline()), parser.parse_args().seconds)
