"""Sums up a simulation by share: waits, utilisation, preemptions, instance-hours."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.emulator.what_if.scenario import Scenario
    from sjresource.emulator.what_if.simulate import JobHistory, Simulation

_HOUR = 3600
_P95 = 0.95
_HEADINGS = (
    "share", "jobs", "succeeded", "wait median", "wait p95", "utilisation", "preemptions",
    "instance-hours", "of them lost",
)  # fmt: skip


@dataclass(frozen=True)
class ShareSummary:
    """One share's jobs. Waits are seconds from submission to first start; None if none started.

    `utilisation` is the used part of all instances; `lost_hours` are of preempted attempts.
    """

    share: str
    jobs: int
    succeeded: int
    median_wait: float | None
    p95_wait: float | None
    utilisation: float
    preemptions: int
    instance_hours: float
    lost_hours: float


def summarise(scenario: Scenario, simulation: Simulation) -> list[ShareSummary]:
    """Return a summary of each share, and last of all jobs."""
    shares: dict[str, list[JobHistory]] = {}
    for history in simulation.jobs.values():
        shares.setdefault(history.submission.share or history.submission.queue, []).append(history)
    instances = sum(sum(each.limits.values()) for each in scenario.environments.values())
    whole = instances * simulation.ended / _HOUR
    groups = [*sorted(shares.items()), ("all", list(simulation.jobs.values()))]
    return [_summary(share, histories, simulation.ended, whole) for share, histories in groups]


def table(summaries: Sequence[ShareSummary]) -> str:
    """Return the summaries as a table for a terminal."""
    rows = [_HEADINGS, *(_row(summary) for summary in summaries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines)


def duration(seconds: float | None) -> str:
    """Return seconds in a fitting unit; a dash for None."""
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _summary(
    share: str, histories: Sequence[JobHistory], ended: float, whole: float
) -> ShareSummary:
    waits = sorted(
        history.attempts[0].started - history.submission.at
        for history in histories
        if history.attempts
    )
    attempts = [attempt for history in histories for attempt in history.attempts]
    hours = [
        attempt.instances * (min(attempt.ended, ended) - attempt.started) / _HOUR
        for attempt in attempts
    ]
    used = sum(hours)
    return ShareSummary(
        share=share,
        jobs=len(histories),
        succeeded=sum(history.succeeded for history in histories),
        median_wait=statistics.median(waits) if waits else None,
        p95_wait=waits[math.ceil(_P95 * len(waits)) - 1] if waits else None,
        utilisation=used / whole if whole else 0.0,
        preemptions=sum(history.preemptions for history in histories),
        instance_hours=used,
        lost_hours=sum(
            each for attempt, each in zip(attempts, hours, strict=True) if attempt.preempted
        ),
    )


def _row(summary: ShareSummary) -> tuple[str, ...]:
    return (
        summary.share,
        str(summary.jobs),
        str(summary.succeeded),
        duration(summary.median_wait),
        duration(summary.p95_wait),
        f"{summary.utilisation:.0%}",
        str(summary.preemptions),
        f"{summary.instance_hours:.1f}",
        f"{summary.lost_hours:.1f}",
    )
