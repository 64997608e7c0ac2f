"""What the page asks for: AWS's own answers, by whoever has them.

An answer is a dictionary with the members of the API's output shape; members that a caller must not
see may be in it, and are not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    Answer = Mapping[str, Any]


class UnansweredError(Exception):
    """An answer is not to be had now; the message says why, and a page shows it."""


class Answers(Protocol):
    """Gives the answers; each method may raise UnansweredError and is called by many threads."""

    @property
    def place(self) -> str:
        """Name what is looked at, in a few words."""

    @property
    def clock_rate(self) -> float:
        """How many seconds pass there in a real one."""

    def now(self) -> int:
        """Give the time there, in epoch milliseconds."""

    def mark(self) -> Hashable | None:
        """Give what differs whenever an answer may; None where that can't be told."""

    def rest_seconds(self) -> float:
        """Tell for how long to ask nothing after a look at everything."""

    def job_queues(self) -> Sequence[Answer]:
        """Describe the queues of service jobs that are to be shown."""

    def service_environments(self, arns: Sequence[str]) -> Sequence[Answer]:
        """Describe environments; those that are not there are left out."""

    def quota_shares(self, job_queue: str) -> Sequence[Answer]:
        """List a queue's quota shares."""

    def snapshot(self, job_queue: str) -> Answer:
        """Give GetJobQueueSnapshot's answer."""

    def service_jobs(self, job_queue: str, status: str) -> tuple[Sequence[Answer], bool]:
        """List a queue's jobs in one status, newest first; and tell whether there are more."""

    def service_job(self, arn: str) -> Answer:
        """Describe a job."""

    def training_job(self, arn: str) -> Answer:
        """Describe a training job; empty if SageMaker has forgotten it."""

    def log_tail(self, training_job_arn: str) -> Sequence[str]:
        """Give the last lines that a training job has written."""

    def why_waiting(self, arn: str) -> str | None:
        """Say what a job waits for, where more is known than AWS tells."""
