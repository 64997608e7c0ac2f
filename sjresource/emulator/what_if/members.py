"""What a scenario's JSON may hold: the decoders of its members, with their bounds."""

from __future__ import annotations

from typing import Any, Final

from sjresource.emulator.protocol.decoding import (
    WrongInputError,
    anything,
    flag,
    listing,
    mapping,
    number,
    one_of,
    optional,
    record,
    text,
    whole,
)

MOST_JOBS: Final = 100_000
"""So many are played in some minutes."""

_MANY: Final = 1000
_INSTANCES: Final = whole(0, 1_000_000)
_PRIORITY: Final = whole(0, 1_000_000)


def _seconds(value: Any, where: str) -> float | list[float]:
    """Decode a number of seconds, or the least and the most."""
    decoder = listing(number(), 2, 2) if isinstance(value, list) else number()
    decoded: float | list[float] = decoder(value, where)
    return decoded


_FAIR_SHARE: Final = record(
    {
        "shareDistribution": listing(
            record(
                {"shareIdentifier": text(), "weightFactor": number(0.0001, 999.9999)},
                "shareIdentifier",
            ),
            500,
        ),
        "shareDecaySeconds": whole(0, 604_800),
        "computeReservation": whole(0, 99),
    }
)
_QUOTA_SHARE: Final = record(
    {
        "capacityLimits": listing(
            record(
                {"capacityUnit": text(), "maxCapacity": _INSTANCES}, "capacityUnit", "maxCapacity"
            ),
            _MANY,
        ),
        "resourceSharingConfiguration": record(
            {
                "strategy": one_of("RESERVE", "LEND", "LEND_AND_BORROW"),
                "borrowLimit": whole(-1, 1_000_000),
            },
            "strategy",
        ),
        "preemptionConfiguration": record({"inSharePreemption": one_of("ENABLED", "DISABLED")}),
    },
    "capacityLimits",
)


def _quota_shares(value: Any, where: str) -> dict[str, Any]:
    try:
        shares: dict[str, Any] = mapping(_QUOTA_SHARE, _MANY)(value, where)
    except WrongInputError as wrong:
        raise WrongInputError(
            wrong.where, f"must be as in CreateQuotaShare: {wrong.what}"
        ) from None
    return shares


_QUEUE: Final = record(
    {
        "priority": _PRIORITY,
        "environments": listing(text(), _MANY),
        "fairsharePolicy": _FAIR_SHARE,
        "quotaShares": _quota_shares,
    }
)
_JOB: Final = record(
    {
        "name": text(),
        "queue": text(),
        "share": text(),
        "at": number(),
        "seconds": _seconds,
        "instances": _INSTANCES,
        "type": text(),
        "priority": _PRIORITY,
        "preemption_retries": optional(whole()),
        "count": whole(0, MOST_JOBS),
        "every": number(),
        "random": flag,
    },
    "name",
    "seconds",
)
_CHANGE: Final = record(
    {
        "at": number(),
        "job": text(),
        "priority": _PRIORITY,
        "queue": text(),
        "quotaShares": _quota_shares,
    },
    "at",
)
SCENARIO: Final = record(
    {
        "about": text(),
        "seed": whole(0, 2**63),
        "until": optional(number()),
        "stopping_seconds": number(),
        "environments": mapping(mapping(_INSTANCES, _MANY), _MANY),
        "queues": mapping(_QUEUE, _MANY),
        "jobs": listing(_JOB, MOST_JOBS),
        "changes": listing(_CHANGE, MOST_JOBS),
        "expect": anything,
    },
    "environments",
    "queues",
    root="scenario",
)
