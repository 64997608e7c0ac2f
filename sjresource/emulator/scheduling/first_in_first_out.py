"""The queue without a policy: a job that does not fit holds back those behind it.

https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html speaks of the job
that blocks the front of the queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.emulator.scheduling.capacity import FreeCapacity
    from sjresource.emulator.scheduling.state import Plan, Queue, WaitingJob, WaitingList


def place(queue: Queue, line: WaitingList, room: FreeCapacity, plan: Plan) -> None:
    """Place from the front until a job does not fit."""
    while (job := line.head) is not None:
        chosen = room.first_that_fits(queue.environments, job.capacity) if job.ready else None
        if chosen is None:
            plan.blocked[queue.arn, line.share] = (
                reasons.not_enough_capacity(job, queue, room)
                if plan.explained
                else reasons.status_reason_only(job, queue, room)
            )
            return
        plan.placements[job.id] = chosen.arn
        room.reserve(chosen.arn, job.capacity)
        line.advance()


def order(lines: Sequence[WaitingList]) -> Iterator[WaitingJob]:
    """Go through the jobs as they were submitted."""
    for line in lines:
        while line.head is not None:
            yield line.head
            line.advance()
