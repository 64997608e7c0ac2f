"""The table of a stack's jobs that `status` and `watch` show: which jobs, in which order and form.

A job is a line: what AWS says of it is cut where the terminal has no room. The wide form says
everything, in further lines under the job's own.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sjresource.aws.arn import name_in
from sjresource.cli.stack.find_queue import find_queue
from sjresource.cli.stack.order import natural_key
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.table import Cell, Column, Row, status_cell
from sjresource.cli.views.job import UNKNOWN
from sjresource.cli.views.metrics import (
    best_words,
    is_lower_better,
    number_words,
    shown_metrics,
)
from sjresource.sanitize import plain
from sjresource.status.text import duration, reason_and_detail
from sjresource.suggestions import nearest_or_all
from sjresource.vocabulary import STATUSES, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.views.job import JobView

Item = TypeVar("Item")

_MOST_METRICS = 3
"""Metrics that have a column unless the table is wide."""

_STAGES = ("running", "waiting", "failed", "succeeded")
"""The order of jobs by their state: first what goes on, then what has gone wrong."""

_WRAPPERS = re.compile(
    r"^(Received status from SageMaker: )?(AlgorithmError: )?(ExecuteUserScriptError: )?"
)
"""What AWS says before the reason of nearly every failure; a line has no room for it."""

_COLUMNS: Mapping[str, Callable[[JobView], Any]] = {
    "job": lambda view: natural_key(view.resource or view.job_id),
    "state": lambda view: _STAGES.index(stage(view.status)),
    "since": lambda view: view.since,
    "attempt": lambda view: view.attempt,
    "queue": lambda view: view.job_queue,
}
"""What each column is sorted by; None is always last."""


@dataclass(frozen=True)
class Selection:
    """Which jobs are shown, and by which column they are sorted; empty is all, or none."""

    states: tuple[str, ...] = ()
    queue: str | None = None
    sort: str | None = None

    def in_queue(self, context: StackContext) -> Callable[[StackJob], bool]:
        """Return whether a job is in the queue that is asked for, as a function.

        Raises:
            CommandFailure: several queues are meant.
        """
        if self.queue is None:
            return lambda _: True
        name = name_in(find_queue(context, self.queue))
        return lambda job: name_in(job.job_queue or "") == name

    def applied(self, views: Sequence[JobView]) -> list[JobView]:
        """Return the views that are asked for, sorted.

        Raises:
            CommandFailure: there is no such column.
        """
        shown = [view for view in views if not self.states or view.status in self.states]
        return sorted_by(shown, self.sort, views) if self.sort else shown

    def may_want(self, answer: Any) -> bool:
        """Return whether a job that AWS describes so may be shown; an error says nothing of it."""
        return not self.states or not isinstance(answer, dict) or answer["status"] in self.states

    @property
    def metric(self) -> str | None:
        """The metric that the jobs are sorted by; None if it is no metric."""
        name = self.sort.removeprefix("-") if self.sort else None
        return None if name is None or name.lower() in _COLUMNS else name


def selection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--state`, `--queue` and `--sort` to a command, which gets them as `selection`."""

    @wraps(command)
    def with_selection(
        *args: Any, states: tuple[str, ...], queue: str | None, sort: str | None, **options: Any
    ) -> Any:
        return command(*args, selection=Selection(states, queue, sort), **options)

    names = click.Choice([*STATUSES, UNKNOWN], case_sensitive=False)
    for option in (
        click.option(
            "--sort",
            metavar="COLUMN",
            help="Sort by job, state, since, attempt, queue or a metric, its best first; "
            "-COLUMN turns it round. Default: the program's order.",
        ),
        click.option("--queue", help="Only jobs of this queue: resource name, name or ARN."),
        click.option(
            "--state", "states", type=names, multiple=True, help="Only these; may be repeated."
        ),
    ):
        with_selection = option(with_selection)
    return with_selection


def sorted_by(views: Sequence[JobView], column: str, all_views: Sequence[JobView]) -> list[JobView]:
    """Return views sorted by a column or metric; `-` before it turns the order round.

    Raises:
        CommandFailure: no job has such a metric, and there is no such column.
    """
    name = column.removeprefix("-")
    key = _COLUMNS.get(name.lower())
    if key is not None:
        return sorted_with_unknown_last(views, key, backwards=column.startswith("-"))
    metrics = sorted({each for view in all_views for each in view.metrics})
    if name not in metrics:
        raise no_such_column(name, [*_COLUMNS, *metrics])
    backwards = column.startswith("-") ^ (is_lower_better(name) is False)
    return sorted_with_unknown_last(views, lambda view: view.metrics.get(name), backwards=backwards)


def sorted_with_unknown_last(
    items: Sequence[Item], key: Callable[[Item], Any], *, backwards: bool
) -> list[Item]:
    """Return items sorted by a key; those whose key is None are last in either direction."""
    known = [item for item in items if key(item) is not None]
    unknown = [item for item in items if key(item) is None]
    return [*sorted(known, key=key, reverse=backwards), *unknown]


def no_such_column(name: str, there: Sequence[str]) -> CommandFailure:
    """Return the error for a column that does not exist: what was meant, else what there is."""
    advice = nearest_or_all(name, there, 2)
    return CommandFailure(
        plain(f"sorting jobs ({name}): there is no such column or metric{advice}"), ExitCode.USAGE
    )


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


def in_order_of_interest(views: Sequence[JobView]) -> list[JobView]:
    """Return first the jobs that go on, for where not all have room."""
    return sorted(views, key=lambda view: _STAGES.index(stage(view.status)))


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
