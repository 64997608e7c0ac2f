"""What must stay free in a queue's environments for its RESERVE shares.

"The RESERVE strategy allows a quota share to reserve idle capacity for itself":
https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
Believed: that holds against jobs within their own share's limits, too; where the limits of all
RESERVE shares are more than there is, they can't all be kept, and don't count among these shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.emulator.scheduling.capacity import FreeCapacity
    from sjresource.emulator.scheduling.share_usage import QuotaShareUsage


class Reservations:
    """What a queue's RESERVE shares keep, in the environments of these ARNs."""

    def __init__(self, environments: Sequence[str], free: FreeCapacity) -> None:
        self._environments = free.known(environments)

    def leaves(
        self, share: str, capacity: Mapping[str, int], free: FreeCapacity, usage: QuotaShareUsage
    ) -> bool:
        """Return whether the others keep what they reserve when a share takes this capacity."""
        for unit, count in capacity.items():
            reserved = usage.reserved_from(share, unit)
            if reserved and self._binds(share, unit, usage):
                left = sum(free.free(each.arn, each.unit(unit)) for each in self._environments)
                if left - count < reserved:
                    return False
        return True

    def could_ever_leave(
        self, share: str, capacity: Mapping[str, int], usage: QuotaShareUsage
    ) -> bool:
        """Return whether this capacity and all the others may reserve fit when nothing runs."""
        return all(
            count + usage.reservable_from(share, unit) <= self._limit(unit)
            for unit, count in capacity.items()
            if self._binds(share, unit, usage)
        )

    def _binds(self, share: str, unit: str, usage: QuotaShareUsage) -> bool:
        configuration = usage.share(share)
        if configuration.lends:
            return True
        own = configuration.limits.get(unit, 0)
        return own + usage.reservable_from(share, unit) <= self._limit(unit)

    def _limit(self, unit: str) -> int:
        return sum(each.limits.get(each.unit(unit), 0) for each in self._environments)
