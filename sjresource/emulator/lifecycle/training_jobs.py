"""Starts, polls and stops the training jobs of service jobs that have capacity.

This is SageMaker's side. Executors are called only after the records are committed.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sjresource.emulator.executors.interface import TrainingJob
from sjresource.emulator.lifecycle import transitions
from sjresource.emulator.lifecycle.payload import (
    problem_with,
    read_request,
    requested_name,
    training_request,
)
from sjresource.emulator.store.arns import training_job_arn
from sjresource.emulator.store.records import HOLDING_CAPACITY, TrainingJobRecord

if TYPE_CHECKING:
    from sjresource.emulator.executors.interface import Progress
    from sjresource.emulator.lifecycle.tick import Tick
    from sjresource.emulator.store.records import Job


def start_training_job(tick: Tick, job: Job, environment: str) -> None:
    """Start a job's next training job in an environment, if SageMaker accepts the request."""
    payload = tick.store.payload(job.id)
    problem = problem_with(read_request(payload) or {})
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


def poll_training_jobs(tick: Tick) -> None:
    """Poll the executor for jobs that may have made progress, and stop those that are due.

    A job for which it raises is polled again in the next tick; the others go on.
    """
    progress: dict[str, Progress] = {}
    polled = [job for job in _to_poll(tick) if job.training_job is not None]
    for job in polled:
        try:
            progress[job.id] = tick.executor.poll(job.training_job or "")
        except Exception as error:  # noqa: BLE001, PERF203 - executors are others' code
            tick.poll_errors.append(error)
    answered = [job for job in polled if job.id in progress]
    tick.for_each(answered, lambda job: _advance(tick, job, progress[job.id]))


def _to_poll(tick: Tick) -> list[Job]:
    live = tick.store.live
    if tick.changed is None:
        return live.with_status(HOLDING_CAPACITY)
    found = [*live.in_training(tick.changed), *live.overtime(tick.now)]
    found += [job for job in live.stopping() if job.status in HOLDING_CAPACITY]
    return sorted({job.sequence: job for job in found}.values(), key=lambda job: job.sequence)


def _advance(tick: Tick, job: Job, progress: Progress) -> None:
    _record_progress(tick, job, progress)
    if progress.outcome is not None:
        outcome, status = progress.outcome, progress.secondary_status
        tick.put(transitions.ended(job, outcome, status, tick.now))
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


def _record_progress(tick: Tick, job: Job, progress: Progress) -> None:
    """Store what DescribeTrainingJob will show, if it has changed."""
    known = tick.store.training_job(job.region, job.training_job or "")
    if known is None:
        return
    status, at = progress.secondary_status, known.started_at
    changed = replace(
        known,
        secondary_status=status,
        started_at=tick.now if status == "Training" and at is None else at,
        metrics=[(metric.name, metric.value, metric.timestamp) for metric in progress.metrics],
    )
    if status != known.secondary_status:
        changed = replace(changed, transitions=[*known.transitions, (status, tick.now)])
    if progress.outcome is not None:
        changed = replace(
            changed,
            status=progress.outcome.status,
            failure_reason=progress.outcome.failure_reason,
            model_artifacts=progress.outcome.model_artifacts,
            ended_at=tick.now,
        )
    if changed != known:
        tick.store.put_training_job(changed)
