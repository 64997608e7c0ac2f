"""Moves waiting jobs: into RUNNABLE, onto capacity, or out of the queue.

`scheduling` decides which job gets which capacity, and which are preempted; this carries it out.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sjresource.emulator.lifecycle import transitions
from sjresource.emulator.lifecycle.scheduling_state import policy_of, state_of
from sjresource.emulator.lifecycle.training_jobs import start_training_job
from sjresource.emulator.scheduling.plan import make_plan
from sjresource.emulator.scheduling.state import FairSharePolicy
from sjresource.emulator.store.records import HOLDING_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.emulator.lifecycle.tick import Tick
    from sjresource.emulator.scheduling.state import State
    from sjresource.emulator.store.records import Job


def admit(tick: Tick) -> None:
    """Make new jobs RUNNABLE, and end those that were terminated while they waited."""

    def end(job: Job) -> None:
        due = job.stop_due is not None and job.stop_due <= tick.now
        if due and job.status not in HOLDING_CAPACITY:
            tick.put(transitions.failed_without_attempt(job, job.termination_reason, tick.now))

    def make_runnable(job: Job) -> None:
        if tick.ready_at(job) <= tick.now:
            tick.put(transitions.runnable(job, tick.now))

    tick.for_each(tick.store.live.stopping(), end)
    tick.for_each(tick.store.live.with_status({"SUBMITTED"}), make_runnable)


def schedule(tick: Tick) -> None:
    """Start jobs that get capacity, preempt others for them, and record why the rest waits."""
    live = tick.store.live
    if not live.waiting_queues():
        return
    plan = make_plan(_state(tick), tick.now / 1000, explain=False)
    placed = [job for job_id in plan.placements if (job := live.get(job_id)) is not None]
    tick.for_each(placed, lambda job: start_training_job(tick, job, plan.placements[job.id]))
    for preemption in plan.preemptions:
        job = live.get(preemption.job_id)
        if job is not None:
            for_job, reason = preemption.for_job, preemption.status_reason
            tick.put(transitions.preempting(job, for_job, reason, tick.now))
    for (queue, _), blocked in plan.blocked.items():
        head = live.get(blocked.job_id)
        if head is not None:
            limits = _time_limits(tick, queue)
            tick.for_each([head], partial(_record_reason, tick, blocked.status_reason, limits))


def why_waiting(tick: Tick, job: Job) -> str | None:
    """Return why a job waits, in words; None for one that does not wait."""
    if job.status == "SUBMITTED":
        return "the scheduler has not seen it yet"
    if job.status != "RUNNABLE":
        return None
    plan = make_plan(_state(tick), tick.now / 1000)
    blocked = plan.blocked.get((job.queue, job.share))
    if blocked is None or job.terminated:
        return "nothing: it is about to go on"
    if blocked.job_id == job.id:
        return blocked.why
    in_share = f" in share {job.share}" if job.share else ""
    return f"job {blocked.job_id}, which is before it{in_share}"


def due_times(tick: Tick) -> Iterator[int | None]:
    """Yield when waiting jobs may go on or reach a time limit, in epoch milliseconds.

    Jobs behind a share's first one wait for it. In a fair-share queue turns change with time
    alone, slowly: it is scheduled ten times in its policy's window.
    """
    live = tick.store.live
    for queue in live.waiting_queues():
        limits = _time_limits(tick, queue)
        for share in live.waiting_shares(queue):
            for head in islice(live.waiting_in(queue, share), 1):
                yield tick.ready_at(head)
                yield time_limit_due(head, limits)
        known = tick.store.resource(queue)
        policy = None if known is None else policy_of(tick.store, known)
        if isinstance(policy, FairSharePolicy) and len(live.waiting_shares(queue)) > 1:
            yield tick.now + policy.window * 100


def time_limit_due(job: Job, actions: list[dict[str, Any]]) -> int | None:
    """Return when its queue's time limit ends a waiting job, in epoch milliseconds, or None."""
    for action in actions:
        if (job.status_reason or "").partition(" ")[0] != action["reason"]:
            continue
        allowed = action["maxTimeSeconds"] * 1000
        if job.status_reason == transitions.SHORTAGE:
            # Only SageMaker's time over refusals counts: the limit is passed, or not running.
            return job.since if job.shortage_ms >= allowed else None
        if job.blocked_since is not None:
            return int(job.blocked_since + allowed)
    return None


def _record_reason(
    tick: Tick, reason: str | None, actions: list[dict[str, Any]], head: Job
) -> None:
    changed = head
    if reason is not None and head.blocked_since is None:
        changed = replace(head, status_reason=reason, blocked_since=tick.now)
    elif reason is None and head.blocked_since is not None:
        changed = replace(head, status_reason=None, blocked_since=None)
    due = time_limit_due(changed, actions)
    if due is not None and due <= tick.now:
        code = (changed.status_reason or "").partition(" - ")[0]
        text = f"Terminated by JobStateTimeLimit action due to reason: {code}"
        changed = transitions.failed_without_attempt(
            replace(changed, terminated=True), text, tick.now
        )
    if changed != head:
        tick.put(changed)


def _state(tick: Tick) -> State:
    def is_ready(job: Job) -> bool:
        return not tick.script(job).stuck and tick.ready_at(job) <= tick.now

    return state_of(tick.store, is_ready)


def _time_limits(tick: Tick, queue: str) -> list[dict[str, Any]]:
    known = tick.store.resource(queue)
    limits: list[dict[str, Any]] = []
    return limits if known is None else known.detail.get("jobStateTimeLimitActions", limits)
