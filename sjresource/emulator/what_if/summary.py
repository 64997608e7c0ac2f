"""Sums a play up, share by share: waits, utilisation, preemptions, instance-hours."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.emulator.what_if.scenario import Scenario
    from sjresource.emulator.what_if.simulate import Life, Play

_HOUR = 3600
_P95 = 0.95
_HEADINGS = (
    "share", "jobs", "succeeded", "wait median", "wait p95", "utilisation", "preemptions",
    "instance-hours", "of them lost",
)  # fmt: skip


@dataclass(frozen=True)
class ShareSummary:
    """One share's play. Waits are from submission to the first start, in seconds; None if none did.

    `utilisation` is a part of all instances; `lost_hours` are those of runs that were preempted.
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


def summarise(scenario: Scenario, play: Play) -> list[ShareSummary]:
    """Sum up each share, and last all of them."""
    shares: dict[str, list[Life]] = {}
    for life in play.lives.values():
        shares.setdefault(life.submission.share or life.submission.queue, []).append(life)
    instances = sum(sum(each.limits.values()) for each in scenario.environments.values())
    whole = instances * play.ended / _HOUR
    groups = [*sorted(shares.items()), ("all", list(play.lives.values()))]
    return [_summary(share, lives, play.ended, whole) for share, lives in groups]


def table(summaries: Sequence[ShareSummary]) -> str:
    """Write summaries for a terminal."""
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
    """Write seconds as people say them; None is a dash."""
    if seconds is None:
        return "-"
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} s"


def _summary(share: str, lives: Sequence[Life], ended: float, whole: float) -> ShareSummary:
    waits = sorted(life.runs[0].began - life.submission.at for life in lives if life.runs)
    runs = [run for life in lives for run in life.runs]
    hours = [
        run.instances * ((ended if run.ended is None else run.ended) - run.began) / _HOUR
        for run in runs
    ]
    used = sum(hours)
    return ShareSummary(
        share=share,
        jobs=len(lives),
        succeeded=sum(life.succeeded for life in lives),
        median_wait=statistics.median(waits) if waits else None,
        p95_wait=waits[math.ceil(_P95 * len(waits)) - 1] if waits else None,
        utilisation=used / whole if whole else 0.0,
        preemptions=sum(life.preemptions for life in lives),
        instance_hours=used,
        lost_hours=sum(each for run, each in zip(runs, hours, strict=True) if run.preempted),
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
