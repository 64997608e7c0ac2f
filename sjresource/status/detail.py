"""What else is known of a job that waits or runs: why it waits, how its training goes.

Asked only when a line is about to be said, so about once a minute and job, and once for all jobs of
a queue. What may not be asked is not asked again, and is not missed: this is only talk. A service
that gives no answer is left alone for a minute, or it would hold up who looks at the jobs.
"""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in, parse_arn
from sjresource.errors import RequestFailed, SjresourceError, Unreachable
from sjresource.status.evidence import training_job_arn
from sjresource.status.failure_hints import what_to_try
from sjresource.status.text import nth
from sjresource.vocabulary import DISABLED, HOLDS_CAPACITY, MISCONFIGURATION, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.aws.arn import Arn
    from sjresource.aws.batch import BatchClient
    from sjresource.aws.sagemaker import SageMakerClient
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]

_FRESH_SECONDS = 20.0
_SILENT_SECONDS = 60.0
_TRAINING = "training job"


class Place(NamedTuple):
    """A place in a queue, or in its quota share `share`; 1 is the next to start.

    `number` is None for a job behind the first `told`, which are all that AWS tells of.
    """

    number: int | None
    told: int
    share: str | None


class Standing:
    """Looks a job's standing up; `batch` and `sagemaker` give the client for a region."""

    def __init__(
        self,
        batch: Callable[[str], BatchClient],
        sagemaker: Callable[[str], SageMakerClient],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._batch = batch
        self._sagemaker = sagemaker
        self._now = now
        self._refused: set[str] = set()
        self._silent: dict[str, float] = {}
        self._kept: dict[tuple[str, str], tuple[float, Detail | None]] = {}

    def of(self, detail: Detail) -> str:
        """Say it in a few words; nothing if there is nothing to say."""
        if detail["status"] in TERMINAL:
            return ""
        if detail["status"] in HOLDS_CAPACITY:
            return self._training(detail)
        return self._waiting(detail)

    def place(self, detail: Detail) -> Place | None:
        """Tell which place a job has in its queue; None if it doesn't wait, or that is unknown."""
        queue = parse_arn(detail.get("jobQueue", ""))
        if detail["status"] != "RUNNABLE" or queue is None:
            return None
        snapshot = self._snapshot(queue)
        return queue_place(detail["jobArn"], detail.get("quotaShareName"), snapshot)

    def _snapshot(self, queue: Arn) -> Detail:
        batch, name = self._batch(queue.region), queue.name
        return self._ask("snapshot", name, lambda: batch.find_job_queue_snapshot(name)) or {}

    def _training(self, detail: Detail) -> str:
        arn = parse_arn(training_job_arn(detail) or "")
        if arn is None:
            return ""
        sagemaker = self._sagemaker(arn.region)
        name = arn.name
        job = self._ask(_TRAINING, name, lambda: sagemaker.find_training_job(name), keep=0)
        return "no word from SageMaker" if _TRAINING in self._silent else training_words(job or {})

    def _waiting(self, detail: Detail) -> str:
        queue = parse_arn(detail.get("jobQueue", ""))
        if detail["status"] != "RUNNABLE" or queue is None:
            return ""
        batch, name = self._batch(queue.region), queue.name
        snapshot = self._snapshot(queue)
        share = detail.get("quotaShareName")
        words = [queue_words(detail["jobArn"], share, snapshot)]
        if share:
            call = partial(_shares, batch, name)
            words.append(share_words(share, self._ask("shares", name, call) or {}, snapshot))
        if not detail.get("statusReason"):
            described = self._ask("queue", name, lambda: batch.find_job_queue(name))
            words.append(self._obstacle(batch, described or {}))
        return ", ".join(word for word in words if word)

    def _obstacle(self, batch: BatchClient, queue: Detail) -> str:
        names = [place["serviceEnvironment"] for place in queue.get("serviceEnvironmentOrder", [])]
        environments = [
            self._ask("environment", name, partial(batch.find_service_environment, name))
            for name in names
        ]
        return stopped_words(queue, [environment for environment in environments if environment])

    def _ask(
        self, what: str, name: str, call: Callable[[], Detail], keep: float = _FRESH_SECONDS
    ) -> Detail | None:
        """Ask, unless the last answer is fresh, it may not be asked, or nobody answered lately."""
        service = what if what == _TRAINING else "batch"
        asked_at, answer = self._kept.get((what, name), (self._now() - keep, None))
        if what in self._refused or self._now() - asked_at < keep:
            return answer
        if self._now() - self._silent.get(service, -_SILENT_SECONDS) < _SILENT_SECONDS:
            return None
        self._silent.pop(service, None)
        answer = None
        try:
            answer = call()
        except SjresourceError as error:
            if isinstance(error, RequestFailed) and "AccessDenied" in error.code:
                self._refused.add(what)
            if isinstance(error, Unreachable):
                self._silent[service] = self._now()
        self._kept[what, name] = (self._now(), answer)
        return answer


def misfit_words(reason: str) -> str:
    """Say that a job waits for ever, and what to do; nothing for any other reason."""
    if not reason.startswith(MISCONFIGURATION):
        return ""
    advice = what_to_try(reason)
    return f"it will never start as things are: {reason}" + (f"; {advice}" if advice else "")


def training_words(job: Detail) -> str:
    """Say how a training job goes: SageMaker's secondary status and the last metric."""
    words = [job.get("SecondaryStatus", "")]
    metrics = job.get("FinalMetricDataList", [])
    if metrics:
        last = max(metrics, key=lambda metric: str(metric.get("Timestamp", "")))
        words.append(f"{last['MetricName']}={last['Value']:g}")
    return ", ".join(word for word in words if word)


def masked_words(status: str, words: str, mask: Mask) -> str:
    """Mask the part of a standing that may quote a payload: metrics, after SageMaker's status.

    Places, and the names of queues and shares, hold nothing of it.
    """
    state, comma, metrics = words.partition(", ")
    return f"{state}{comma}{mask.text(metrics)}" if status in HOLDS_CAPACITY else words


def queue_place(job_arn: str, share: str | None, snapshot: Detail) -> Place | None:
    """Tell which place a job has in its queue, or in its quota share's part of it."""
    front = snapshot.get("frontOfQueue", {}).get("jobs", [])
    if share:
        front = snapshot.get("frontOfQuotaShares", {}).get("quotaShares", {}).get(share, front)
    if not front:
        return None
    places = (place for place, job in enumerate(front, 1) if job["jobArn"] == job_arn)
    return Place(next(places, None), len(front), share)


def queue_words(job_arn: str, share: str | None, snapshot: Detail) -> str:
    """Say which place a job has in its queue, or in its quota share's part of it."""
    place = queue_place(job_arn, share, snapshot)
    if place is None:
        return ""
    where = f"in the quota share {share}" if share else "in the queue"
    return f"{nth(place.number) if place.number else f'behind the first {place.told}'} {where}"


def stopped_words(queue: Detail, environments: Sequence[Detail]) -> str:
    """Say whether nothing starts because the queue, or all that it may use, is disabled."""
    if queue.get("state") == DISABLED:
        return f"the queue {queue['jobQueueName']} is DISABLED"
    if environments and all(each.get("state") == DISABLED for each in environments):
        order = queue.get("serviceEnvironmentOrder", [])
        names = ", ".join(name_in(place["serviceEnvironment"]) for place in order)
        return f"every service environment of it is DISABLED ({names})"
    return ""


def share_words(share: str, shares: Detail, snapshot: Detail) -> str:
    """Say whether a quota share is disabled, or full: what of its own capacity is in use.

    `shares` holds the queue's shares by name. A full share may still borrow, so this is a hint.
    """
    described = shares.get(share, {})
    if described.get("state") == DISABLED:
        return f"the quota share {share} is DISABLED"
    utilization = snapshot.get("queueUtilization", {}).get("quotaShareUtilization", {})
    used = {
        usage["capacityUnit"]: usage["quantity"]
        for top in utilization.get("topCapacityUtilization", [])
        if top.get("quotaShareName") == share
        for usage in top.get("capacityUsage", [])
    }
    full = [
        f"{used[limit['capacityUnit']]:g} of {limit['maxCapacity']} {limit['capacityUnit']}"
        for limit in described.get("capacityLimits", [])
        if used.get(limit["capacityUnit"], 0) >= limit["maxCapacity"]
    ]
    return f"the quota share {share} is full ({', '.join(full)} in use)" if full else ""


def _shares(batch: BatchClient, queue: str) -> Detail:
    return {share["quotaShareName"]: share for share in batch.list_quota_shares(queue)}
