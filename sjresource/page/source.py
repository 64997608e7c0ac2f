"""What the page needs: the answers of AWS's API.

An answer is a dictionary with the members of the API's output shape. It may have members that must
not be shown: the page picks what it shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    Answer = Mapping[str, Any]


class SourceError(Exception):
    """There is no answer at the moment. The page shows the message, which says why."""


class DataSource(Protocol):
    """Answers what the page asks, in several threads; each method may raise SourceError."""

    @property
    def title(self) -> str:
        """The region, stack or emulator that is shown, in a few words."""

    @property
    def clock_rate(self) -> float:
        """How many seconds of its clock pass in a second."""

    @property
    def has_console(self) -> bool:
        """Whether AWS's console shows the jobs; it shows no emulator's."""

    def now(self) -> int:
        """Return its time, in epoch milliseconds."""

    def version(self) -> Hashable | None:
        """Return a value that changes whenever an answer may; None if that is not known."""

    def pause_seconds(self) -> float:
        """Return how long to pause after everything was read."""

    def job_queues(self) -> Sequence[Answer]:
        """Describe the job queues to show."""

    def service_environments(self, arns: Sequence[str]) -> Sequence[Answer]:
        """Describe environments; those that do not exist are left out."""

    def quota_shares(self, job_queue: str) -> Sequence[Answer]:
        """List a queue's quota shares."""

    def snapshot(self, job_queue: str) -> Answer:
        """Return GetJobQueueSnapshot's answer."""

    def service_jobs(self, job_queue: str, status: str) -> tuple[Sequence[Answer], bool]:
        """List a queue's jobs in one status, newest first, and whether there are more."""

    def service_job(self, arn: str) -> Answer:
        """Describe a job."""

    def training_job(self, arn: str) -> Answer:
        """Describe a training job; empty if SageMaker has forgotten it."""

    def log_tail(self, training_job_arn: str) -> Sequence[str]:
        """Return the last lines that a training job has logged."""

    def why_waiting(self, arn: str) -> str | None:
        """Return what a job waits for, where more is known than AWS returns."""
