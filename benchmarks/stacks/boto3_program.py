"""What a user would write without us: submit with boto3, one by one or from a pool, then look.

python -m benchmarks.stacks.boto3_program QUEUE JOBS THREADS
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3

from benchmarks.stacks.payload import payload

_ENDED = ("SUCCEEDED", "FAILED")
_SECONDS_BETWEEN_LOOKS = 2


def main(queue: str, jobs: int, threads: int) -> None:
    """Submit all, then describe those that go on until none does."""
    batch: Any = boto3.client("batch")
    request = json.dumps(payload())

    def submit(number: int) -> str:
        arn: str = batch.submit_service_job(
            jobName=f"train-{number}",
            jobQueue=queue,
            serviceJobType="SAGEMAKER_TRAINING",
            serviceRequestPayload=request,
        )["jobArn"]
        return arn

    def goes_on(job: str) -> bool:
        return batch.describe_service_job(jobId=job)["status"] not in _ENDED

    with ThreadPoolExecutor(threads) as pool:
        left = list(pool.map(submit, range(jobs)))
        while left:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
            left = [job for job, live in zip(left, pool.map(goes_on, left), strict=True) if live]


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
