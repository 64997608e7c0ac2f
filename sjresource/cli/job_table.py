"""The table of a stack's jobs that `status` and `watch` show.

A job is a line: what AWS says of it is cut where the terminal has no room. The wide form says
everything, in further lines under the job's own.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from sjresource.aws.arn import name_in
from sjresource.cli.terminal.table import Cell, Column, Row, status_cell
from sjresource.cli.views.job import UNKNOWN
from sjresource.cli.views.metrics import best_words, number_words, shown_metrics
from sjresource.sanitize import plain
from sjresource.status.text import duration, reason_and_detail
from sjresource.vocabulary import stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.cli.views.job import JobView

_MOST_METRICS = 3
"""Metrics that have a column unless the table is wide."""

_WRAPPERS = re.compile(
    r"^(Received status from SageMaker: )?(AlgorithmError: )?(ExecuteUserScriptError: )?"
)
"""What AWS says before the reason of nearly every failure; a line has no room for it."""


def columns_of(views: Sequence[JobView], metric: str | None, *, wide: bool) -> list[Column]:
    """Return the columns for these jobs; their metrics between the attempt and the detail."""
    metrics = metrics_of(views, metric, wide=wide)
    queue = [Column("QUEUE")] if wide else []
    return [
        Column("JOB", least=16, wants=30),
        Column("STATUS"),
        Column("SINCE"),
        Column("ATTEMPT", leaves=2),
        *queue,
        *(Column(plain(name), leaves=3 * (at > 0)) for at, name in enumerate(metrics)),
        Column("DETAIL", least=20, leaves=1, wants=40),
    ]


def metrics_of(views: Sequence[JobView], metric: str | None, *, wide: bool) -> list[str]:
    """Return the metrics that have a column."""
    return shown_metrics(views, metric)[: None if wide else _MOST_METRICS]


def line_of(view: JobView, metrics: Sequence[str], now: float) -> list[Cell]:
    """Return a job as a line of the table."""
    return [*_cells(view, now), *_metric_cells(view, metrics), _detail_cell(view)]


def wide_row(view: JobView, metrics: Sequence[str], now: float) -> Row:
    """Return a job with everything that is known of it, in lines under its own."""
    words = reason_and_detail(_first_line(view.status_reason), view.detail)
    details = [Cell(words, "dim")] if words else []
    if view.record_expired:
        details.append(Cell("Batch has forgotten it; this is what was recorded", "dim"))
    if view.model_artifacts:
        details.append(Cell(f"model: {view.model_artifacts}", wrap=False))
    queue = Cell(name_in(view.job_queue or "-"))
    return Row([*_cells(view, now), queue, *_metric_cells(view, metrics)], details)


def closing_line(views: Sequence[JobView], metric: str | None = None) -> str:
    """Return how the jobs are, and which is best: `2 jobs: 2 succeeded; best loss 0.1 lr-1`."""
    counts = Counter("unknown" if each.status == UNKNOWN else stage(each.status) for each in views)
    order = ("succeeded", "failed", "running", "waiting", "unknown")
    parts = [f"{counts[name]} {name}" for name in order if counts[name]]
    line = f"{len(views)} {'job' if len(views) == 1 else 'jobs'}: {', '.join(parts)}"
    best = best_words(views, metric)
    return f"{line}; {best}" if best else line


def attempt_words(view: JobView) -> str:
    """Return which attempt it is, and how often the job was preempted."""
    if view.attempt is None:
        return "-"
    preempted = f", preempted {view.preemptions}x" if view.preemptions else ""
    return f"{view.attempt} of {view.attempts}{preempted}"


def _cells(view: JobView, now: float) -> list[Cell]:
    asked = view.status != UNKNOWN or view.status_reason is not None
    known = view.since is not None and view.status != UNKNOWN
    since = duration(max(0.0, now - view.since / 1000)) if known and view.since else "-"
    return [
        Cell(view.resource or view.job_id, cut="middle"),
        status_cell(view.status) if asked else Cell("…", "dim"),
        Cell(since),
        Cell(attempt_words(view)),
    ]


def _metric_cells(view: JobView, metrics: Sequence[str]) -> list[Cell]:
    return [Cell(number_words(view.metrics.get(name))) for name in metrics]


def _detail_cell(view: JobView) -> Cell:
    """Return the one thing to know: why it waits or failed, how it trains, where its model is."""
    if view.status == "SUCCEEDED" and view.model_artifacts:
        return Cell(view.model_artifacts, "dim", cut="start")
    reason = _first_line(view.status_reason) or ""
    if view.status == "FAILED":
        return Cell(_WRAPPERS.sub("", reason) or reason, "dim")
    detail = view.detail or ""
    if view.metrics:
        detail = detail.partition(", ")[0] if stage(view.status) == "running" else detail
    return Cell(reason_and_detail(reason, detail), "dim")


def _first_line(text: str | None) -> str | None:
    return text.partition("\n")[0] if text else None
