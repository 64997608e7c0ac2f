"""What the quota shares of one queue hold, and what they may lend and borrow.

A share lends what it has and does not use, if its strategy is LEND or LEND_AND_BORROW; one that is
LEND_AND_BORROW may hold more than its own limits, up to its borrowLimit in per cent of them. What a
share of the strategy RESERVE does not use stays free for its own jobs:
https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
Believed: instances that no share has in its limits can't be borrowed, and a share without a limit
for an instance type has none of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sjresource.emulator.scheduling.state import QuotaShareConfiguration

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.emulator.scheduling.state import RunningJob


class QuotaShareUsage:
    """Instances by share and type; mutable. Sums are kept, for they are asked for most."""

    def __init__(
        self, shares: Mapping[str, QuotaShareConfiguration], running: Iterable[RunningJob] = ()
    ) -> None:
        self.shares = shares
        self._held: dict[str, dict[str, int]] = {}
        self._lendable: dict[str, int] = {}
        self._borrowed: dict[str, int] = {}
        self._reservable: dict[str, int] = {}
        for share in shares.values():
            kept = self._lendable if share.lends else self._reservable
            for unit, count in share.limits.items():
                kept[unit] = kept.get(unit, 0) + count
        self._idle, self._reserved = dict(self._lendable), dict(self._reservable)
        for job in running:
            self.hold(job.share, job.capacity)

    def copy(self) -> QuotaShareUsage:
        """Make other holdings that are the same."""
        made = QuotaShareUsage({})
        made.shares, made._lendable = self.shares, self._lendable
        made._reservable, made._reserved = self._reservable, dict(self._reserved)
        made._held = {share: dict(units) for share, units in self._held.items()}
        made._borrowed, made._idle = dict(self._borrowed), dict(self._idle)
        return made

    def share(self, name: str) -> QuotaShareConfiguration:
        """Give a share's rules; one that is gone has no limits, and so no capacity."""
        return self.shares.get(name) or QuotaShareConfiguration(name, {})

    def hold(self, share: str, capacity: Mapping[str, int]) -> None:
        """Let a share hold more."""
        held = self._held.setdefault(share, {})
        rules = self.share(share)
        for unit, count in capacity.items():
            limit, before = rules.limits.get(unit, 0), held.get(unit, 0)
            after = held[unit] = before + count
            more = max(0, after - limit) - max(0, before - limit)
            self._borrowed[unit] = self._borrowed.get(unit, 0) + more
            unused = self._idle if rules.lends else self._reserved
            idle = max(0, limit - after) - max(0, limit - before)
            unused[unit] = unused.get(unit, 0) + idle

    def release(self, share: str, capacity: Mapping[str, int]) -> None:
        """Let a share hold less."""
        self.hold(share, {unit: -count for unit, count in capacity.items()})

    def held(self, share: str, unit: str) -> int:
        """Tell how many instances of a type a share holds."""
        return self._held.get(share, {}).get(unit, 0)

    def borrowed(self, share: str, unit: str) -> int:
        """Tell how many instances it holds beyond its own limit."""
        return max(0, self.held(share, unit) - self.share(share).limits.get(unit, 0))

    def borrowers(self, unit: str) -> dict[str, int]:
        """Give what each share has borrowed of a type."""
        found = {share: self.borrowed(share, unit) for share in self._held}
        return {share: count for share, count in found.items() if count}

    def idle_to_lend(self, unit: str) -> int:
        """Tell how much of their own the lending shares don't use, lent out or not."""
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
            for name, rules in sorted(self.shares.items())
            if not rules.lends and name != share and self._own_idle(name, unit)
        ]

    def within_quota(self, share: str, capacity: Mapping[str, int]) -> bool:
        """Tell whether so much more is a share's own."""
        limits = self.share(share).limits
        return all(
            self.held(share, unit) + count <= limits.get(unit, 0)
            for unit, count in capacity.items()
        )

    def may_borrow(self, share: str, capacity: Mapping[str, int]) -> bool:
        """Tell whether a share may hold so much more: its own, and what others lend it."""
        return all(self._may_hold(share, unit, count) for unit, count in capacity.items())

    def lendable_to(self, share: str, unit: str) -> int:
        """Return how many instances the other shares lend when none of them is used."""
        own = self.share(share)
        return self._lendable.get(unit, 0) - own.limits.get(unit, 0) * own.lends

    def _own_idle(self, share: str, unit: str) -> int:
        return max(0, self.share(share).limits.get(unit, 0) - self.held(share, unit))

    def _of_others(self, share: str, unit: str, total: Mapping[str, int], own: int) -> int:
        return total.get(unit, 0) - own * (not self.share(share).lends)

    def _may_hold(self, share: str, unit: str, more: int) -> bool:
        rules = self.share(share)
        beyond = self.held(share, unit) - rules.limits.get(unit, 0)
        if beyond + more <= 0:
            return True
        most = rules.most_borrowed(unit)
        if most is not None and beyond + more > most:
            return False
        borrowed = self._borrowed.get(unit, 0) - max(0, beyond) + beyond + more
        idle = self._idle.get(unit, 0) - self._own_idle(share, unit) * rules.lends
        return borrowed <= idle
