"""Asks AWS what else is known of a job that waits or runs: why it waits, how its training goes.

Callers ask when a line is about to be printed, about once a minute and job; the jobs of a queue
share the answers. This information is optional: a denied call is not repeated, and a service that
does not answer is left alone for a minute, as it would hold up whoever polls the jobs.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn, region_in
from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SERVICE_ENVIRONMENT
from sjresource.aws.calls import DENIED
from sjresource.errors import RequestFailed, SjresourceError, Unreachable
from sjresource.status.evidence import training_job_arn
from sjresource.status.place import Place, place_of
from sjresource.status.queue_reader import QueueDescription, environment_arns
from sjresource.status.why_waiting import why_waiting
from sjresource.vocabulary import HOLDS_CAPACITY, stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.sagemaker import SageMakerClient

    Detail = dict[str, Any]

_SNAPSHOT_SECONDS = 20.0
_SETTINGS_SECONDS = 60.0
"""Seconds for which a queue, its environments and its shares are taken to stay as they are."""

_SILENT_SECONDS = 60.0
_TRAINING = "training job"


class StatusDetail:
    """Words the rest of a job's status; `batch` and `sagemaker` return the client for a region."""

    def __init__(
        self,
        batch: Callable[[str], BatchClient],
        sagemaker: Callable[[str], SageMakerClient],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batch = batch
        self._sagemaker = sagemaker
        self._now = now
        self._denied: set[str] = set()
        self._silent: dict[str, float] = {}
        self._answers: dict[tuple[str, str], tuple[float, Any]] = {}

    def of(self, job: Detail, mask: Callable[[str], str] = str) -> str:
        """Return it in a few words, "" if there is nothing to add.

        `mask` takes the secrets out of what may quote a payload, which names metrics. Places, and
        the names of queues and shares, hold nothing of it.
        """
        if job["status"] in HOLDS_CAPACITY:
            return self.training_words(self.training_job(job), mask)
        queue = self._queue(job) if stage(job["status"]) == "waiting" else None
        return why_waiting(job, queue) if queue else ""

    def place(self, job: Detail) -> Place | None:
        """Return a job's place; None if it doesn't wait, or that is unknown."""
        if job["status"] != "RUNNABLE" or parse_arn(job.get("jobQueue", "")) is None:
            return None
        return place_of(job, self._snapshot(job["jobQueue"]))

    def training_job(self, job: Detail) -> Detail:
        """Return the training job of the latest attempt, asked anew; empty if it is not told."""
        arn = parse_arn(training_job_arn(job) or "")
        if arn is None:
            return {}
        sagemaker, name = self._sagemaker(arn.region), arn.name
        ask = partial(sagemaker.find_training_job, name)
        return self._ask(_TRAINING, name, ask, keep=0) or {}

    def training_words(self, training: Detail, mask: Callable[[str], str] = str) -> str:
        """Return in a few words how a training job goes that was asked for just now."""
        if _TRAINING in self._silent:
            return "no word from SageMaker"
        return training_words(training, mask)

    def _queue(self, job: Detail) -> QueueDescription | None:
        arn = parse_arn(job.get("jobQueue", ""))
        if arn is None:
            return None
        batch, queue = self._batch(arn.region), job["jobQueue"]
        found = QueueDescription(
            self._ask("queue", queue, lambda: batch.find(JOB_QUEUE, queue)) or {},
            snapshot=self._snapshot(queue),
        )
        names = environment_arns(found.queue)
        if names:
            ask = partial(batch.find_many, SERVICE_ENVIRONMENT, names)
            found.environments = self._ask("environments", queue, ask) or []
        if job.get("quotaShareName"):
            shares = self._ask("shares", queue, lambda: list(batch.list_all(QUOTA_SHARE, queue)))
            found.shares = shares
        return found

    def _snapshot(self, queue: str) -> Detail:
        ask = partial(self._batch(region_in(queue)).find_job_queue_snapshot, queue)
        return self._ask("snapshot", queue, ask, keep=_SNAPSHOT_SECONDS) or {}

    def _ask(
        self, what: str, name: str, call: Callable[[], Any], keep: float = _SETTINGS_SECONDS
    ) -> Any:
        """Return the answer, or a fresh one from before; None if it is denied or nobody answers."""
        service = what if what == _TRAINING else "batch"
        asked_at, answer = self._answers.get((what, name), (self._now() - keep, None))
        if what in self._denied or self._now() - asked_at < keep:
            return answer
        if self._now() - self._silent.get(service, -_SILENT_SECONDS) < _SILENT_SECONDS:
            return None
        self._silent.pop(service, None)
        answer = None
        try:
            answer = call()
        except SjresourceError as error:
            if isinstance(error, RequestFailed) and error.code in DENIED:
                self._denied.add(what)
            if isinstance(error, Unreachable):
                self._silent[service] = self._now()
        self._answers[what, name] = (self._now(), answer)
        return answer


def training_words(job: Detail, mask: Callable[[str], str] = str) -> str:
    """Return how a training job goes: SageMaker's secondary status and the last metric."""
    words = [job.get("SecondaryStatus", "")]
    metrics = job.get("FinalMetricDataList", [])
    if metrics:
        last = max(metrics, key=lambda metric: str(metric.get("Timestamp", "")))
        words.append(mask(f"{last['MetricName']}={last['Value']:g}"))
    return ", ".join(word for word in words if word)
