"""The training jobs that a service job has run, in their order. Pure.

Batch starts a training job for each attempt. A preempted one uses up no attempt, and one for which
SageMaker had no instances is only ever seen as the latest.
https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sjresource.status.evidence import training_job_arn
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class TrainingJobRun:
    """A training job of a service job; times are in ms since 1970, 0 if unknown.

    `arn` is None if SageMaker refused to create it.
    """

    key: str
    arn: str | None
    attempt: int
    ended: bool = False
    preempted: bool = False
    started_at: int = 0
    stopped_at: int = 0
    reason: str = ""


def training_jobs_of(
    detail: Mapping[str, Any], known: Mapping[str, TrainingJobRun]
) -> dict[str, TrainingJobRun]:
    """Return a job's training jobs by key, oldest first: the `known` ones, updated, and new ones.

    A known one that Batch's answer `detail` does not name any more has ended.
    """
    seen = {run.key: run for run in _described(detail)}
    lost = {
        key: replace(run, ended=True)
        for key, run in known.items()
        if key not in seen and not run.ended
    }
    return {**known, **lost, **seen}


def _described(detail: Mapping[str, Any]) -> Iterator[TrainingJobRun]:
    attempts = [_run(each, number) for number, each in enumerate(detail.get("attempts", []), 1)]
    preempted = detail.get("preemptionSummary", {}).get("recentPreemptedAttempts", [])
    ended = attempts + [_preempted(each, attempts) for each in preempted]
    yield from sorted(ended, key=lambda run: run.started_at or run.stopped_at)
    latest = training_job_arn(detail)
    if latest and latest not in {run.key for run in ended}:
        attempt = len(attempts) + 1
        yield TrainingJobRun(latest, latest, attempt, ended=detail["status"] in TERMINAL)


def _run(attempt: Mapping[str, Any], number: int) -> TrainingJobRun:
    arn = attempt.get("serviceResourceId", {}).get("value")
    return TrainingJobRun(
        key=arn or f"attempt {number}",
        arn=arn,
        attempt=number,
        ended=True,
        started_at=attempt.get("startedAt") or 0,
        stopped_at=attempt.get("stoppedAt") or 0,
        reason=attempt.get("statusReason") or "",
    )


def _preempted(summary: Mapping[str, Any], attempts: list[TrainingJobRun]) -> TrainingJobRun:
    """Return a preempted training job with the number of the attempt that it was a part of."""
    run = _run(summary, 0)
    before = sum(attempt.stopped_at <= run.started_at for attempt in attempts if run.started_at)
    key = run.arn or f"preempted {run.stopped_at}"
    return replace(run, key=key, attempt=before + 1, preempted=True)
