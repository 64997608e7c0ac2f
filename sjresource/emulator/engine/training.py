"""Runs the training jobs of placed service jobs: starts, follows and stops them.

This is SageMaker's side. Executors are told only after the records are written.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from sjresource.emulator.engine import transitions
from sjresource.emulator.engine.payload import (
    problem_with,
    requested_name,
    training_request,
)
from sjresource.emulator.executors.interface import TrainingJob
from sjresource.emulator.store.arns import training_job_arn
from sjresource.emulator.store.records import HOLDING_CAPACITY, TrainingJobRecord

if TYPE_CHECKING:
    from sjresource.emulator.engine.tick import Tick
    from sjresource.emulator.executors.interface import Progress
    from sjresource.emulator.store.records import Job

_LOG: Final = logging.getLogger(__name__)


def start_training_job(tick: Tick, job: Job, environment: str) -> None:
    """Give a job its capacity and its next training job, if SageMaker takes the request."""
    payload = tick.store.payload(job.id)
    problem = problem_with(training_request(payload, ""))
    if problem is not None:
        tick.put(transitions.refused(job, problem, tick.now))
        return
    requested = requested_name(payload) or job.name
    name = transitions.training_job_name(requested, job.id, job.starts + 1)
    tick.put(transitions.scheduled(job, environment, name, tick.now))
    record = TrainingJobRecord(
        name=name,
        arn=training_job_arn(job.region, name),
        region=job.region,
        job_id=job.id,
        created_at=tick.now,
        transitions=[("Pending", tick.now)],
    )
    tick.store.put_training_job(record)
    training_job = TrainingJob(name, record.arn, job.region, training_request(payload, name))
    tick.effects.append(partial(tick.executor.start, training_job))


def follow_training_jobs(tick: Tick) -> None:
    """Take in what the executor says of jobs that may have news, and stop what is to be stopped.

    A job of which it can't say anything now is asked for again; the others go on.
    """
    told: dict[str, Progress] = {}
    asked = [job for job in _with_news(tick) if job.training_job is not None]
    for job in asked:
        try:
            told[job.id] = tick.executor.poll(job.training_job or "")
        except Exception as error:  # noqa: BLE001, PERF203 - executors are others' code
            tick.unanswered.append(error)
    tick.each(
        [job for job in asked if job.id in told], lambda job: _follow(tick, job, told[job.id])
    )


def _with_news(tick: Tick) -> list[Job]:
    live = tick.store.live
    if tick.changed is None:
        return live.with_status(HOLDING_CAPACITY)
    found = [*live.in_training(tick.changed), *live.overtime(tick.now)]
    found += [job for job in live.stopping() if job.status in HOLDING_CAPACITY]
    return sorted({job.sequence: job for job in found}.values(), key=lambda job: job.sequence)


def _follow(tick: Tick, job: Job, progress: Progress) -> None:
    _record(tick, job, progress)
    if progress.outcome is not None:
        status = progress.secondary_status
        tick.put(transitions.ended(job, progress.outcome, tick.now, secondary_status=status))
        return
    after = transitions.progressed(job, progress.secondary_status, tick.now)
    after = _stop_if_due(tick, after)
    if after != job:
        tick.put(after)


def _stop_if_due(tick: Tick, job: Job) -> Job:
    due = job.timeout_due
    if due is not None and due <= tick.now:
        job = replace(job, timed_out=True, stop_due=tick.now)
    if job.stop_due is None or job.stop_due > tick.now:
        return job
    tick.effects.append(partial(tick.executor.stop, job.training_job or ""))
    return replace(job, stop_due=None)


def _record(tick: Tick, job: Job, progress: Progress) -> None:
    """Write down what DescribeTrainingJob will tell, if it is news."""
    known = tick.store.training_job(job.region, job.training_job or "")
    if known is None:
        return
    news = known
    if progress.secondary_status != known.secondary_status:
        news = replace(
            news,
            secondary_status=progress.secondary_status,
            transitions=[*known.transitions, (progress.secondary_status, tick.now)],
        )
    if progress.secondary_status == "Training" and known.started_at is None:
        news = replace(news, started_at=tick.now)
    metrics = [(metric.name, metric.value, metric.timestamp) for metric in progress.metrics]
    if metrics != known.metrics:
        news = replace(news, metrics=metrics)
    if progress.outcome is not None:
        news = replace(
            news,
            status=progress.outcome.status,
            failure_reason=progress.outcome.failure_reason,
            model_artifacts=progress.outcome.model_artifacts,
            ended_at=tick.now,
        )
    if news != known:
        tick.store.put_training_job(news)
