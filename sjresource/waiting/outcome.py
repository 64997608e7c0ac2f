"""Decides whether a wait has succeeded, has failed, or goes on: by the jobs' statuses alone. Pure.

`judge` is the one place where a wait fails because of its jobs. `wait.py` asks it after each end
of a job and raises the error; `record.py` asks it for the status of a recorded outcome.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Statuses = Sequence[str | None]

_ENDED = ("SUCCEEDED", "FAILED", None)


class WaitOutcome(Enum):
    """The outcome of a wait, as far as it is certain."""

    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    UNDECIDED = "UNDECIDED"


def judge(statuses: Statuses, min_succeeded: int | None) -> WaitOutcome:
    """Return the outcome as soon as it is certain; None for `min_succeeded` means all jobs.

    A status of None is that of a job that Batch has forgotten: it may have succeeded or failed.
    """
    needed = len(statuses) if min_succeeded is None else min_succeeded
    if statuses.count("SUCCEEDED") >= needed:
        return WaitOutcome.SUCCEEDED
    if statuses.count("FAILED") > len(statuses) - needed:
        return WaitOutcome.FAILED
    return WaitOutcome.UNDECIDED


def is_over(statuses: Statuses, min_succeeded: int | None, *, record_all: bool) -> bool:
    """Return whether the wait can end: no job that goes on would change its outcome.

    `record_all` is set for a completion that records failures: without `min_succeeded` it records
    how each job ended, so it waits for all of them.
    """
    if all(status in _ENDED for status in statuses):
        return True
    if record_all and min_succeeded is None:
        return False
    return judge(statuses, min_succeeded) is not WaitOutcome.UNDECIDED


def is_known(statuses: Statuses, min_succeeded: int | None, *, record_all: bool) -> bool:
    """Return whether the outcome does not hang on a job that Batch has forgotten.

    A completion that records how each job ended has to know all of them.
    """
    if None not in statuses:
        return True
    outcome = judge(statuses, min_succeeded)
    if record_all and min_succeeded is not None and outcome is WaitOutcome.FAILED:
        return True
    return outcome is WaitOutcome.SUCCEEDED


def is_settled(statuses: Statuses, min_succeeded: int | None, *, records_failures: bool) -> bool:
    """Return whether no job can change what is recorded any more; a failure is if it is wanted."""
    outcome = judge(statuses, min_succeeded)
    return (
        is_over(statuses, min_succeeded, record_all=records_failures)
        and is_known(statuses, min_succeeded, record_all=records_failures)
        and (
            outcome is WaitOutcome.SUCCEEDED or (records_failures and outcome is WaitOutcome.FAILED)
        )
    )
