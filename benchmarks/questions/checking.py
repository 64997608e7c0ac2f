"""How long a preview checks its jobs, offline: processor time, without an engine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.stacks.payload import payload
from benchmarks.table import Row
from sjresource.aws.settings import Settings
from sjresource.checks.service_job import check_job
from sjresource.stack.config import CheckSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

_ALL, _ALL_AT_MOST = 100, 300.0
"""Jobs, and the milliseconds that they may take."""


def rows(jobs: int) -> Iterator[Row]:
    """Check them one after the other, as the engine's plugin does; the first loads the models."""
    declared = [job(number) for number in range(jobs)]
    begun, milliseconds = time.process_time(), []
    for each in declared:
        checked = check_job(Settings(), CheckSettings(), each, would_be_submitted=False)
        if checked.failures:
            raise RuntimeError(checked.failures[0].reason)
        milliseconds.append(1000 * (time.process_time() - begun))
    yield Row("checking", "the first job, models included", milliseconds[0], "ms")
    goal = _ALL_AT_MOST if jobs == _ALL else None
    yield Row("checking", f"{jobs} jobs", milliseconds[-1], "ms", goal=goal)


def job(number: int) -> dict[str, Any]:
    """Make the inputs of one job of a sweep."""
    return {
        "identity": f"acme/urn:pulumi:prod::vision::t::train-{number}",
        "job_name": f"train-{number}",
        "job_queue": "training",
        "service_job_type": "SAGEMAKER_TRAINING",
        "service_request_payload": payload(),
        "tags": {"team": "vision"},
        "retry_strategy": {"attempts": 2.0},
    }
