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

    def __init__(self, environments: Sequence[str], room: FreeCapacity) -> None:
        known = (room.environments.get(arn) for arn in environments)
        self._environments = [each for each in known if each is not None]

    def leaves(
        self, share: str, capacity: Mapping[str, int], room: FreeCapacity, holdings: QuotaShareUsage
    ) -> bool:
        """Whether the others keep what they reserve when a share takes so much of what is free."""
        for unit, count in capacity.items():
            kept = holdings.reserved_from(share, unit)
            if kept and self._binds(share, unit, holdings):
                free = sum(room.free(each.arn, each.unit(unit)) for each in self._environments)
                if free - count < kept:
                    return False
        return True

    def could_ever_leave(
        self, share: str, capacity: Mapping[str, int], holdings: QuotaShareUsage
    ) -> bool:
        """Whether so much and all that the others may reserve is there when nothing runs."""
        return all(
            count + holdings.reservable_from(share, unit) <= self._in_all(unit)
            for unit, count in capacity.items()
            if self._binds(share, unit, holdings)
        )

    def _binds(self, share: str, unit: str, holdings: QuotaShareUsage) -> bool:
        rules = holdings.share(share)
        if rules.lends:
            return True
        own = rules.limits.get(unit, 0)
        return own + holdings.reservable_from(share, unit) <= self._in_all(unit)

    def _in_all(self, unit: str) -> int:
        return sum(each.limits.get(each.unit(unit), 0) for each in self._environments)
