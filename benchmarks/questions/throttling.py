"""What Batch's limit on submissions does to a wide stack.

AWS documents 5 SubmitServiceJob a second and account, which can't be raised; the emulator throttles
beyond it as a bucket of tokens does.
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import ROOT, Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

PER_SECOND = 5


def rows(jobs: int) -> Iterator[Row]:
    """Submit under the limit; the least that it can take is what the limit allows."""
    with tempfile.TemporaryDirectory() as folder, _limited(Path(folder)) as cloud:
        stack = Stack(Path(folder) / "stack", cloud.environment)
        seconds = stack.up(Declared("sjresource", jobs, cloud.queue))
        tried = cloud.calls()["SubmitServiceJob"]
    least = (jobs - PER_SECOND) / PER_SECOND
    what = f"up, {jobs} jobs at {PER_SECOND} a second / the least"
    yield Row("throttling", what, seconds, "s", least, seconds / least)
    yield Row("throttling", "submissions tried, a job", tried / jobs, "calls")
    with tempfile.TemporaryDirectory() as folder, _limited(Path(folder)) as cloud:
        command = [
            sys.executable,
            "-m",
            "benchmarks.stacks.boto3_program",
            cloud.queue,
            str(jobs),
            "4",
        ]
        variables = {**os.environ, **cloud.environment}
        ended = subprocess.run(
            command, cwd=ROOT, env=variables, check=False, stderr=subprocess.DEVNULL
        )
    yield Row("throttling", "a boto3 pool of 4, as boto3 retries: exit code", ended.returncode, "")


@contextmanager
def _limited(folder: Path) -> Iterator[Cloud]:
    with Cloud(folder / "cloud", running_seconds=1) as cloud:
        cloud.fault("SubmitServiceJob", "throttle", per_second=PER_SECOND)
        cloud.calls()
        yield cloud
