"""Why a job waits, in words, from Batch's descriptions of it and of its queue. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.status.capacity import (
    amounts,
    could_run,
    needed,
    share_units,
    too_large_words,
    units,
    use_words,
)
from sjresource.status.failure_hints import hint_for
from sjresource.status.place import place_of, place_words
from sjresource.vocabulary import DISABLED, MISCONFIGURATION, stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]


_UNSEEN = ("SUBMITTED", "PENDING")


def why_waiting(
    job: Detail, queue: QueueDescription, names: Mapping[str, str] | None = None
) -> str:
    """Return why a job waits, beside Batch's own reason for it; "" if it doesn't wait.

    The place of a job that can't ever start would mean nothing. `names` are those of other jobs by
    their ARNs, so that the one before it can be named.
    """
    if stage(job["status"]) != "waiting":
        return ""
    if job["status"] != "RUNNABLE":
        # Of a status that is newer than this nothing is known.
        return "the scheduler has not seen it yet" if job["status"] in _UNSEEN else ""
    if never_starts(job.get("statusReason")):
        return too_large_for_queue(job, queue)
    place = place_of(job, queue.snapshot)
    words = [
        *disabled_words(job, queue),
        too_large_for_queue(job, queue),
        place_words(place, (names or {}).get(place.before or "", "")) if place else "",
        share_full_words(job, queue),
        queue_full_words(job, queue),
    ]
    return "; ".join(word for word in words if word)


def disabled_words(job: Detail, queue: QueueDescription) -> list[str]:
    """Return what is DISABLED and keeps a job from starting."""
    words = []
    if queue.queue.get("state") == DISABLED:
        words.append(f"the queue {queue.queue['jobQueueName']} is DISABLED")
    if queue.environments and all(each.get("state") == DISABLED for each in queue.environments):
        names = ", ".join(name_in(each["serviceEnvironmentArn"]) for each in queue.environments)
        words.append(f"every service environment of the queue is DISABLED ({names})")
    share = job.get("quotaShareName")
    if queue.find_share(share).get("state") == DISABLED:
        words.append(f"the quota share {share} is DISABLED")
    return words


def too_large_for_queue(job: Detail, queue: QueueDescription) -> str:
    """Return that no service environment of the queue can ever run a job; "" if one can."""
    wanted = amounts(job.get("capacityUsage", []))
    if not queue.environments or any(could_run(each, wanted) for each in queue.environments):
        return ""
    return f"it {too_large_words(wanted, queue.environments)}"


def share_full_words(job: Detail, queue: QueueDescription) -> str:
    """Return that a job does not fit into its quota share's own capacity; it may still borrow."""
    share = queue.find_share(job.get("quotaShareName"))
    full = [
        f"the quota share {share['quotaShareName']} uses {use_words(unit, of='of its')}"
        for unit in (share_units(share, queue) if share else ())
        if unit.limit is not None and 0 < needed(job, unit.capacity_unit) > unit.limit - unit.used
    ]
    return ", ".join(full)


def queue_full_words(job: Detail, queue: QueueDescription) -> str:
    """Return which units have too little left for a job that they could hold."""
    full = [
        f"{use_words(unit)} in use"
        for unit in units(queue)
        if unit.limit is not None
        and 0 < needed(job, unit.capacity_unit) <= unit.limit
        and needed(job, unit.capacity_unit) > unit.limit - unit.used - unit.used_by_others
    ]
    return ", ".join(full)


def never_starts(reason: str | None) -> bool:
    """Return whether Batch's reason means that a job will wait for ever."""
    return (reason or "").startswith(MISCONFIGURATION)


def never_starts_words(reason: str, *, quoted: bool = True) -> str:
    """Return that a job waits for ever, and what to do; "" for any other reason.

    The reason is in it if it is to be `quoted`.
    """
    if not never_starts(reason):
        return ""
    hint = hint_for(reason)
    quote = f": {reason}" if quoted else ""
    return f"it will never start as things are{quote}" + (f"; {hint}" if hint else "")
