"""A waiting job's place in its queue, or in its quota share, and in words. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    Detail = Mapping[str, Any]


class Place(NamedTuple):
    """How near a RUNNABLE job is to its start: 1 starts next, None is not known.

    A snapshot lists the first 100 jobs of a queue in `frontOfQueue`, and of each quota share the
    first job alone in `frontOfQuotaShares`. So every other job of a share has a place in the queue,
    across its shares, and none in the share.
    https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
    """

    in_queue: int | None
    in_share: int | None
    share: str | None
    listed: int
    """How many jobs of the queue the snapshot lists."""
    before: str | None = None
    """The ARN of the job directly before it in a queue without quota shares."""


def place_of(job: Detail, snapshot: Detail) -> Place | None:
    """Return a job's place; None if it isn't RUNNABLE, or the snapshot lists no jobs."""
    share = job.get("quotaShareName")
    queue = _arns(snapshot.get("frontOfQueue", {}).get("jobs", []))
    shares = snapshot.get("frontOfQuotaShares", {}).get("quotaShares", {})
    in_share = _number(job, _arns(shares.get(share, [])))
    if job["status"] != "RUNNABLE" or not (queue or in_share):
        return None
    number = _number(job, queue)
    before = queue[number - 2] if number and number > 1 and not share else None
    return Place(number, in_share, share, len(queue), before)


def place_words(place: Place, before: str = "") -> str:
    """Return `1st in the quota share vision`, or `3rd in the queue, behind resnet`."""
    if place.in_share:
        return f"{ordinal(place.in_share)} in the quota share {place.share}"
    if place.in_queue:
        words = f"{ordinal(place.in_queue)} in the queue"
        return f"{words}, behind {before}" if before else words
    return f"behind the first {place.listed if place.listed > 1 else 'job'} in the queue"


def ordinal(number: int) -> str:
    """Return a number as an ordinal: 1st, 2nd, 11th."""
    teens = 10 < number % 100 < 14  # noqa: PLR2004 - eleventh, twelfth, thirteenth
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"


_ENDINGS = {1: "st", 2: "nd", 3: "rd"}


def _arns(jobs: list[Detail]) -> list[str]:
    return [job.get("jobArn", "") for job in jobs]


def _number(job: Detail, arns: list[str]) -> int | None:
    return arns.index(job["jobArn"]) + 1 if job["jobArn"] in arns else None
