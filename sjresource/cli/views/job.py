"""What `sjresource status` and `watch` show of a job: what the state and AWS know of it.

Its shape is that of `sjresource/cli/schemas/job.json`.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, region_in
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.status.capacity import share_name
from sjresource.status.describe import JobSweep
from sjresource.status.detail import StatusDetail
from sjresource.status.evidence import training_job_arn
from sjresource.status.text import stated_reason
from sjresource.status.timeline import (
    attempt_number,
    attempts_allowed,
    preemption_count,
    ran_seconds,
    status_since,
)
from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sjresource.aws.clients import RegionalClients
    from sjresource.cli.stack.state import StackJob
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]
    Answer = Detail | SjresourceError

UNKNOWN = "UNKNOWN"
"""The status of a job that Batch doesn't know, and whose end was not recorded."""

_MAX_TRAINING_CALLS = 100
"""With more running jobs than this, SageMaker is not asked about them: each is a call."""

_AT_ONCE = 8
"""Calls in parallel; botocore keeps ten connections."""


@dataclass(frozen=True)
class JobView:
    """A job as it is shown, and as `--json` prints it.

    Times are milliseconds since 1970. None means that a value is not known, or does not apply;
    `attempt` is not known of a job that was only listed, unless it may have one alone. `place` is
    the job's in its queue, `place_in_share` in its quota share; 1 starts next. `detail` is what
    else is known, in words. `metrics` has the latest value of each metric, None for one that is no
    finite number.
    """

    resource: str | None
    urn: str | None
    arn: str
    job_id: str
    job_name: str | None
    job_queue: str | None
    status: str
    status_reason: str | None = None
    since: int | None = None
    ran_seconds: float | None = None
    attempt: int | None = None
    attempts: int | None = None
    preemptions: int = 0
    share: str | None = None
    place: int | None = None
    place_in_share: int | None = None
    detail: str | None = None
    training_job_arn: str | None = None
    model_artifacts: str | None = None
    record_expired: bool = False
    metrics: Mapping[str, float | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as it is printed."""
        return asdict(self)


def describe_jobs(clients: RegionalClients, jobs: Iterable[StackJob]) -> dict[str, Answer]:
    """Describe jobs in few calls; return the description of each, or the error, by ARN.

    Raises:
        Unreachable, RequestFailed: AWS can't be asked at all.
    """
    answers: dict[str, Answer] = {}
    queues: dict[tuple[str, str], dict[str, str]] = {}
    for job in jobs:
        queue = region_in(job.arn), name_in(job.job_queue or "")
        queues.setdefault(queue, {})[job.job_id] = job.arn
    for (region, name), arns in queues.items():
        missing: dict[str, Detail | None] = dict.fromkeys(arns)
        for listed in (name or None, None):  # jobs that no page has are described
            for job_id, answer in JobSweep(clients.batch(region), listed, dict(missing)).answers():
                answers[arns[job_id]] = answer
                missing.pop(job_id, None)
            if not missing:
                break
    failed = [answer for answer in answers.values() if isinstance(answer, RequestFailed)]
    if failed and len(failed) == len(answers):
        raise failed[0]
    return answers


class JobViewer:
    """Makes views of jobs; asks AWS for what a description lacks, and once for each model."""

    def __init__(self, clients: RegionalClients, mask: Mask) -> None:
        self._clients = clients
        self._status_detail = StatusDetail(clients.batch, clients.sagemaker)
        self._mask = mask
        self._ended: dict[str, Detail] = {}

    def views(self, jobs: Sequence[StackJob], answers: Mapping[str, Answer]) -> list[JobView]:
        """Return views of the stack's jobs; `answers` are those of `describe_jobs`."""
        found = [each for each in answers.values() if not isinstance(each, SjresourceError)]
        running = sum(each["status"] in HOLDS_CAPACITY for each in found)
        described = {job.arn: answers.get(job.arn) for job in jobs}

        def training_job(job: StackJob) -> Detail | None:
            answer = described[job.arn]
            if answer is None or isinstance(answer, SjresourceError):
                return None
            ask = answer["status"] in TERMINAL or running <= _MAX_TRAINING_CALLS
            return self._training_job(job, answer, ask_sagemaker=ask)

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            trained = list(pool.map(training_job, jobs))
        return [
            self._view(job, described[job.arn], training)
            for job, training in zip(jobs, trained, strict=True)
        ]

    def view(self, job: StackJob, answer: Answer | None, *, ask_sagemaker: bool = True) -> JobView:
        """Return the view of one job; `ask_sagemaker` is whether to ask how its training goes."""
        if answer is None or isinstance(answer, SjresourceError):
            return self._recorded(job, answer)
        return self._view(job, answer, self._training_job(job, answer, ask_sagemaker=ask_sagemaker))

    def _view(self, job: StackJob, answer: Answer | None, training: Detail | None) -> JobView:
        if answer is None or isinstance(answer, SjresourceError):
            return self._recorded(job, answer)
        detail = answer
        described = "jobQueue" in detail  # a summary lacks it, and the attempts
        place = self._status_detail.place(detail)
        model = job.record.get("model_artifacts") or _model(training)
        only = None if described or not _has_one_attempt(job) else 1
        return JobView(
            **_identity(job, detail),
            status=detail["status"],
            status_reason=self._mask.text(stated_reason(detail)) or None,
            since=status_since(detail),
            ran_seconds=ran_seconds(detail) or None,
            attempt=attempt_number(detail) if described else only,
            attempts=attempts_allowed(detail) if described else only,
            preemptions=preemption_count(detail),
            share=share_name(detail),
            place=place.in_queue if place else None,
            place_in_share=place.in_share if place else None,
            detail=self._detail(detail, training) or None,
            training_job_arn=training_job_arn(detail),
            model_artifacts=self._masked(model),
            metrics=self._metrics(job, training),
        )

    def _masked(self, model: Any) -> str | None:
        """Mask a model's URI, which is made of the job's arguments."""
        return self._mask.text(model) if isinstance(model, str) else None

    def _detail(self, detail: Detail, training: Detail | None) -> str:
        if detail["status"] in HOLDS_CAPACITY:
            told = training is not None
            return self._status_detail.training_words(training or {}, self._mask.text) * told
        return self._status_detail.of(detail, self._mask.text)

    def _metrics(self, job: StackJob, training: Detail | None) -> dict[str, float | None]:
        """Return what a completion has recorded, else what SageMaker says; names may be secret."""
        recorded = job.record.get("final_metrics")
        told = recorded if isinstance(recorded, dict) else None
        if told is None or not all(isinstance(each, int | float) for each in told.values()):
            listed = (training or {}).get("FinalMetricDataList", [])
            told = {each["MetricName"]: each["Value"] for each in listed}
        return {
            self._mask.text(name): float(value) if math.isfinite(value) else None
            for name, value in told.items()
        }

    def _recorded(self, job: StackJob, error: SjresourceError | None) -> JobView:
        """Return the view of a job that Batch doesn't describe: what was recorded of it."""
        gone = isinstance(error, NotFound)
        recorded = {**job.outputs, **job.record} if gone else {}
        status = recorded.get("status")
        ended = status in TERMINAL
        reason = recorded.get("failure_reason") or recorded.get("status_reason")
        why = reason if ended else str(error) if error else None
        return JobView(
            **_identity(job, {}),
            status=str(status) if ended else UNKNOWN,
            status_reason=self._mask.text(why) if isinstance(why, str) else None,
            model_artifacts=self._masked(job.record.get("model_artifacts")),
            record_expired=gone and ended,
            metrics=self._metrics(job, None),
        )

    def _training_job(self, job: StackJob, detail: Detail, *, ask_sagemaker: bool) -> Detail | None:
        """Return what SageMaker says of a job that runs, or has succeeded; None unless asked.

        That of a job that has ended is asked for once, and only if no completion has recorded it.
        """
        status = detail["status"]
        if status in HOLDS_CAPACITY:
            return self._status_detail.training_job(detail) if ask_sagemaker else None
        if status != "SUCCEEDED" or job.record.get("model_artifacts"):
            return None
        if job.arn not in self._ended and ask_sagemaker:
            self._ended[job.arn] = self._status_detail.training_job(detail)
        return self._ended.get(job.arn)


def _has_one_attempt(job: StackJob) -> bool:
    """Return whether the job's arguments allow one run; an adopted job need not have them."""
    given = job.outputs.get("retry_strategy")
    allowed = given.get("attempts") if isinstance(given, dict) else 1 if given is None else None
    return allowed == 1 and bool(job.outputs) and not job.outputs.get("adopt_job_id")


def _model(training: Detail | None) -> Any:
    return (training or {}).get("ModelArtifacts", {}).get("S3ModelArtifacts")


def _identity(job: StackJob, detail: Detail) -> dict[str, Any]:
    return {
        "resource": job.label or None,
        "urn": job.urn or None,
        "arn": job.arn,
        "job_id": job.job_id,
        "job_name": job.job_name or detail.get("jobName"),
        "job_queue": detail.get("jobQueue") or job.job_queue,
    }
