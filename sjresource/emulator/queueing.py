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
    from collections.abc import Iterator

    from sjresource.emulator.moment import Moment
    from sjresource.emulator.records import Job, Resource


def admit(moment: Moment) -> None:
    """Take new jobs into the queue, and let go those that were terminated while they waited."""
    for job in moment.store.live.stopping():
        if job.status not in PLACED and _is_due(job.stop_due, moment):
            moment.put(transitions.failed_waiting(job, job.termination_reason, moment.now))
    for job in moment.store.live.having({"SUBMITTED"}):
        if moment.ready_at(job) <= moment.now:
            moment.put(transitions.runnable(job, moment.now))


def place(moment: Moment) -> None:
    """Start what has capacity, and note why the rest waits."""
    live = moment.store.live
    if not live.waiting_queues():
        return
    plan = plan_now(moment)
    for job_id, environment in plan.placements.items():
        job = live.get(job_id)
        if job is not None:
            start_training_job(moment, job, environment)
    for queue, blocked in plan.blocked.items():
        head, known = live.get(blocked.job_id), moment.store.resource(queue)
        if head is not None and known is not None:
            actions = known.detail.get("jobStateTimeLimitActions", [])
            _note_why(moment, head, blocked.status_reason, actions)


def plan_now(moment: Moment) -> scheduling.Plan:
    """Decide what would start now."""
    live = moment.store.live
    return scheduling.plan(
        [_queue(queue) for queue in moment.store.resources("job-queue")],
        {each.arn: _environment(each) for each in moment.store.resources("service-environment")},
        {queue: _candidates(moment, queue) for queue in live.waiting_queues()},
        _used(live.having(PLACED)),
    )


def why_waiting(moment: Moment, job: Job) -> str | None:
    """Say what a waiting job waits for, None for one that does not wait."""
    if job.status == "SUBMITTED":
        return "the scheduler has not seen it yet"
    if job.status != "RUNNABLE":
        return None
    blocked = plan_now(moment).blocked.get(job.queue)
    if blocked is None or job.terminated:
        return "nothing: it is about to go on"
    return blocked.why if blocked.job_id == job.id else f"job {blocked.job_id}, which is before it"


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


def _is_due(moment_due: int | None, moment: Moment) -> bool:
    return moment_due is not None and moment_due <= moment.now


def _candidates(moment: Moment, queue: str) -> Iterator[scheduling.Waiting]:
    for job in moment.store.live.waiting_in(queue):
        ready = not moment.script(job).stuck and moment.ready_at(job) <= moment.now
        yield scheduling.Waiting(job.id, job.capacity, ready=ready)


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
        if job.environment is not None:
            units = used.setdefault(job.environment, {})
            for unit, count in job.capacity.items():
                units[unit] = units.get(unit, 0) + count
    return used
