"""What is shown of a job: what the state and AWS know of it, as one flat record.

The jobs of a queue are looked at together, as a waiting `up` does (`waits/looking`); what is said
beside a status is said in its words (`waits/standing`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, parse_arn, region_in
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.status.capacity import share_name
from sjresource.status.describe import JobSweep
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
    from sjresource.status.detail import StatusDetail
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]
    Answer = Detail | SjresourceError

UNKNOWN = "UNKNOWN"
"""Shown for a job that Batch doesn't know, and of which nothing final was recorded."""

_ASKED_ABOUT = 20
"""Of so many running jobs SageMaker is asked how they go: each is a call."""


@dataclass(frozen=True)
class JobView:
    """A job as it is shown; `--json` prints it so.

    Times are milliseconds since 1970. What is not known, or does not apply, is None; `attempt` is
    not known of a job that was only listed. `place` is the job's in its queue, and `place_in_share`
    in its quota share; 1 starts next. `detail` is what else is known, in words.
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

    def as_json(self) -> dict[str, Any]:
        """Give it as it is printed."""
        return asdict(self)


def describe_jobs(clients: RegionalClients, jobs: Iterable[StackJob]) -> dict[str, Answer]:
    """Look at jobs once, in few calls; give what is seen of each, or why it can't be, by ARN.

    Raises:
        Unreachable, RequestFailed: AWS can't be asked at all.
    """
    seen: dict[str, Answer] = {}
    places: dict[tuple[str, str], dict[str, str]] = {}
    for job in jobs:
        place = region_in(job.arn), name_in(job.job_queue or "")
        places.setdefault(place, {})[job.job_id] = job.arn
    for (region, queue), arns in places.items():
        unseen: dict[str, Detail | None] = dict.fromkeys(arns)
        for listed in (queue or None, None):  # what no page told of is described
            for job_id, answer in JobSweep(clients.batch(region), listed, dict(unseen)).answers():
                seen[arns[job_id]] = answer
                unseen.pop(job_id, None)
            if not unseen:
                break
    refused = [answer for answer in seen.values() if isinstance(answer, RequestFailed)]
    if refused and len(refused) == len(seen):
        raise refused[0]
    return seen


class Viewer:
    """Makes views of jobs; it asks AWS for what a description lacks, and once for each model."""

    def __init__(self, clients: RegionalClients, status_detail: StatusDetail, mask: Mask) -> None:
        self._clients = clients
        self._status_detail = status_detail
        self._mask = mask
        self._models: dict[str, str | None] = {}

    def views(self, jobs: Sequence[StackJob], seen: Mapping[str, Answer]) -> list[JobView]:
        """View jobs of the stack, by what was seen of each."""
        statuses = [_status(seen[job.arn]) for job in jobs if job.arn in seen]
        talks = sum(status in HOLDS_CAPACITY for status in statuses) <= _ASKED_ABOUT
        return [self.view(job, seen.get(job.arn), talks=talks) for job in jobs]

    def view(self, job: StackJob, answer: Answer | None, *, talks: bool = True) -> JobView:
        """View one; unless `talks` SageMaker is not asked how its training goes."""
        if answer is None or isinstance(answer, SjresourceError):
            return self._unseen(job, answer)
        detail = answer
        described = "jobQueue" in detail  # a list's summary tells less
        place = self._status_detail.place(detail)
        training = training_job_arn(detail)
        return JobView(
            **_identity(job, detail),
            status=detail["status"],
            status_reason=self._mask.text(stated_reason(detail)) or None,
            since=status_since(detail),
            ran_seconds=ran_seconds(detail) or None,
            attempt=attempt_number(detail) if described else None,
            attempts=attempts_allowed(detail) if described else None,
            preemptions=preemption_count(detail),
            share=share_name(detail),
            place=place.in_queue if place else None,
            place_in_share=place.in_share if place else None,
            detail=self._detail(detail, talks=talks),
            training_job_arn=training,
            model_artifacts=self._masked(
                job.record.get("model_artifacts") or self._model(detail, training)
            ),
        )

    def _masked(self, model: Any) -> str | None:
        """Take secrets out of a model's place, which is made of the job's own arguments."""
        return self._mask.text(model) if isinstance(model, str) else None

    def _detail(self, detail: Detail, *, talks: bool) -> str | None:
        if detail["status"] in HOLDS_CAPACITY and not talks:
            return None
        return self._status_detail.of(detail, self._mask.text) or None

    def _unseen(self, job: StackJob, error: SjresourceError | None) -> JobView:
        """View a job that Batch doesn't tell of: what was recorded of it counts."""
        gone = isinstance(error, NotFound)
        recorded = {**job.outputs, **job.record} if gone else {}
        status = recorded.get("status")
        ended = status in TERMINAL
        reason = recorded.get("failure_reason") or recorded.get("status_reason")
        said = reason if ended else str(error) if error else None
        return JobView(
            **_identity(job, {}),
            status=str(status) if ended else UNKNOWN,
            status_reason=self._mask.text(said) if isinstance(said, str) else None,
            model_artifacts=self._masked(job.record.get("model_artifacts")),
            record_expired=gone and ended,
        )

    def _model(self, detail: Detail, training: str | None) -> str | None:
        """Ask SageMaker where the model is; nothing is recorded of a job without a completion."""
        arn = parse_arn(training or "")
        if detail["status"] != "SUCCEEDED" or arn is None:
            return None
        if arn.name not in self._models:
            try:
                trained = self._clients.sagemaker(arn.region).find_training_job(arn.name)
            except (NotFound, RequestFailed):
                trained = {}
            self._models[arn.name] = trained.get("ModelArtifacts", {}).get("S3ModelArtifacts")
        return self._models[arn.name]


def _status(answer: Answer) -> str:
    return UNKNOWN if isinstance(answer, SjresourceError) else str(answer["status"])


def _identity(job: StackJob, detail: Detail) -> dict[str, Any]:
    return {
        "resource": job.label or None,
        "urn": job.urn or None,
        "arn": job.arn,
        "job_id": job.job_id,
        "job_name": job.job_name or detail.get("jobName"),
        "job_queue": detail.get("jobQueue") or job.job_queue,
    }
