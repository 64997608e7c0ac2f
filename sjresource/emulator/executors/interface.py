"""The interface between Batch and the executors, which run its training jobs.

The lifecycle starts a training job with an `Executor` and polls it until it has an `Outcome`.
Executors know nothing of queues, attempts or retries; the lifecycle knows nothing of processes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

PENDING_TOO_LONG: Final = "MaxPendingTimeExceeded"
"""The secondary status of a job that was stopped because it had no instances for too long. AWS says
that it "indicates the job timed out in pending waiting for capacity", but does not name it:
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html"""


@dataclass(frozen=True)
class TrainingJob:
    """One attempt of a service job.

    `request` is the CreateTrainingJob request in AWS's own names, with the name that Batch gave it.
    """

    name: str
    arn: str
    region: str
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Metric:
    """A value that a MetricDefinition found in the log; `timestamp` is in epoch seconds."""

    name: str
    value: float
    timestamp: float


@dataclass(frozen=True)
class Outcome:
    """How a training job ended; `failure_reason` is SageMaker's, None unless Failed."""

    status: Literal["Completed", "Failed", "Stopped"]
    exit_code: int | None = None
    failure_reason: str | None = None
    model_artifacts: str | None = None


@dataclass(frozen=True)
class Progress:
    """What DescribeTrainingJob would answer now; `outcome` is None until the job ends."""

    secondary_status: str
    metrics: tuple[Metric, ...] = field(default=())
    outcome: Outcome | None = None


class Executor(Protocol):
    """Runs training jobs; every method returns at once."""

    def start(self, job: TrainingJob) -> None:
        """Start `job`; a second call with the same name changes nothing."""

    def poll(self, name: str) -> Progress:
        """Return the progress of `name`; a job that this executor does not know has Failed."""

    def stop(self, name: str) -> None:
        """Stop `name` and everything that it started; its outcome is Stopped from now on."""

    def close(self) -> None:
        """Stop every job that still runs."""
