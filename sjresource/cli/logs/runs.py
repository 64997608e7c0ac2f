"""A job's training jobs in the order in which they ran: its attempts, and those cut short. Pure.

Batch starts a training job for each attempt. A preempted one uses up no attempt, and one for which
SageMaker had no instances leaves no trace but that it was the latest.
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
class Run:
    """One training job of a service job; the moments are in ms since 1970, 0 where there is none.

    `training_job` is its ARN, None if SageMaker refused to make one.
    """

    key: str
    training_job: str | None
    attempt: int
    ended: bool = False
    preempted: bool = False
    started_at: int = 0
    stopped_at: int = 0
    reason: str = ""


def runs_of(detail: Mapping[str, Any], known: Mapping[str, Run]) -> dict[str, Run]:
    """Give the runs by key, oldest first: those that are `known`, with what is new of them.

    A known one that Batch tells nothing of any more has ended.
    """
    seen = {run.key: run for run in _told(detail)}
    lost = {
        key: replace(run, ended=True)
        for key, run in known.items()
        if key not in seen and not run.ended
    }
    return {**known, **lost, **seen}


def _told(detail: Mapping[str, Any]) -> Iterator[Run]:
    ended = sorted(_ended(detail), key=lambda run: run.started_at or run.stopped_at)
    yield from ended
    latest = training_job_arn(detail)
    if latest and latest not in {run.key for run in ended}:
        attempt = len(detail.get("attempts", [])) + 1
        yield Run(latest, latest, attempt, ended=detail["status"] in TERMINAL)


def _ended(detail: Mapping[str, Any]) -> list[Run]:
    attempts = [
        _run(attempt, number) for number, attempt in enumerate(detail.get("attempts", []), 1)
    ]
    preempted = detail.get("preemptionSummary", {}).get("recentPreemptedAttempts", [])
    return attempts + [_preempted(each, attempts) for each in preempted]


def _run(attempt: Mapping[str, Any], number: int) -> Run:
    arn = attempt.get("serviceResourceId", {}).get("value")
    return Run(
        key=arn or f"attempt {number}",
        training_job=arn,
        attempt=number,
        ended=True,
        started_at=attempt.get("startedAt") or 0,
        stopped_at=attempt.get("stoppedAt") or 0,
        reason=attempt.get("statusReason") or "",
    )


def _preempted(told: Mapping[str, Any], attempts: list[Run]) -> Run:
    """Give a preempted run the number of the attempt that it was a part of."""
    run = _run(told, 0)
    before = sum(attempt.stopped_at <= run.started_at for attempt in attempts if run.started_at)
    key = run.training_job or f"preempted {run.stopped_at}"
    return replace(run, key=key, attempt=before + 1, preempted=True)
