"""What Batch's limit on submissions does to a wide stack.

AWS documents 5 SubmitServiceJob a second and account, which can't be raised; the emulator throttles
beyond it as a bucket of tokens does.
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.cloud import Cloud
from benchmarks.program import Declared
from benchmarks.stack import Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

PER_SECOND = 5


def rows(jobs: int) -> Iterator[Row]:
    """Submit so many jobs under the limit; the least that it can take is what the limit allows."""
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        cloud.fault("SubmitServiceJob", "throttle", per_second=PER_SECOND)
        stack = Stack(Path(folder) / "stack", cloud.environment)
        cloud.calls()
        seconds = stack.up(Declared("sjresource", jobs, cloud.queue))
        tried = cloud.calls()["SubmitServiceJob"]
    least = (jobs - PER_SECOND) / PER_SECOND
    yield Row(
        "throttling",
        f"up, {jobs} jobs at {PER_SECOND} a second",
        seconds,
        "s",
        least,
        seconds / least,
    )
    yield Row("throttling", "submissions tried, a job", tried / jobs, "calls")
