"""Decides which waiting jobs get capacity, who is preempted for them, and says why the rest waits.

Pure: a state and a time in, a plan out; no clock, no store. `plan` goes through the queues by their
priority; how a queue hands out what there is depends on its scheduling policy:
`first_in_first_out`, `fair_share` or `quota_shares`. What AWS documents of these has its page
beside it; what it leaves open is listed under Beliefs in `docs/emulator.md`.
"""

from __future__ import annotations

from sjresource.emulator.scheduling.capacity import NUM_INSTANCES, Environment
from sjresource.emulator.scheduling.planning import order, plan
from sjresource.emulator.scheduling.reasons import LIMIT_EXCEEDED, TOO_LARGE
from sjresource.emulator.scheduling.state import (
    BlockedJob,
    FairSharePolicy,
    Plan,
    Preemption,
    Queue,
    QuotaShareConfiguration,
    QuotaSharePolicy,
    RunningJob,
    State,
    UsagePeriod,
    WaitingJob,
)

__all__ = [
    "LIMIT_EXCEEDED",
    "NUM_INSTANCES",
    "TOO_LARGE",
    "BlockedJob",
    "Environment",
    "FairSharePolicy",
    "Plan",
    "Preemption",
    "Queue",
    "QuotaShareConfiguration",
    "QuotaSharePolicy",
    "RunningJob",
    "State",
    "UsagePeriod",
    "WaitingJob",
    "order",
    "plan",
]
