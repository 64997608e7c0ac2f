"""Moves waiting jobs: into RUNNABLE, onto capacity, or out of the queue.

Which job gets which capacity is decided in `scheduling.py`; this writes it down.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from sjresource.emulator import scheduling, transitions
from sjresource.emulator.execution import start_training_job
from sjresource.emulator.records import PLACED
from sjresource.emulator.retries import SHORTAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    waiting = {queue: live.waiting_in(queue) for queue in live.waiting_queues()}
    if not waiting:
        return
    queues = moment.store.resources("job-queue")
    plan = scheduling.plan(
        [_queue(queue) for queue in queues],
        {each.arn: _environment(each) for each in moment.store.resources("service-environment")},
        {queue: _candidates(moment, jobs) for queue, jobs in waiting.items()},
        _used(live.having(PLACED)),
    )
    for job_id, environment in plan.placements.items():
        start_training_job(moment, _known(moment, job_id), environment)
    limits = {queue.arn: queue.detail.get("jobStateTimeLimitActions", []) for queue in queues}
    for queue in waiting:
        for head in list(islice(live.waiting_in(queue), 1)):
            _note_why(moment, head, plan.reasons.get(head.id), limits.get(queue, []))


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


def _known(moment: Moment, job_id: str) -> Job:
    job = moment.store.live.get(job_id)
    if job is None:
        raise KeyError(job_id)
    return job


def _candidates(moment: Moment, jobs: Iterable[Job]) -> Iterator[scheduling.Waiting]:
    for job in jobs:
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
