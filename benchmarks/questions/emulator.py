"""How the emulator bears load: submissions, describes, lists and ticks, as it fills, with memory.

Each size has an emulator of its own, in a process of its own, filled through the store: what is
measured goes over HTTP as for any caller. Times are medians; a ratio compares with a smaller size.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.httpsession import URLLib3Session

from benchmarks.stacks.cloud import NO_DELAY
from benchmarks.table import Row
from sjresource.emulator import Clock, Emulator
from sjresource.emulator.executors.scripts import Script, ScriptRules
from sjresource.emulator.executors.simulated import SimulatedExecutor
from sjresource.emulator.lifecycle.lifecycle import Lifecycle
from sjresource.emulator.lifecycle.transitions import training_job_name
from sjresource.emulator.store.arns import batch_arn, service_job_arn
from sjresource.emulator.store.data_folder import claim
from sjresource.emulator.store.records import Attempt, Job, Resource, TrainingJobRecord
from sjresource.emulator.store.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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
_PAGE_GOAL_MS = 3.0
_SETTLING_SECONDS = 1
"""What scripts take in all before a job runs is less."""


def rows(finished: Sequence[int], waiting: Sequence[int]) -> Iterator[Row]:
    """Call an emulator that holds so many finished jobs; tick with so many that wait."""
    empty = first = _measured(0)
    for size in finished:
        found = _measured(size)
        page = found.pop("page_ms")
        what = f"{size} finished jobs: a list's page of 100, without boto3's reading"
        yield Row("emulator", what, page, "ms", goal=_PAGE_GOAL_MS)
        yield from _rows("finished jobs", found, first)
        memory = found["memory_MB"] - empty["memory_MB"]
        yield Row("emulator", f"{size} finished jobs: memory beyond the empty one", memory, "MB")
        first = found if first is empty else first
    smallest: dict[str, float] = {}
    for size in waiting:
        found = measure_waiting(size)
        smallest = smallest or found
        yield from _rows("waiting jobs", found, smallest)
    few, many = (measure_running(size) for size in (waiting[0] // 10, waiting[0]))
    yield from _rows("running jobs", few, few)
    yield from _rows("running jobs", many, few)


def _rows(what: str, found: dict[str, float], first: dict[str, float]) -> Iterator[Row]:
    for name, value in found.items():
        measure, _, unit = name.rpartition("_")
        if measure:
            before = first.get(name) if unit == "ms" and found["size"] != first["size"] else None
            ratio = value / before if before else None
            label = f"{found['size']:.0f} {what}: {measure.replace('_', ' ')}"
            yield Row("emulator", label, value, unit, before, ratio)


def measure_finished(size: int) -> dict[str, float]:
    """Start an emulator with so many finished jobs, and call it."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        claim(data)
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
                "start_s": started,
                "submit_ms": (submit := _median(lambda: _submit(batch))),
                "submits_1/s": 1000 / submit,
                "list_status_ms": _median(lambda: _list(batch, by_status)),
                "list_name_ms": _median(lambda: _list(batch, by_name)),
                "page_ms": _median(_page(emulator)),
            }
            if job_id is not None:
                measured["describe_ms"] = _median(lambda: batch.describe_service_job(jobId=job_id))
            measured["memory_MB"] = _resident_mb()
    return measured


def measure_waiting(size: int) -> dict[str, float]:
    """Tick with so many jobs waiting for capacity, and with as many that get it all at once."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _fill(data, size, "RUNNABLE")
        store, clock, rules = Store(data / "batch.sqlite3"), Clock(0), ScriptRules()
        executor = SimulatedExecutor(clock, lambda _: Script())
        lifecycle = Lifecycle(store, clock, executor, rules)
        lifecycle.tick()
        measured = {"size": size, "tick_ms": _median(lifecycle.tick)}
        _set_capacity(store, size)
        began = time.perf_counter()
        lifecycle.tick()
        measured["placing_all_ms"] = (time.perf_counter() - began) * 1000
        measured["memory_MB"] = _resident_mb()
        store.close()
    return measured


def measure_running(size: int) -> dict[str, float]:
    """Let jobs come to run one by one, beside so many that do: a mean of processor time."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        _fill(data, size, "RUNNABLE")
        store, clock, script = Store(data / "batch.sqlite3"), Clock(0), Script(running=36_000)
        executor = SimulatedExecutor(clock, lambda _: script)
        clock.follow(Lifecycle(store, clock, executor, ScriptRules(script)))
        _set_capacity(store, size + ROUNDS)
        clock.advance(_SETTLING_SECONDS)
        began = time.process_time()
        for number in range(ROUNDS):
            job = _job(size + number, store.next_sequence(), "SUBMITTED")
            with store.transaction():
                store.add_job(replace(job, since=round(clock.now() * 1000)), PAYLOAD, "digest")
            clock.advance(_SETTLING_SECONDS)
        took = time.process_time() - began
        running = len(store.live.with_status({"RUNNING"}))
        store.close()
    if running != size + ROUNDS:
        raise AssertionError(f"{running} jobs run")
    return {"size": size, "one_more_comes_to_run_ms": took / ROUNDS * 1000}


def _measured(size: int) -> dict[str, float]:
    """Measure in a fresh process, so that memory is this size's own."""
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.questions.emulator", str(size)],
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


def _page(emulator: Emulator) -> Callable[[], object]:
    """Return a call for a page of a list that was signed before, and is not read."""
    body = {"jobQueue": "queue", "jobStatus": "SUCCEEDED", "maxResults": 100}
    headers = {"Content-Type": "application/json"}
    request = AWSRequest(
        "POST", f"{emulator.url}/v1/listservicejobs", headers, json.dumps(body).encode()
    )
    own = emulator.credentials
    key = Credentials(own.aws_access_key_id, own.aws_secret_access_key)
    SigV4Auth(key, "batch", REGION).add_auth(request)
    prepared, session = request.prepare(), URLLib3Session(socket_options=NO_DELAY)

    def call() -> None:
        answer = session.send(prepared)
        if answer.status_code != HTTPStatus.OK:
            raise RuntimeError(answer.text)

    return call


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
    print(json.dumps(measure_finished(int(sys.argv[1]))))
