"""Quota shares: each has its own line and limits; idle capacity is lent, and taken back.

Documented (https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html,
.../preemption.html, .../APIReference/API_QuotaSharePolicy.html): the scheduler goes through the
shares; idle capacity is given to those that borrow first in, first out; cross-share preemption
restores what was lent when the owner's jobs arrive; in-share preemption makes way for a higher
schedulingPriority. Believed:

1. A head that its share's own limits allow comes before all that borrow, the oldest first.
2. If there is no room for it, jobs of shares that hold more than their limits are preempted, and
   what is free, or will be, is kept for it.
3. Then heads borrow, the oldest first.
4. A head that still waits preempts jobs of a lower priority in its share, if the share allows it.

In all of these what other shares reserve (`reservations`) is no room.
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
        Plan,
        Queue,
        QuotaSharePolicy,
        RunningJob,
        WaitingJob,
        WaitingList,
    )


class QuotaSharePass:
    """One pass over one queue.

    `room` and `_holdings` are what is true now; `_promised` and `_coming` what will be when all
    that is stopping has stopped, with what waits for that already counted in.
    """

    def __init__(
        self,
        queue: Queue,
        policy: QuotaSharePolicy,
        lines: Sequence[WaitingList],
        *,
        running: Sequence[RunningJob],
        room: FreeCapacity,
        plan: Plan,
    ) -> None:
        self._queue = queue
        self._lines = lines
        self._running = running
        self._staying = [job for job in running if not job.stopping]
        self._room = room
        self._plan = plan
        self._holdings = QuotaShareUsage(policy.shares, running)
        self._coming = QuotaShareUsage(policy.shares, self._staying)
        self._reservations = Reservations(queue.environments, room)
        self._promised = room.copy()
        for job in running:
            if job.stopping:
                self._promised.release(job.environment, job.capacity)

    def run(self) -> None:
        """Place, preempt, and say what blocks the rest."""
        kept: list[tuple[str, Mapping[str, int]]] = []
        self._place_all(self._holdings.within_quota)
        for share, job in self._heads():
            if self._coming.within_quota(share, job.capacity):
                kept += self._make_room(share, job, self._borrowing(job), _takes_back)
        self._place_all(self._holdings.may_borrow)
        for share, job in self._heads():
            if self._holdings.share(share).in_share_preemption:
                kept += self._make_room(share, job, self._less_important(share, job), _goes_before)
        self._block_the_rest()
        for arn, capacity in kept:  # queues of a lower priority leave it alone
            self._room.reserve(arn, capacity)

    def _place_all(self, allowed: Callable[[str, Mapping[str, int]], bool]) -> None:
        """Place heads, the oldest first, while rules and room allow it."""
        turns = [
            (line.head.sequence, line.share, line) for line in self._lines if line.head is not None
        ]
        heapq.heapify(turns)
        while turns:
            line = turns[0][2]
            if line.head is None or not self._place(line, line.head, allowed):
                heapq.heappop(turns)
            elif line.head is not None:
                heapq.heapreplace(turns, (line.head.sequence, line.share, line))

    def _place(
        self, line: WaitingList, job: WaitingJob, allowed: Callable[[str, Mapping[str, int]], bool]
    ) -> bool:
        if not job.ready or not allowed(line.share, job.capacity):
            return False
        for room, holdings in ((self._room, self._holdings), (self._promised, self._coming)):
            if not self._reservations.leaves(line.share, job.capacity, room, holdings):
                return False
        for arn in self._queue.environments:
            chosen = self._room.first_that_fits([arn], job.capacity)
            if chosen is not None and self._promised.fits(arn, job.capacity):
                self._plan.placements[job.id] = arn
                self._take(line.share, job, arn, self._room, self._holdings)
                self._take(line.share, job, arn, self._promised, self._coming)
                line.advance()
                return True
        return False

    def _heads(self) -> Iterator[tuple[str, WaitingJob]]:
        """Give the heads that could start and still wait, the oldest first."""
        waiting = [(line.share, line.head) for line in self._lines if line.head is not None]
        ready = [(share, job) for share, job in waiting if job.ready]
        yield from sorted(ready, key=lambda pair: pair[1].sequence)

    def _make_room(
        self,
        share: str,
        job: WaitingJob,
        candidates: Candidates,
        why: Callable[[str, WaitingJob, RunningJob], tuple[str, str]],
    ) -> Iterator[tuple[str, Mapping[str, int]]]:
        """Preempt for a head if that helps, and keep what it will start on."""
        if not self._reservations.could_ever_leave(share, job.capacity, self._coming):
            return
        able = [
            arn
            for arn in self._queue.environments
            if (known := self._room.environments.get(arn)) is not None
            and known.open
            and known.could_hold(job.capacity)
        ]
        for arn in able:
            if self._will_fit(share, job, arn, ()):
                yield self._keep(share, job, arn)
                return
        for arn in able:
            there = [each for each in candidates.jobs if each.environment == arn]
            victims = choose_victims(
                there, partial(self._will_fit, share, job, arn), candidates.may_go
            )
            if victims:
                for victim in victims:
                    self._preempt(victim, job, why(share, job, victim))
                yield self._keep(share, job, arn)
                return
        if able and self._coming.within_quota(share, job.capacity):
            yield self._keep(share, job, able[0])  # or borrowers would take what comes free

    def _will_fit(self, share: str, job: WaitingJob, arn: str, gone: Sequence[RunningJob]) -> bool:
        """Tell whether a head can start in an environment once `gone` and the stopping have."""
        holdings, room = self._coming, self._promised
        if gone:
            holdings, room = holdings.copy(), room.copy()
            for victim in gone:
                holdings.release(victim.share, victim.capacity)
                room.release(victim.environment, victim.capacity)
        return (
            holdings.may_borrow(share, job.capacity)
            and room.fits(arn, job.capacity)
            and self._reservations.leaves(share, job.capacity, room, holdings)
        )

    def _borrowing(self, job: WaitingJob) -> Candidates:
        """Give the jobs of shares that hold more than their own of what a head needs."""

        def may_go(chosen: Sequence[RunningJob], candidate: RunningJob) -> bool:
            left = self._coming.copy()
            for victim in chosen:
                left.release(victim.share, victim.capacity)
            units = set(job.capacity) & set(candidate.capacity)
            return any(left.borrowed(candidate.share, unit) for unit in units)

        return Candidates([each for each in self._staying if may_go((), each)], may_go)

    def _less_important(self, share: str, job: WaitingJob) -> Candidates:
        lower = [
            each for each in self._staying if each.share == share and each.priority < job.priority
        ]
        return Candidates(lower, lambda _chosen, _next: True)

    def _preempt(self, victim: RunningJob, job: WaitingJob, why: tuple[str, str]) -> None:
        self._plan.preemptions.append(Preemption(victim.id, job.id, *why))
        self._staying.remove(victim)
        self._promised.release(victim.environment, victim.capacity)
        self._coming.release(victim.share, victim.capacity)

    def _keep(self, share: str, job: WaitingJob, arn: str) -> tuple[str, Mapping[str, int]]:
        self._take(share, job, arn, self._promised, self._coming)
        return arn, job.capacity

    def _take(
        self, share: str, job: WaitingJob, arn: str, room: FreeCapacity, holdings: QuotaShareUsage
    ) -> None:
        room.reserve(arn, job.capacity)
        holdings.hold(share, job.capacity)

    def _block_the_rest(self) -> None:
        for line in self._lines:
            if line.head is None:
                continue
            if not self._plan.explained:
                self._plan.blocked[self._queue.arn, line.share] = reasons.status_reason_only(
                    line.head,
                    self._queue,
                    self._room,
                    reasons.limit_exceeded(line.share, line.head, self._holdings),
                )
                continue
            giving_way = [job.id for job in self._running if job.stopping_for == line.head.id]
            giving_way += [
                each.job_id for each in self._plan.preemptions if each.for_job == line.head.id
            ]
            self._plan.blocked[self._queue.arn, line.share] = reasons.over_quota(
                line.share,
                line.head,
                self._queue,
                holdings=self._holdings,
                room=self._room,
                giving_way=giving_way,
            )


@dataclass(frozen=True)
class Candidates:
    """Jobs that may be preempted, and whether one more may be when some are."""

    jobs: Sequence[RunningJob]
    may_go: Callable[[Sequence[RunningJob], RunningJob], bool]


def order(
    policy: QuotaSharePolicy, lines: Sequence[WaitingList], running: Sequence[RunningJob]
) -> Iterator[WaitingJob]:
    """Go through the jobs as if there were room: heads within their quota first, the oldest first.

    Believed, as the order of the front of a quota-managed queue.
    """
    holdings = QuotaShareUsage(policy.shares, running)
    left = [line for line in lines if line.head is not None]
    while left:
        line = min(left, key=lambda line: _turn(line, holdings))
        if line.head is not None:
            yield line.head
            holdings.hold(line.share, line.head.capacity)
        line.advance()
        left = [line for line in left if line.head is not None]


def _turn(line: WaitingList, holdings: QuotaShareUsage) -> tuple[bool, int]:
    if line.head is None:
        return True, 0
    return not holdings.within_quota(line.share, line.head.capacity), line.head.sequence


def _takes_back(share: str, job: WaitingJob, victim: RunningJob) -> tuple[str, str]:
    kinds = ", ".join(sorted(set(job.capacity) & set(victim.capacity)))
    why = f"share {share} takes back {kinds} that share {victim.share} had borrowed"
    return why, reasons.CROSS_SHARE


def _goes_before(share: str, job: WaitingJob, victim: RunningJob) -> tuple[str, str]:
    priorities = f"priority {job.priority} goes before one of priority {victim.priority}"
    return f"a job of {priorities} in share {share}", reasons.IN_SHARE
