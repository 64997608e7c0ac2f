"""How the emulator bears load: submissions, describes, lists and ticks, as ratios, with memory.

`python benchmarks/emulator.py [--sizes 100 10000 50000] [--waiting 1000 10000]`. Each size has an
emulator of its own, in a process of its own, filled through the store: what is measured goes over
HTTP as for any caller. Times are medians in milliseconds; a ratio compares with the first size.
"""

from __future__ import annotations

# ruff: noqa: T201, INP001 - a script, which talks to a terminal
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3

from sjresource.emulator import Clock, Emulator
from sjresource.emulator.lifecycle import Lifecycle
from sjresource.emulator.moment import Pace
from sjresource.emulator.names import batch_arn, service_job_arn
from sjresource.emulator.records import Attempt, Job, Resource, TrainingJobRecord
from sjresource.emulator.simulated import SimulatedExecutor
from sjresource.emulator.simulation import Script, Simulation
from sjresource.emulator.store import Store
from sjresource.emulator.transitions import training_job_name

if TYPE_CHECKING:
    from collections.abc import Callable

REGION = "us-east-1"
QUEUE = batch_arn(REGION, "job-queue", "queue")
ENVIRONMENT = batch_arn(REGION, "service-environment", "env")
PAYLOAD = json.dumps(
    {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "HyperParameters": {f"parameter-{number}": "value" for number in range(20)},
        "OutputDataConfig": {"S3OutputPath": "s3://models/output"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
)
ROUNDS = 60


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 10_000, 50_000])
    parser.add_argument("--waiting", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(measure_finished(options.one)))
        return
    empty = _measured(0)
    report("finished jobs", empty, empty)
    first = None
    for size in options.sizes:
        found = _measured(size)
        first = first or found
        report("finished jobs", found, first)
        print(f"    over the empty one: {found['memory_mb'] - empty['memory_mb']:.0f} MB, "
              f"{found['start_seconds'] - empty['start_seconds']:.2f} s of start-up")  # fmt: skip
    first = None
    for size in options.waiting:
        found = measure_waiting(size)
        first = first or found
        report("waiting jobs", found, first)


def measure_finished(size: int) -> dict[str, float]:
    """Start an emulator with so many finished jobs, and call it."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        job_id = _fill(data, size, "SUCCEEDED")
        began = time.perf_counter()
        emulator = Emulator(data, clock=Clock(0))
        with emulator:
            started = time.perf_counter() - began
            batch: Any = boto3.client(
                "batch", endpoint_url=emulator.url, region_name=REGION, **vars(emulator.credentials)
            )
            by_status = {"jobStatus": "SUCCEEDED"}
            by_name = {"filters": [{"name": "JOB_NAME", "values": ["job-*"]}]}
            measured = {
                "size": size,
                "start_seconds": started,
                "submit_ms": (submit := _median(lambda: _submit(batch))),
                "submits_per_second": 1000 / submit,
                "list_status_ms": _median(lambda: _list(batch, by_status)),
                "list_name_ms": _median(lambda: _list(batch, by_name)),
            }
            if job_id is not None:
                measured["describe_ms"] = _median(lambda: batch.describe_service_job(jobId=job_id))
            measured["memory_mb"] = _resident_mb()
    return measured


def measure_waiting(size: int) -> dict[str, float]:
    """Tick with so many jobs waiting for capacity, and with as many that get it all at once."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _fill(data, size, "RUNNABLE")
        store, clock, simulation = Store(data / "batch.sqlite3"), Clock(0), Simulation()
        executor = SimulatedExecutor(clock, lambda _: Script())
        lifecycle = Lifecycle(store, clock, executor, simulation, Pace())
        lifecycle.tick()
        measured = {"size": size, "tick_ms": _median(lifecycle.tick)}
        _set_capacity(store, size)
        began = time.perf_counter()
        lifecycle.tick()
        measured["placing_all_ms"] = (time.perf_counter() - began) * 1000
        measured["memory_mb"] = _resident_mb()
        store.close()
    return measured


def report(what: str, found: dict[str, float], first: dict[str, float]) -> None:
    """Print one line, with ratios where they mean something."""
    parts = []
    for name, value in found.items():
        ratio = f" (x{value / first[name]:.1f})" if name.endswith("_ms") and name in first else ""
        parts.append(f"{name} {value:.2f}{ratio}" if name != "size" else f"{value:>6.0f} {what}")
    print("  ".join(parts), flush=True)


def _measured(size: int) -> dict[str, float]:
    """Measure in a fresh process, so that memory is this size's own."""
    ended = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, __file__, "--one", str(size)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def _submit(batch: Any) -> None:
    batch.submit_service_job(
        jobName="measured",
        jobQueue="queue",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=PAYLOAD,
    )


def _list(batch: Any, question: dict[str, Any]) -> None:
    batch.list_service_jobs(jobQueue="queue", maxResults=50, **question)


def _fill(data: Path, size: int, status: str) -> str | None:
    store = Store(data / "batch.sqlite3")
    job = None
    with store.transaction():
        _set_capacity(store, 0)
        store.put_resource(Resource("job-queue", QUEUE, "queue", REGION, _queue(), 0))
        for number in range(size):
            job = _job(number, store.next_sequence(), status)
            store.add_job(job, PAYLOAD, "digest")
            if job.training_job is not None:
                store.put_training_job(_training_job(job))
    store.close()
    return None if job is None else job.id


def _job(number: int, sequence: int, status: str) -> Job:
    job_id = str(uuid.uuid4())
    ended = status == "SUCCEEDED"
    name = training_job_name(f"job-{number}", job_id, 1)
    return Job(
        id=job_id,
        arn=service_job_arn(REGION, job_id),
        name=f"job-{number}",
        region=REGION,
        queue=QUEUE,
        sequence=sequence,
        status=status,
        since=number,
        created_at=number,
        capacity={"ml.m5.large": 1},
        training_job=name if ended else None,
        attempts=[Attempt(name, number, number + 1)] if ended else [],
        stopped_at=number + 1 if ended else None,
        tags={"team": "ml"},
        client_token=f"token-{number}",
    )


def _training_job(job: Job) -> TrainingJobRecord:
    return TrainingJobRecord(
        name=job.training_job or "", arn="arn", region=REGION, job_id=job.id,
        created_at=job.created_at, status="Completed",
    )  # fmt: skip


def _queue() -> dict[str, Any]:
    return {
        "jobQueueName": "queue",
        "jobQueueArn": QUEUE,
        "state": "ENABLED",
        "status": "VALID",
        "priority": 1,
        "computeEnvironmentOrder": [],
        "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": ENVIRONMENT}],
        "tags": {},
    }


def _set_capacity(store: Store, instances: int) -> None:
    detail = {
        "serviceEnvironmentName": "env",
        "serviceEnvironmentArn": ENVIRONMENT,
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "state": "ENABLED",
        "status": "VALID",
        "capacityLimits": [{"maxCapacity": instances, "capacityUnit": "NUM_INSTANCES"}],
    }
    with store.transaction():
        store.put_resource(Resource("service-environment", ENVIRONMENT, "env", REGION, detail, 0))


def _median(call: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1024 / 1024


if __name__ == "__main__":
    main()
