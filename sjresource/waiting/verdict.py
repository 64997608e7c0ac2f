"""Whether enough of a completion's jobs have succeeded, or can't succeed any more. Pure."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    Statuses = Sequence[str | None]


class Verdict(Enum):
    """What is certain."""

    ENOUGH = "SUCCEEDED"
    TOO_FEW = "FAILED"
    OPEN = "open"


def judge(statuses: Statuses, min_succeeded: int | None) -> Verdict:
    """Judge as soon as it is certain either way; None for `min_succeeded` means all.

    A status of None is that of a job that Batch has forgotten: it may have succeeded or not.
    """
    needed = len(statuses) if min_succeeded is None else min_succeeded
    if statuses.count("SUCCEEDED") >= needed:
        return Verdict.ENOUGH
    if statuses.count("FAILED") > len(statuses) - needed:
        return Verdict.TOO_FEW
    return Verdict.OPEN


def is_over(statuses: Statuses, min_succeeded: int | None, *, record_all: bool) -> bool:
    """Tell whether nothing that can still happen counts.

    `record_all` is for a completion that records failures: without `min_succeeded` it wants to know
    how each job ended.
    """
    if all(status in _ENDED for status in statuses):
        return True
    if record_all and min_succeeded is None:
        return False
    return judge(statuses, min_succeeded) is not Verdict.OPEN


_ENDED = ("SUCCEEDED", "FAILED", None)
