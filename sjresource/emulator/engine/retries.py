"""Decides what follows a failed attempt: pure rules from Batch's retry documentation.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

RECEIVED: Final = "Received status from SageMaker: "
"""How Batch begins the reason of an attempt that SageMaker ended."""

SHORTAGE: Final = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - Unable to provision requested compute resources"
)
"""What Batch shows of a job that SageMaker had no instances for:
https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable_capacity.html"""

_CAPACITY: Final = "CapacityError"


def is_capacity_failure(failure_reason: str | None) -> bool:
    """Tell whether SageMaker had no instances: such a failure does not use up an attempt."""
    return (failure_reason or "").startswith(_CAPACITY)


def after_failure(
    strategy: Mapping[str, Any] | None, failed_attempts: int, status_reason: str
) -> Literal["RETRY", "EXIT"]:
    """Decide whether a job whose `failed_attempts`-th attempt just failed is tried again.

    Without a strategy a job has one attempt. The first pattern that matches decides; where none
    does, the job is retried while attempts are left.
    """
    if failed_attempts >= (strategy or {}).get("attempts", 1):
        return "EXIT"
    for rule in (strategy or {}).get("evaluateOnExit", []):
        if _matches(rule.get("onStatusReason", "*"), status_reason):
            return "EXIT" if rule.get("action") == "EXIT" else "RETRY"
    return "RETRY"


def _matches(pattern: str, text: str) -> bool:
    """Whether a pattern fits all of a text; each * stands for anything, or nothing."""
    first, *others = pattern.split("*")
    if not others or not text.startswith(first):
        return text == pattern
    position = len(first)
    for part in others[:-1]:
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return text.endswith(others[-1]) and len(text) - position >= len(others[-1])
