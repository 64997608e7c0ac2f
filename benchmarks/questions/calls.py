"""How often AWS is called for one job, by what Pulumi is told to do."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.stacks.cloud import Cloud
from benchmarks.stacks.program import Declared
from benchmarks.stacks.stack import Stack
from benchmarks.table import Row

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOOKING_AHEAD = ("DescribeJobQueues", "DescribeServiceEnvironments")
"""What a preview asks about a queue: once for each queue, not for each job."""


def rows(jobs: int) -> Iterator[Row]:
    """Count the calls of a stack's whole life."""
    with tempfile.TemporaryDirectory() as folder, Cloud(Path(folder) / "cloud") as cloud:
        stack = Stack(Path(folder) / "stack", cloud.environment)
        declared = Declared("sjresource", jobs, cloud.queue)
        cloud.calls()
        stack.preview(declared)
        yield _in_all("preview of new jobs, with preflight", cloud.calls(), 3)
        stack.up(declared)
        made = cloud.calls()
        made["ListServiceJobs"] -= 1  # of the newest jobs of the queue
        ahead = {**{it: made.pop(it, 0) for it in _LOOKING_AHEAD}, "ListServiceJobs": 1}
        yield _in_all("up: about the queue", ahead, 3)
        yield _a_job("up: list, submit, describe, record", made, jobs, 4)
        stack.preview(declared)
        yield _in_all("preview without changes", cloud.calls(), 0)
        stack.up(replace(declared, changed=1))
        made = cloud.calls()
        recorded = made.pop("TagResource") - 1  # the other one marks the old run as given up
        yield _in_all("up, one changed: to the new run", {**made, "TagResource": 1}, 6)
        yield _in_all("up, one changed: record it", {"TagResource": recorded}, 1)
        stack.refresh()
        yield _a_job("refresh", cloud.calls(), jobs, 1)
        stack.destroy()
        yield _a_job("destroy of jobs that run", cloud.calls(), jobs, None)


def _a_job(what: str, calls: dict[str, int], jobs: int, goal: float | None) -> Row:
    return Row("calls", f"{what}, a job", sum(calls.values()) / jobs, "calls", goal=goal)


def _in_all(what: str, calls: dict[str, int], goal: float | None) -> Row:
    return Row("calls", what, sum(calls.values()), "calls", goal=goal)
