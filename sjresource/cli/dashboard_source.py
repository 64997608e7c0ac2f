"""AWS's answers for the queue page: few calls, bounded lists, secrets of the stack masked.

Errors become sentences on the page. Nothing that the page is given holds a payload, a tag or a
credential that it would show: it picks what it shows by name.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from sjresource.aws.arn import parse_arn
from sjresource.errors import NotFound, SjresourceError
from sjresource.page import UnansweredError
from sjresource.vocabulary import LOG_GROUP, SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.clients import RegionalClients
    from sjresource.status.masking import Mask

    Answer = dict[str, Any]

MOST_QUEUES: Final = 10
"""So many queues of a region are shown if none was named."""

_MOST_PAGES: Final = 3
"""So many hundreds of jobs of a queue are listed in one status, the newest ones."""

_LOG_LINES: Final = 200
_LEAST_SECONDS: Final = 10.0
_SECONDS_A_CALL: Final = 0.5
"""Two calls a second on average, whatever there is to look at: AWS throttles an account."""


class AwsAnswers:
    """Asks AWS for `queues`, named by their ARNs, or for those of the region if there are none.

    `place` is what the page says it is of. Safe to use from several threads.
    """

    clock_rate = 1.0

    def __init__(
        self,
        clients: RegionalClients,
        mask: Mask,
        place: str,
        queues: Sequence[str] = (),
        now: Callable[[], float] = time.time,
    ) -> None:
        self.place = place
        self._clients = clients
        self._mask = mask
        self._queues = queues
        self._now = now
        self._calls = 0

    def now(self) -> int:
        """Give this machine's time."""
        return round(self._now() * 1000)

    def mark(self) -> None:
        """AWS does not tell whether something has changed."""

    def rest_seconds(self) -> float:
        """Rest the longer, the more was asked since the last rest."""
        calls, self._calls = self._calls, 0
        return max(_LEAST_SECONDS, calls * _SECONDS_A_CALL)

    def job_queues(self) -> list[Answer]:
        """Describe the named queues, or the first of the region."""
        with self._answered():
            if not self._queues:
                return list(islice(self._of_the_region(), MOST_QUEUES))
            return [
                queue
                for region, arns in _by_region(self._queues).items()
                for queue in self._batch(region).find_job_queues(arns)
            ]

    def service_environments(self, arns: Sequence[str]) -> list[Answer]:
        """Describe environments, each in its region."""
        with self._answered():
            return [
                environment
                for region, some in _by_region(arns).items()
                for environment in self._batch(region).find_service_environments(some)
            ]

    def quota_shares(self, job_queue: str) -> list[Answer]:
        """List a queue's shares."""
        with self._answered():
            return list(self._batch(_region(job_queue)).list_quota_shares(job_queue))

    def snapshot(self, job_queue: str) -> Answer:
        """Give GetJobQueueSnapshot's answer."""
        with self._answered():
            return self._batch(_region(job_queue)).find_job_queue_snapshot(job_queue)

    def service_jobs(self, job_queue: str, status: str) -> tuple[list[Answer], bool]:
        """List a queue's newest jobs in one status."""
        found: list[Answer] = []
        with self._answered():
            pages = self._batch(_region(job_queue)).pages_of_service_jobs(job_queue, status)
            for number, page in enumerate(pages):
                if number == _MOST_PAGES:
                    return found, True
                self._calls += 1 if number else 0
                found += [self._masked(job) for job in page]
        return found, False

    def service_job(self, arn: str) -> Answer:
        """Describe a job."""
        with self._answered():
            return self._masked(self._batch(_region(arn)).find_service_job(arn))

    def training_job(self, arn: str) -> Answer:
        """Describe a training job."""
        region, name = _region(arn), arn.rpartition("/")[2]
        try:
            with self._answered():
                return self._masked(self._clients.sagemaker(region).find_training_job(name))
        except _ForgottenError:
            return {}

    def log_tail(self, training_job_arn: str) -> list[str]:
        """Give the end of the first instance's log, which lags seconds behind."""
        region, name = _region(training_job_arn), training_job_arn.rpartition("/")[2]
        with self._answered():
            logs = self._clients.logs(region)
            streams = logs.find_log_streams(LOG_GROUP, f"{name}/")
            if not streams:
                return []
            self._calls += 1
            lines = logs.find_last_lines(LOG_GROUP, min(streams), _LOG_LINES)
            return [self._mask.text(line) for line in lines]

    def why_waiting(self, _arn: str) -> None:
        """AWS tells no more than stands in its other answers."""

    def count_queues(self) -> int:
        """Count the queues of the region.

        Raises:
            SjresourceError: they can't be listed.
        """
        return sum(1 for _ in self._of_the_region())

    def _of_the_region(self) -> Iterator[Answer]:
        queues = self._batch("").list_job_queues()
        return (queue for queue in queues if queue.get("jobQueueType") == SAGEMAKER_TRAINING)

    def _batch(self, region: str) -> BatchClient:
        return self._clients.batch(region)

    @contextmanager
    def _answered(self) -> Iterator[None]:
        """Count a call; what goes wrong is said as the command says it."""
        self._calls += 1
        try:
            yield
        except NotFound as error:
            raise _ForgottenError(self._mask.text(str(error))) from None
        except SjresourceError as error:
            raise UnansweredError(self._mask.text(str(error))) from None

    def _masked(self, answer: Mapping[str, Any]) -> Answer:
        """Mask AWS's words, wherever they stand; names and ARNs stay as they are."""
        return {name: self._masked_member(name, value) for name, value in answer.items()}

    def _masked_member(self, name: str, value: Any) -> Any:
        if name in ("statusReason", "FailureReason", "S3ModelArtifacts"):
            return self._mask.text(value)
        if isinstance(value, dict):
            return self._masked(value)
        if isinstance(value, list):
            return [self._masked(each) if isinstance(each, dict) else each for each in value]
        return value


class _ForgottenError(UnansweredError):
    """AWS says that there is no such thing."""


def _by_region(arns: Sequence[str]) -> dict[str, list[str]]:
    regions: dict[str, list[str]] = {}
    for arn in arns:
        regions.setdefault(_region(arn), []).append(arn)
    return regions


def _region(arn: str) -> str:
    parsed = parse_arn(arn)
    return parsed.region if parsed else ""
