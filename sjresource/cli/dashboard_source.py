"""The queue page's data source for AWS: few calls, bounded lists, the stack's secrets masked.

An error is shown on the page, in a sentence. Payloads, tags and credentials in AWS's answers don't
reach the browser, since the page picks what it shows by name.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.arn import name_in, region_in
from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SERVICE_ENVIRONMENT
from sjresource.errors import NotFound, SjresourceError
from sjresource.page import SourceError
from sjresource.status.evidence import read_log_end
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.clients import RegionalClients
    from sjresource.status.masking import Mask

    Answer = dict[str, Any]

MAX_QUEUES: Final = 10
"""Queues that are shown if none is named."""

_MAX_PAGES: Final = 3
"""Pages of a hundred jobs, the newest ones, that are listed of a queue in one status."""

_LOG_LINES: Final = 200
_MIN_PAUSE_SECONDS: Final = 10.0
_SECONDS_PER_CALL: Final = 0.5
"""At most two calls a second on average: AWS throttles the whole account."""


class AwsDataSource:
    """Asks AWS for `queues`, given by their ARNs, or for the region's queues if there are none.

    `title` is the page's title. Several threads may use it.
    """

    clock_rate = 1.0

    def __init__(
        self, clients: RegionalClients, mask: Mask, title: str, queues: Sequence[str] = ()
    ) -> None:
        self.title = title
        self.has_console = not clients.page
        self._clients = clients
        self._mask = mask
        self._queues = queues
        self._calls = 0

    def now(self) -> int:
        """Return this machine's time, in epoch milliseconds."""
        return round(time.time() * 1000)

    def version(self) -> None:
        """Return None: AWS does not tell whether something has changed."""

    def pause_seconds(self) -> float:
        """Return the seconds until the next read: the more calls since the last, the longer."""
        calls, self._calls = self._calls, 0
        return max(_MIN_PAUSE_SECONDS, calls * _SECONDS_PER_CALL)

    def job_queues(self) -> list[Answer]:
        """Describe the given queues, or the first ones of the region."""
        with self._call():
            if not self._queues:
                return list(islice(self._queues_of_region(), MAX_QUEUES))
            return [
                queue
                for arns in _by_region(self._queues)
                for queue in self._batch(arns[0]).find_many(JOB_QUEUE, arns)
            ]

    def service_environments(self, arns: Sequence[str]) -> list[Answer]:
        """Describe environments, which may be in several regions."""
        with self._call():
            return [
                environment
                for some in _by_region(arns)
                for environment in self._batch(some[0]).find_many(SERVICE_ENVIRONMENT, some)
            ]

    def quota_shares(self, job_queue: str) -> list[Answer]:
        """Return a queue's quota shares."""
        with self._call():
            return list(self._batch(job_queue).list_all(QUOTA_SHARE, job_queue))

    def snapshot(self, job_queue: str) -> Answer:
        """Return GetJobQueueSnapshot's answer."""
        with self._call():
            return self._batch(job_queue).find_job_queue_snapshot(job_queue)

    def service_jobs(self, job_queue: str, status: str) -> tuple[list[Answer], bool]:
        """Return a queue's newest jobs in one status, and whether there are more."""
        found: list[Answer] = []
        with self._call():
            pages = self._batch(job_queue).service_job_pages(job_queue, status)
            for number, page in enumerate(pages):
                if number == _MAX_PAGES:
                    return found, True
                self._calls += 1 if number else 0
                found += [self._masked(job) for job in page]
        return found, False

    def service_job(self, arn: str) -> Answer:
        """Describe a job."""
        with self._call():
            job: Answer = self._masked(self._batch(arn).find_service_job(arn))
        return job

    def training_job(self, arn: str) -> Answer:
        """Describe a training job; empty if SageMaker has forgotten it."""
        sagemaker = self._clients.sagemaker(region_in(arn))
        try:
            with self._call():
                found = sagemaker.find_training_job(name_in(arn), with_numbers=True)
                training_job: Answer = self._masked(found)
        except _NotFoundError:
            return {}
        return training_job

    def log_tail(self, training_job_arn: str) -> list[str]:
        """Return the last lines of the first instance's log, which lags seconds behind."""
        with self._call():
            logs = self._clients.logs(region_in(training_job_arn))
            stream, lines = read_log_end(logs, name_in(training_job_arn), _LOG_LINES)
            self._calls += 1 if stream else 0
            return [self._mask.text(line) for line in lines]

    def why_waiting(self, _arn: str) -> None:
        """Return None: AWS says no more than in its other answers."""

    def count_queues(self) -> int:
        """Return the number of the region's queues of service jobs.

        Raises:
            SjresourceError: they can't be listed.
        """
        return sum(1 for _ in self._queues_of_region())

    def _queues_of_region(self) -> Iterator[Answer]:
        queues = self._batch("").list_all(JOB_QUEUE)
        return (queue for queue in queues if queue.get("jobQueueType") == SAGEMAKER_TRAINING)

    def _batch(self, arn: str) -> BatchClient:
        return self._clients.batch(region_in(arn))

    @contextmanager
    def _call(self) -> Iterator[None]:
        """Count a call, and turn its error into one that the page shows."""
        self._calls += 1
        try:
            yield
        except NotFound as error:
            raise _NotFoundError(self._mask.text(str(error))) from None
        except SjresourceError as error:
            raise SourceError(self._mask.text(str(error))) from None

    def _masked(self, answer: Any, member: str = "") -> Any:
        """Mask AWS's messages at every depth; names and ARNs stay as they are."""
        if member in ("statusReason", "FailureReason", "S3ModelArtifacts"):
            return self._mask.text(answer)
        if member == "HyperParameters":  # a secret stays out, even where it is a number
            return {key: text for key, text in answer.items() if self._mask.text(text) == text}
        if isinstance(answer, dict):
            return {name: self._masked(value, name) for name, value in answer.items()}
        if isinstance(answer, list):
            return [self._masked(each) for each in answer]
        return answer


class _NotFoundError(SourceError):
    """AWS says that it does not exist."""


def _by_region(arns: Sequence[str]) -> list[list[str]]:
    regions: dict[str, list[str]] = {}
    for arn in arns:
        regions.setdefault(region_in(arn), []).append(arn)
    return list(regions.values())
