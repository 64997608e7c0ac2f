"""Moves waiting jobs: into RUNNABLE, onto capacity, or out of the queue.

Which job gets which capacity is decided in `scheduling.py`; this writes it down.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sjresource.emulator import scheduling, transitions
from sjresource.emulator.execution import start_training_job
from sjresource.emulator.records import PLACED
from sjresource.emulator.retries import SHORTAGE

if TYPE_CHECKING:
    from sjresource.emulator.moment import Moment
    from sjresource.emulator.records import Job, Resource


def admit(moment: Moment) -> None:
    """Take new jobs into the queue, and let go those that were terminated while they waited."""
    for job in moment.store.live_jobs():
        if job.status in PLACED:
            continue
        if job.stop_due is not None and job.stop_due <= moment.now:
            moment.put(transitions.failed_waiting(job, job.termination_reason, moment.now))
        elif job.status == "SUBMITTED" and moment.ready_at(job) <= moment.now:
            moment.put(transitions.runnable(job, moment.now))


def place(moment: Moment) -> None:
    """Start what has capacity, and note why the rest waits."""
    jobs = moment.store.live_jobs()
    waiting = {job.id: job for job in jobs if job.status == "RUNNABLE" and not job.terminated}
    if not waiting:
        return
    queues = moment.store.resources("job-queue")
    plan = scheduling.plan(
        [_queue(queue) for queue in queues],
        {each.arn: _environment(each) for each in moment.store.resources("service-environment")},
        _by_queue(moment, waiting),
        _used(jobs),
    )
    for job_id, environment in plan.placements.items():
        start_training_job(moment, waiting[job_id], environment)
    limits = {queue.arn: queue.detail.get("jobStateTimeLimitActions", []) for queue in queues}
    for head in _heads(waiting, plan.placements):
        _note_why(moment, head, plan.reasons.get(head.id), limits.get(head.queue, []))


def limit_due(job: Job, actions: list[dict[str, Any]]) -> int | None:
    """Tell when its queue's time limit ends a waiting job, in epoch milliseconds; None: never."""
    for action in actions:
        if not (job.status_reason or "").startswith(action["reason"]):
            continue
        allowed = action["maxTimeSeconds"] * 1000
        if job.status_reason == SHORTAGE:
            # Only SageMaker's time over refusals counts: the limit is passed, or not running.
            return job.since if job.shortage_ms >= allowed else None
        if job.blocked_since is not None:
            return int(job.blocked_since + allowed)
    return None


def _note_why(moment: Moment, head: Job, reason: str | None, actions: list[dict[str, Any]]) -> None:
    noted = head
    if reason is not None and head.blocked_since is None:
        noted = replace(head, status_reason=reason, blocked_since=moment.now)
    elif reason is None and head.blocked_since is not None:
        noted = replace(head, status_reason=None, blocked_since=None)
    due = limit_due(noted, actions)
    if due is not None and due <= moment.now:
        code = (noted.status_reason or "").partition(" - ")[0]
        text = f"Terminated by JobStateTimeLimit action due to reason: {code}"
        noted = transitions.failed_waiting(replace(noted, terminated=True), text, moment.now)
    if noted != head:
        moment.put(noted)


def _heads(waiting: dict[str, Job], placements: dict[str, str]) -> list[Job]:
    """The first job of each queue that stays: the one that may hold up the others."""
    heads: dict[str, Job] = {}
    for job in waiting.values():
        if job.id not in placements:
            heads.setdefault(job.queue, job)
    return list(heads.values())


def _by_queue(moment: Moment, waiting: dict[str, Job]) -> dict[str, list[scheduling.Waiting]]:
    queues: dict[str, list[scheduling.Waiting]] = {}
    for job in waiting.values():
        script = moment.script(job)
        ready = not script.stuck and moment.ready_at(job) <= moment.now
        queues.setdefault(job.queue, []).append(
            scheduling.Waiting(job.id, job.capacity, ready=ready)
        )
    return queues


def _queue(queue: Resource) -> scheduling.Queue:
    order = sorted(queue.detail.get("serviceEnvironmentOrder", []), key=lambda each: each["order"])
    return scheduling.Queue(
        queue.arn, queue.detail["priority"], [each["serviceEnvironment"] for each in order]
    )


def _environment(environment: Resource) -> scheduling.Environment:
    detail = environment.detail
    is_open = detail["state"] == "ENABLED" and detail["status"] in ("VALID", "UPDATING")
    limits = {limit["capacityUnit"]: limit["maxCapacity"] for limit in detail["capacityLimits"]}
    return scheduling.Environment(environment.arn, is_open, limits)


def _used(jobs: list[Job]) -> dict[str, dict[str, int]]:
    used: dict[str, dict[str, int]] = {}
    for job in jobs:
        if job.status in PLACED and job.environment is not None:
            units = used.setdefault(job.environment, {})
            for unit, count in job.capacity.items():
                units[unit] = units.get(unit, 0) + count
    return used
