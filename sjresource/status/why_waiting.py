"""Why a job waits, in words, from what Batch tells: its reason, its place, what is in use. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sjresource.status.capacity import quantity
from sjresource.vocabulary import DISABLED, NUM_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Answer = Mapping[str, Any]
    View = Mapping[str, Any]

_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}


def why_waiting(
    job: Answer, queue: View, snapshot: Answer, names: Mapping[str, str] | None = None
) -> str:
    """Say why a job waits; `queue` is as it is shown, `snapshot` as Batch gives it.

    `names` are those of other jobs by their ARNs, so that what is in the way has a name.
    """
    if job["status"] != "RUNNABLE":
        return "the scheduler has not seen it yet"
    words = [
        *_closed(job, queue),
        *_impossible(job, queue),
        (job.get("statusReason") or "").rstrip("."),
        _place(job, snapshot, names or {}),
        *_full(job, queue),
    ]
    return "; ".join(word for word in words if word)


def _closed(job: Answer, queue: View) -> Iterator[str]:
    if queue["state"] == DISABLED:
        yield "the queue is DISABLED"
    environments = queue["environments"]
    if environments and all(each["state"] == DISABLED for each in environments):
        yield "every service environment of the queue is DISABLED"
    share = _share(job, queue)
    if share is not None and share["state"] == DISABLED:
        yield f"share {share['name']} is DISABLED"


def _impossible(job: Answer, queue: View) -> Iterator[str]:
    for unit in queue["units"]:
        needed = quantity(job.get("capacityUsage", []), unit["unit"])
        if "most" in unit and needed > unit["most"]:
            yield f"it needs {needed:g}, there are {_of(unit, 'most')} in all"


def _full(job: Answer, queue: View) -> Iterator[str]:
    share = _share(job, queue)
    needs = job.get("capacityUsage", [])
    for unit in share["units"] if share else ():
        if "own" in unit and quantity(needs, unit["unit"]) + unit["used"] > unit["own"]:
            yield f"share {share['name']} uses {unit['used']:g} of its {_of(unit, 'own')}"
    for unit in queue["units"]:
        taken = unit["used"] + unit.get("others", 0)
        needed = quantity(needs, unit["unit"])
        if "most" in unit and 0 < needed <= unit["most"] < needed + taken:
            yield f"{taken:g} of {_of(unit, 'most')} in use"


def _share(job: Answer, queue: View) -> Any:
    name = job.get("quotaShareName") or job.get("shareIdentifier")
    return next((share for share in queue["shares"] if share["name"] == name), None)


def _of(unit: View, which: str) -> str:
    return f"{unit[which]:g} {'instances' if unit['unit'] == NUM_INSTANCES else unit['unit']}"


def _place(job: Answer, snapshot: Answer, names: Mapping[str, str]) -> str:
    """Say which place a job has, in its quota share if that is told, and who is the first."""
    share = job.get("quotaShareName", "")
    shares = snapshot.get("frontOfQuotaShares", {}).get("quotaShares", {})
    front = snapshot.get("frontOfQueue", {}).get("jobs", [])
    for where, line in ((f"in share {share}", shares.get(share, [])), ("in the queue", front)):
        for place, each in enumerate(line, 1):
            if each["jobArn"] == job["jobArn"]:
                first = names.get(line[0]["jobArn"]) if place > 1 else None
                return f"{_nth(place)} {where}" + (f", behind {first}" if first else "")
    return f"behind the first {len(front)}" if front else ""


def _nth(number: int) -> str:
    teens = 10 < number % 100 < 14  # noqa: PLR2004 - eleventh, twelfth, thirteenth
    return f"{number}{'th' if teens else _ENDINGS.get(number % 10, 'th')}"
