"""Quota shares: each has its own waiting jobs and limits; idle capacity is lent and reclaimed.

Documented (https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html,
.../preemption.html, .../APIReference/API_QuotaSharePolicy.html): the scheduler goes through the
shares; idle capacity is given to those that borrow first in, first out; cross-share preemption
restores what was lent when the owner's jobs arrive; in-share preemption makes way for a higher
schedulingPriority. Believed:

1. A share's first job that its own limits allow comes before all that borrow, the oldest first.
2. If it does not fit, jobs of shares that use more than their limits are preempted, and what is
   free, or will be, is kept for it.
3. Then first jobs borrow, the oldest first.
4. A first job that still waits preempts jobs of a lower priority in its share, if the share allows
   it.

In all of these what other shares reserve (`reservations`) is not available.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sjresource.emulator.scheduling import reasons
from sjresource.emulator.scheduling.preemption import choose_victims
from sjresource.emulator.scheduling.reservations import Reservations
from sjresource.emulator.scheduling.share_usage import QuotaShareUsage
from sjresource.emulator.scheduling.state import Preemption

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sjresource.emulator.scheduling.capacity import FreeCapacity
    from sjresource.emulator.scheduling.state import (
        BlockedJob,
        Plan,
        Queue,
        QuotaSharePolicy,
        RunningJob,
        WaitingJob,
    )
    from sjresource.emulator.scheduling.waiting_list import WaitingList

    Reservation = tuple[str, Mapping[str, int]]
    """Capacity that is kept for a job, in the environment of this ARN."""


class QuotaSharePass:
    """One pass over one queue.

    `_free` and `_usage` are the present; `_future_free` and `_future_usage` what they will be when
    all jobs that are stopping have stopped, and what waits for that has started.
    """

    def __init__(
        self,
        queue: Queue,
        policy: QuotaSharePolicy,
        lists: Sequence[WaitingList],
        *,
        running: Sequence[RunningJob],
        free: FreeCapacity,
        plan: Plan,
    ) -> None:
        self._queue = queue
        self._lists = lists
        self._running = running
        self._staying = [job for job in running if not job.stopping]
        self._free = free
        self._plan = plan
        self._usage = QuotaShareUsage(policy.shares, running)
        self._future_usage = QuotaShareUsage(policy.shares, self._staying)
        self._reservations = Reservations(queue.environments, free)
        self._future_free = free.copy()
        for job in running:
            if job.stopping:
                self._future_free.release(job.environment, job.capacity)

    def run(self) -> None:
        """Place and preempt, and record what blocks the rest."""
        reserved: list[Reservation] = []
        self._place_all(self._usage.within_quota)
        for share, job in self._first_jobs():
            if self._future_usage.within_quota(share, job.capacity):
                reserved += self._preempt_for(share, job, self._borrowing(job), _reclaims)
        self._place_all(self._usage.may_borrow)
        for share, job in self._first_jobs():
            if self._usage.share(share).in_share_preemption:
                lower = self._of_lower_priority(share, job)
                reserved += self._preempt_for(share, job, lower, _has_priority)
        self._block_the_rest()
        for arn, capacity in reserved:  # queues of a lower priority leave it alone
            self._free.reserve(arn, capacity)

    def _place_all(self, allowed: Callable[[str, Mapping[str, int]], bool]) -> None:
        """Place first jobs, the oldest first, as long as rules and capacity allow it."""
        turns = [
            (each.head.sequence, each.share, each) for each in self._lists if each.head is not None
        ]
        heapq.heapify(turns)
        while turns:
            waiting = turns[0][2]
            if waiting.head is None or not self._place(waiting, waiting.head, allowed):
                heapq.heappop(turns)
            elif waiting.head is not None:
                heapq.heapreplace(turns, (waiting.head.sequence, waiting.share, waiting))

    def _place(
        self,
        waiting: WaitingList,
        job: WaitingJob,
        allowed: Callable[[str, Mapping[str, int]], bool],
    ) -> bool:
        share = waiting.share
        if not job.ready or not allowed(share, job.capacity):
            return False
        both = ((self._free, self._usage), (self._future_free, self._future_usage))
        if not all(
            self._reservations.leaves(share, job.capacity, free, usage) for free, usage in both
        ):
            return False
        for arn in self._queue.environments:
            chosen = self._free.first_that_fits([arn], job.capacity)
            if chosen is not None and self._future_free.fits(arn, job.capacity):
                self._plan.placements[job.id] = arn
                for free, usage in both:
                    free.reserve(arn, job.capacity)
                    usage.add(share, job.capacity)
                waiting.advance()
                return True
        return False

    def _first_jobs(self) -> Iterator[tuple[str, WaitingJob]]:
        """Yield each share's first job that could start and still waits, the oldest first."""
        waiting = [(each.share, each.head) for each in self._lists if each.head is not None]
        ready = [(share, job) for share, job in waiting if job.ready]
        yield from sorted(ready, key=lambda pair: pair[1].sequence)

    def _preempt_for(
        self,
        share: str,
        job: WaitingJob,
        candidates: Candidates,
        why: Callable[[str, WaitingJob, RunningJob], tuple[str, str]],
    ) -> Iterator[Reservation]:
        """Preempt for a first job if that helps, and yield what it will start on."""
        if not self._reservations.could_ever_leave(share, job.capacity, self._future_usage):
            return
        able = [
            each.arn
            for each in self._free.known(self._queue.environments)
            if each.open and each.could_hold(job.capacity)
        ]
        for arn in able:
            if self._will_fit(share, job, arn, ()):
                yield self._reserve(share, job, arn)
                return
        for arn in able:
            there = [each for each in candidates.jobs if each.environment == arn]
            victims = choose_victims(
                there, partial(self._will_fit, share, job, arn), candidates.may_preempt
            )
            if victims:
                for victim in victims:
                    self._preempt(victim, job, why(share, job, victim))
                yield self._reserve(share, job, arn)
                return
        if able and self._future_usage.within_quota(share, job.capacity):
            yield self._reserve(share, job, able[0])  # or borrowers would take what comes free

    def _will_fit(self, share: str, job: WaitingJob, arn: str, gone: Sequence[RunningJob]) -> bool:
        """Return whether a job can start in an environment once `gone` and the stopping have."""
        usage, free = self._future_usage, self._future_free
        if gone:
            usage, free = usage.copy(), free.copy()
            for victim in gone:
                usage.remove(victim.share, victim.capacity)
                free.release(victim.environment, victim.capacity)
        return (
            usage.may_borrow(share, job.capacity)
            and free.fits(arn, job.capacity)
            and self._reservations.leaves(share, job.capacity, free, usage)
        )

    def _borrowing(self, job: WaitingJob) -> Candidates:
        """Return the jobs of shares that use more than their own of what a job needs."""

        def may_preempt(chosen: Sequence[RunningJob], candidate: RunningJob) -> bool:
            left = self._future_usage.copy()
            for victim in chosen:
                left.remove(victim.share, victim.capacity)
            units = set(job.capacity) & set(candidate.capacity)
            return any(left.borrowed(candidate.share, unit) for unit in units)

        return Candidates([each for each in self._staying if may_preempt((), each)], may_preempt)

    def _of_lower_priority(self, share: str, job: WaitingJob) -> Candidates:
        lower = [
            each for each in self._staying if each.share == share and each.priority < job.priority
        ]
        return Candidates(lower, lambda _chosen, _next: True)

    def _preempt(self, victim: RunningJob, job: WaitingJob, why: tuple[str, str]) -> None:
        self._plan.preemptions.append(Preemption(victim.id, job.id, *why))
        self._staying.remove(victim)
        self._future_free.release(victim.environment, victim.capacity)
        self._future_usage.remove(victim.share, victim.capacity)

    def _reserve(self, share: str, job: WaitingJob, arn: str) -> Reservation:
        self._future_free.reserve(arn, job.capacity)
        self._future_usage.add(share, job.capacity)
        return arn, job.capacity

    def _block_the_rest(self) -> None:
        for each in self._lists:
            if each.head is not None:
                blocked = self._blocked(each.share, each.head)
                self._plan.blocked[self._queue.arn, each.share] = blocked

    def _blocked(self, share: str, job: WaitingJob) -> BlockedJob:
        if not self._plan.explained:
            exceeded = reasons.limit_exceeded(share, job, self._usage)
            return reasons.status_reason_only(job, self._queue, self._free, exceeded)
        preempted = [each.id for each in self._running if each.stopping_for == job.id]
        preempted += [each.job_id for each in self._plan.preemptions if each.for_job == job.id]
        return reasons.over_quota(
            share, job, self._queue, usage=self._usage, free=self._free, preempted=preempted
        )


@dataclass(frozen=True)
class Candidates:
    """Jobs that may be preempted, and whether one more may be when some are."""

    jobs: Sequence[RunningJob]
    may_preempt: Callable[[Sequence[RunningJob], RunningJob], bool]


def order(
    policy: QuotaSharePolicy, lists: Sequence[WaitingList], running: Sequence[RunningJob]
) -> Iterator[WaitingJob]:
    """Yield the jobs as if all fitted: those within their share's quota first, the oldest first.

    Believed, as the order of the front of a quota-managed queue.
    """
    usage = QuotaShareUsage(policy.shares, running)

    def turn(head: tuple[WaitingList, WaitingJob]) -> tuple[bool, int]:
        waiting, job = head
        return not usage.within_quota(waiting.share, job.capacity), job.sequence

    while heads := [(each, each.head) for each in lists if each.head is not None]:
        waiting, job = min(heads, key=turn)
        yield job
        usage.add(waiting.share, job.capacity)
        waiting.advance()


def _reclaims(share: str, job: WaitingJob, victim: RunningJob) -> tuple[str, str]:
    kinds = ", ".join(sorted(set(job.capacity) & set(victim.capacity)))
    why = f"share {share} takes back {kinds} that share {victim.share} had borrowed"
    return why, reasons.CROSS_SHARE


def _has_priority(share: str, job: WaitingJob, victim: RunningJob) -> tuple[str, str]:
    priorities = f"priority {job.priority} goes before one of priority {victim.priority}"
    return f"a job of {priorities} in share {share}", reasons.IN_SHARE
