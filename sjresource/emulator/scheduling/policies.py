"""Reads policies and shares as Batch's API has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.emulator.scheduling.state import FairSharePolicy, QuotaShareConfiguration

if TYPE_CHECKING:
    from collections.abc import Mapping


def fair_share(policy: Mapping[str, Any]) -> FairSharePolicy:
    """Read a fairsharePolicy in AWS's names."""
    return FairSharePolicy(
        weights={
            each["shareIdentifier"]: each.get("weightFactor", 1.0)
            for each in policy.get("shareDistribution", [])
        },
        decay_seconds=policy.get("shareDecaySeconds", 0),
        compute_reservation=policy.get("computeReservation", 0),
    )


def quota_share(name: str, detail: Mapping[str, Any]) -> QuotaShareConfiguration:
    """Read a quota share in AWS's names."""
    sharing = detail.get("resourceSharingConfiguration", {"strategy": "RESERVE"})
    borrows = sharing["strategy"] == "LEND_AND_BORROW"
    preemption = detail.get("preemptionConfiguration", {})
    return QuotaShareConfiguration(
        name=name,
        limits={each["capacityUnit"]: each["maxCapacity"] for each in detail["capacityLimits"]},
        lends=sharing["strategy"] != "RESERVE",
        borrows=borrows,
        borrow_limit=sharing.get("borrowLimit", -1) if borrows else 0,
        in_share_preemption=preemption.get("inSharePreemption") == "ENABLED",
    )
