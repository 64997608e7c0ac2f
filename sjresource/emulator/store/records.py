"""The records: service jobs, training jobs, and the resources around them.

They are never changed in place; `dataclasses.replace` makes the next one. Times are in epoch
milliseconds, as in Batch's answers. `store.py` keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kind = Literal["service-environment", "job-queue", "quota-share", "scheduling-policy"]

LIVE: Final = frozenset({"SUBMITTED", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING"})
"""Statuses of a job that has not ended. Service jobs are never PENDING, which waits for others."""

HOLDING_CAPACITY: Final = frozenset({"SCHEDULED", "STARTING", "RUNNING"})
"""Statuses of a job that holds capacity and has a training job."""

_STOPPING: Final = "Stopping"


@dataclass(frozen=True)
class Resource:
    """A queue, environment, policy or share.

    `detail` is the answer of Batch's Describe operation, with tags; `since` is when the status last
    changed.
    """

    kind: Kind
    arn: str
    name: str
    region: str
    detail: dict[str, Any]
    since: int


@dataclass(frozen=True)
class Attempt:
    """One try to run a job; `training_job` is the name of the SageMaker job that ran it."""

    training_job: str
    started_at: int | None = None
    stopped_at: int | None = None
    status_reason: str | None = None


@dataclass(frozen=True)
class Job:
    """A service job without its payload, which is large and never changes.

    `sequence` counts submissions over all queues. `since` is when the status last changed,
    `blocked_since` since when the job blocks its queue for the reason in its status. `capacity` is
    the instances that it needs, by type, and `environment` where it has them. `attempts` have ended
    and count against the retry strategy, as do `refusals`, for which SageMaker made no training
    job. `training_job` is the name of the latest one, `shortages` how many times SageMaker had no
    instances for it, which took `shortage_ms` in all. `stop_due` is when Batch acts on a
    termination. `preempted_for` is the job for which this one is being stopped;
    `preempted_attempts` are the latest of its `preemptions`, newest first.
    """

    id: str
    arn: str
    name: str
    region: str
    queue: str
    sequence: int
    status: str
    since: int
    created_at: int
    capacity: dict[str, int]
    status_reason: str | None = None
    blocked_since: int | None = None
    environment: str | None = None
    training_job: str | None = None
    starts: int = 0
    refusals: int = 0
    shortages: int = 0
    shortage_ms: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    attempt_started_at: int | None = None
    scheduled_at: int | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    preempted_for: str | None = None
    preemption_reason: str | None = None
    preemptions: int = 0
    preempted_attempts: list[Attempt] = field(default_factory=list)
    terminated: bool = False
    termination_reason: str | None = None
    stop_due: int | None = None
    timed_out: bool = False
    scheduling_priority: int | None = None
    share_identifier: str | None = None
    quota_share_name: str | None = None
    retry_strategy: dict[str, Any] | None = None
    timeout_config: dict[str, Any] | None = None
    preemption_configuration: dict[str, Any] | None = None
    tags: dict[str, str] = field(default_factory=dict)
    client_token: str | None = None

    @property
    def instances(self) -> int:
        """How many instances the job needs, of whatever type."""
        return sum(self.capacity.values())

    @property
    def share(self) -> str:
        """The share in which the job waits, empty in a first-in-first-out queue."""
        return self.quota_share_name or self.share_identifier or ""

    @property
    def timeout_due(self) -> int | None:
        """When the attempt reaches its timeout, in epoch milliseconds; None for never."""
        seconds = (self.timeout_config or {}).get("attemptDurationSeconds")
        if seconds is None or self.attempt_started_at is None or self.timed_out:
            return None
        return int(self.attempt_started_at + seconds * 1000)


@dataclass(frozen=True)
class TrainingJobRecord:
    """What DescribeTrainingJob answers of one attempt, beside the service job's payload."""

    name: str
    arn: str
    region: str
    job_id: str
    created_at: int
    secondary_status: str = "Pending"
    transitions: list[tuple[str, int]] = field(default_factory=list)
    metrics: list[tuple[str, float, float]] = field(default_factory=list)
    status: str = "InProgress"
    failure_reason: str | None = None
    model_artifacts: str | None = None
    started_at: int | None = None
    ended_at: int | None = None

    @property
    def shown_status(self) -> str:
        """The TrainingJobStatus, which is Stopping from the moment that it is asked to stop.

        https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StopTrainingJob.html
        """
        return _STOPPING if self.secondary_status == _STOPPING else self.status
