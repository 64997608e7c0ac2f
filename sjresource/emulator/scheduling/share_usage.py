"""What the shares of one queue use: under fair share, and under quota management.

A quota share lends what it has and does not use, if its strategy is LEND or LEND_AND_BORROW; one
that is LEND_AND_BORROW may use more than its own limits, up to its borrowLimit in per cent of them.
What a share of the strategy RESERVE does not use stays free for its own jobs:
https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
Believed: instances that no share has in its limits can't be borrowed, and a share without a limit
for an instance type has none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling.state import QuotaShareConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.emulator.scheduling.state import FairSharePolicy, RunningJob, UsagePeriod


class FairShareUsage:
    """What each share uses now, and has used on average over the policy's window.

    The average weighs a moment by how recent it is: 2 for now, 1 for the middle of the window, 0
    for its beginning, so that a share that always used three instances has an average of three.
    """

    def __init__(
        self,
        policy: FairSharePolicy,
        running: Iterable[RunningJob],
        past: Iterable[UsagePeriod],
        now: float,
    ) -> None:
        self._policy = policy
        self._now = now
        self.used: dict[str, int] = {}
        self.average: dict[str, float] = {}
        for job in running:
            instances = sum(job.capacity.values())
            self.add(job.share, instances)
            self._add_to_average(job.share, instances, job.since, now)
        for period in past:
            self._add_to_average(period.share, period.instances, period.start, period.end)

    def add(self, share: str, instances: int) -> None:
        """Count instances that a share uses from now on."""
        self.used[share] = self.used.get(share, 0) + instances

    def score(self, share: str) -> float:
        """Return the weighted usage of a share; the lowest goes next."""
        used = self.used.get(share, 0) + self.average.get(share, 0.0)
        return self._policy.weight(share) * used

    def active(self, waiting: Iterable[str]) -> int:
        """Count the shares that wait, use capacity, or used it within the window."""
        return len({*waiting, *self.used, *self.average})

    def _add_to_average(self, share: str, instances: int, start: float, end: float) -> None:
        window = self._policy.window
        oldest = min(max(self._now - start, 0.0), window)
        newest = min(max(self._now - end, 0.0), window)
        weight = (2 * (oldest - newest) - (oldest**2 - newest**2) / window) / window
        if weight > 0:
            self.average[share] = self.average.get(share, 0.0) + instances * weight


class QuotaShareUsage:
    """Instances that each quota share uses, by type; sums are kept, since they are read most."""

    def __init__(
        self,
        shares: Mapping[str, QuotaShareConfiguration],
        running: Iterable[RunningJob] = (),
    ) -> None:
        self.shares = shares
        self._used: dict[str, dict[str, int]] = {}
        self._lendable: dict[str, int] = {}
        self._borrowed: dict[str, int] = {}
        self._reservable: dict[str, int] = {}
        for share in shares.values():
            total = self._lendable if share.lends else self._reservable
            for unit, count in share.limits.items():
                total[unit] = total.get(unit, 0) + count
        self._idle, self._reserved = dict(self._lendable), dict(self._reservable)
        for job in running:
            self.add(job.share, job.capacity)

    def copy(self) -> QuotaShareUsage:
        """Return an independent copy."""
        copied = QuotaShareUsage({})
        copied.shares, copied._lendable = self.shares, self._lendable
        copied._reservable, copied._reserved = self._reservable, dict(self._reserved)
        copied._used = {share: dict(units) for share, units in self._used.items()}
        copied._borrowed, copied._idle = dict(self._borrowed), dict(self._idle)
        return copied

    def share(self, name: str) -> QuotaShareConfiguration:
        """Return a share's configuration; a deleted share has no limits, and so no capacity."""
        return self.shares.get(name) or QuotaShareConfiguration(name, {})

    def add(self, share: str, capacity: Mapping[str, int]) -> None:
        """Count capacity that a share uses from now on."""
        used = self._used.setdefault(share, {})
        configuration = self.share(share)
        for unit, count in capacity.items():
            limit, before = configuration.limits.get(unit, 0), used.get(unit, 0)
            after = used[unit] = before + count
            borrowed = max(0, after - limit) - max(0, before - limit)
            self._borrowed[unit] = self._borrowed.get(unit, 0) + borrowed
            unused = self._idle if configuration.lends else self._reserved
            idle = max(0, limit - after) - max(0, limit - before)
            unused[unit] = unused.get(unit, 0) + idle

    def remove(self, share: str, capacity: Mapping[str, int]) -> None:
        """Count capacity that a share no longer uses."""
        self.add(share, {unit: -count for unit, count in capacity.items()})

    def used(self, share: str, unit: str) -> int:
        """Return how many instances of a type a share uses."""
        return self._used.get(share, {}).get(unit, 0)

    def borrowed(self, share: str, unit: str) -> int:
        """Return how many instances it uses beyond its own limit."""
        return max(0, self.used(share, unit) - self.share(share).limits.get(unit, 0))

    def borrowers(self, unit: str) -> dict[str, int]:
        """Return how many instances of a type each borrowing share has borrowed."""
        found = {share: self.borrowed(share, unit) for share in self._used}
        return {share: count for share, count in found.items() if count}

    def idle_to_lend(self, unit: str) -> int:
        """Return how much of their own the lending shares don't use, lent out or not."""
        return self._idle.get(unit, 0)

    def reserved_from(self, share: str, unit: str) -> int:
        """Return how many unused instances the other RESERVE shares keep from this share."""
        return self._of_others(share, unit, self._reserved, self._own_idle(share, unit))

    def reservable_from(self, share: str, unit: str) -> int:
        """Return how many instances the other RESERVE shares may keep from it, used or not."""
        own = self.share(share).limits.get(unit, 0)
        return self._of_others(share, unit, self._reservable, own)

    def reserving(self, share: str, unit: str) -> list[str]:
        """Return the names of the RESERVE shares that keep something from it at the moment."""
        return [
            name
            for name, other in sorted(self.shares.items())
            if not other.lends and name != share and self._own_idle(name, unit)
        ]

    def within_quota(self, share: str, capacity: Mapping[str, int]) -> bool:
        """Return whether a share's own limits allow this capacity in addition."""
        limits = self.share(share).limits
        return all(
            self.used(share, unit) + count <= limits.get(unit, 0)
            for unit, count in capacity.items()
        )

    def may_borrow(self, share: str, capacity: Mapping[str, int]) -> bool:
        """Return whether a share may use this capacity in addition: its own, and what is lent."""
        return all(self._may_use(share, unit, count) for unit, count in capacity.items())

    def lendable_to(self, share: str, unit: str) -> int:
        """Return how many instances the other shares lend when none of them is used."""
        own = self.share(share)
        return self._lendable.get(unit, 0) - own.limits.get(unit, 0) * own.lends

    def _own_idle(self, share: str, unit: str) -> int:
        return max(0, self.share(share).limits.get(unit, 0) - self.used(share, unit))

    def _of_others(self, share: str, unit: str, total: Mapping[str, int], own: int) -> int:
        return total.get(unit, 0) - own * (not self.share(share).lends)

    def _may_use(self, share: str, unit: str, more: int) -> bool:
        configuration = self.share(share)
        beyond = self.used(share, unit) - configuration.limits.get(unit, 0)
        if beyond + more <= 0:
            return True
        most = configuration.most_borrowed(unit)
        if most is not None and beyond + more > most:
            return False
        borrowed = self._borrowed.get(unit, 0) - max(0, beyond) + beyond + more
        idle = self._idle.get(unit, 0) - self._own_idle(share, unit) * configuration.lends
        return borrowed <= idle
