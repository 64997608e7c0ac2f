"""Moves waiting jobs: into RUNNABLE, onto capacity, or out of the queue.

Which job gets which capacity, and who is preempted for it, is decided in `scheduling`; this writes
it down.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sjresource.emulator import scheduling
from sjresource.emulator.engine import transitions
from sjresource.emulator.engine.retries import SHORTAGE
from sjresource.emulator.engine.scheduling_state import policy_of, state_of
from sjresource.emulator.engine.training import start_training_job
from sjresource.emulator.scheduling import FairSharePolicy
from sjresource.emulator.store.records import HOLDING_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.emulator.engine.tick import Tick
    from sjresource.emulator.store.records import Job


def admit(tick: Tick) -> None:
    """Take new jobs into the queue, and let go those that were terminated while they waited."""

    def let_go(job: Job) -> None:
        if job.status not in HOLDING_CAPACITY and _is_due(job.stop_due, tick):
            tick.put(transitions.failed_waiting(job, job.termination_reason, tick.now))

    def take(job: Job) -> None:
        if tick.ready_at(job) <= tick.now:
            tick.put(transitions.runnable(job, tick.now))

    tick.each(tick.store.live.stopping(), let_go)
    tick.each(tick.store.live.with_status({"SUBMITTED"}), take)


def place(tick: Tick) -> None:
    """Start what has capacity, preempt what gives way, and note why the rest waits."""
    live = tick.store.live
    if not live.waiting_queues():
        return
    plan = scheduling.plan(_state(tick), tick.now / 1000, explain=False)
    placed = [job for job_id in plan.placements if (job := live.get(job_id)) is not None]
    tick.each(placed, lambda job: start_training_job(tick, job, plan.placements[job.id]))
    for preemption in plan.preemptions:
        job = live.get(preemption.job_id)
        if job is not None:
            given = preemption.for_job, preemption.status_reason
            tick.put(transitions.preempting(job, *given, tick.now))
    for (queue, _), blocked in plan.blocked.items():
        head = live.get(blocked.job_id)
        if head is not None:
            note = partial(_note_why, tick, blocked.status_reason, _time_limits(tick, queue))
            tick.each([head], note)


def why_waiting(tick: Tick, job: Job) -> str | None:
    """Say what a waiting job waits for, None for one that does not wait."""
    if job.status == "SUBMITTED":
        return "the scheduler has not seen it yet"
    if job.status != "RUNNABLE":
        return None
    plan = scheduling.plan(_state(tick), tick.now / 1000)
    blocked = plan.blocked.get((job.queue, job.share))
    if blocked is None or job.terminated:
        return "nothing: it is about to go on"
    if blocked.job_id == job.id:
        return blocked.why
    return f"job {blocked.job_id}, which is before it" + (
        f" in share {job.share}" * bool(job.share)
    )


def waiting_dues(tick: Tick) -> Iterator[int | None]:
    """Tell when waiting jobs may go on, or are given up, in epoch milliseconds.

    Those behind the head of their line wait for it. In a fair-share queue turns change with time
    alone, slowly: it is looked at ten times in its policy's window.
    """
    live = tick.store.live
    for queue in live.waiting_queues():
        limits = _time_limits(tick, queue)
        for share in live.waiting_shares(queue):
            for head in islice(live.waiting_in(queue, share), 1):
                yield tick.ready_at(head)
                yield limit_due(head, limits)
        known = tick.store.resource(queue)
        policy = None if known is None else policy_of(tick.store, known)
        if isinstance(policy, FairSharePolicy) and len(live.waiting_shares(queue)) > 1:
            yield tick.now + policy.window * 100


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


def _note_why(tick: Tick, reason: str | None, actions: list[dict[str, Any]], head: Job) -> None:
    noted = head
    if reason is not None and head.blocked_since is None:
        noted = replace(head, status_reason=reason, blocked_since=tick.now)
    elif reason is None and head.blocked_since is not None:
        noted = replace(head, status_reason=None, blocked_since=None)
    due = limit_due(noted, actions)
    if due is not None and due <= tick.now:
        code = (noted.status_reason or "").partition(" - ")[0]
        text = f"Terminated by JobStateTimeLimit action due to reason: {code}"
        noted = transitions.failed_waiting(replace(noted, terminated=True), text, tick.now)
    if noted != head:
        tick.put(noted)


def _state(tick: Tick) -> scheduling.State:
    def is_ready(job: Job) -> bool:
        return not tick.script(job).stuck and tick.ready_at(job) <= tick.now

    return state_of(tick.store, is_ready)


def _time_limits(tick: Tick, queue: str) -> list[dict[str, Any]]:
    known = tick.store.resource(queue)
    limits: list[dict[str, Any]] = []
    return limits if known is None else known.detail.get("jobStateTimeLimitActions", limits)


def _is_due(moment_due: int | None, tick: Tick) -> bool:
    return moment_due is not None and moment_due <= tick.now
