"""`sjresource watch`: the stack's jobs, live, until all have ended."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from sjresource.cli.commands.status import no_jobs, render
from sjresource.cli.job_selection import Selection, in_order_of_interest, selection_options
from sjresource.cli.job_table import (
    attempt_words,
    closing_line,
    columns_of,
    line_of,
    metrics_of,
    wide_row,
)
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack_watch import StackWatch
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, table_option
from sjresource.cli.terminal.table import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from sjresource.cli.terminal.screen import Screen
    from sjresource.cli.views.job import JobView

_REFRESH = 0.5
_MARGIN = 4
"""Lines of the terminal that are not rows of jobs."""


@click.command()
@selection_options
@stack_options
@table_option
def watch(context: StackContext, output: Output, selection: Selection) -> int:
    """Watch the stack's jobs until all have ended; the exit code says whether all succeeded.

    In a pipe each change is a line; with -o json each is a JSON object in a line of its own. Jobs
    that an `up` submits meanwhile are watched too. Ctrl-C ends the watch, and no job; what was seen
    last stays.
    """
    context.require_stack()
    watched = StackWatch(context, selection.in_queue(context))
    if output.as_json:
        _follow(watched, selection, _write_json)
    else:
        screen = output.screen()
        if screen.is_live:
            _show(watched, screen, context, selection, wide=output.is_wide)
        elif not _follow(watched, selection, lambda view: screen.print_row(_change(view))):
            click.echo(no_jobs(context), err=True)
    if (unknown := selection.unknown_column(watched.views())) is not None:
        click.echo(f"sjresource: {unknown}", err=True)
    if refused := watched.refusal():
        raise refused
    succeeded = all(view.status == "SUCCEEDED" for view in watched.views())
    return ExitCode.OK if succeeded else ExitCode.FAILED


def _follow(watched: StackWatch, selection: Selection, write: Callable[[JobView], None]) -> bool:
    """Write each change as it comes, and at the end the jobs that never changed.

    Returns whether there were any jobs.
    """
    written = set()
    over = False
    while not over:
        over = watched.is_over()
        for view in watched.changes(0.0 if over else _REFRESH):
            if selection.applied_so_far([view]):
                written.add(view.arn)
                write(view)
    for view in selection.applied_so_far(watched.views()):
        if view.arn not in written:
            written.add(view.arn)
            write(view)
    return bool(written)


def _write_json(view: JobView) -> None:
    sys.stdout.write(json.dumps({"at": int(time.time() * 1000), "job": view.as_json()}) + "\n")
    sys.stdout.flush()


def _change(view: JobView) -> Sequence[Cell]:
    shown = wide_row(view, (), time.time())
    name, status, *_ = shown.cells
    attempt = Cell(attempt_words(view))
    return [Cell(time.strftime("%H:%M:%S")), name, status, attempt, *shown.details]


def _show(
    watched: StackWatch, screen: Screen, context: StackContext, selection: Selection, *, wide: bool
) -> None:
    """Show the table in place until all jobs have ended; leave what was shown last, all of it."""
    lines: list[Text] = []
    try:
        with screen.live() as show:
            while not watched.is_over():
                lines = list(_lines(watched, screen, context.title, selection, wide=wide))
                show(lines)
                watched.changes(_REFRESH)
            watched.settle()
    except KeyboardInterrupt:
        screen.print_lines(lines)
        raise
    shown = selection.applied_so_far(watched.views())
    render(screen, shown, selection, no_jobs(context), wide=wide)


def _lines(
    watched: StackWatch, screen: Screen, stack: str, selection: Selection, *, wide: bool = False
) -> Iterator[Text]:
    """Return the lines to show; where not all jobs have room, those that run come first."""
    views = selection.applied_so_far(watched.views())
    missing = f"; none has {selection.metric} yet" if selection.unknown_column(views) else ""
    title = f"{stack}, {closing_line(views, selection.metric)}{missing}"
    yield from screen.lines(Cell(title, "bold"))
    metrics = metrics_of(views, selection.metric, wide=wide)
    columns = columns_of(views, selection.metric, wide=wide)
    room = max(screen.height - _MARGIN, 1)
    now = time.time()
    if wide:
        shown = _fitting(screen, views, [wide_row(view, metrics, now) for view in views], room)
        headers = [column.header for column in columns[:-1]]
        rows = [wide_row(view, metrics, now) for view in shown]
        yield from screen.table_lines(headers, rows)
    else:
        ordered = views if len(views) <= room or selection.sort else in_order_of_interest(views)
        shown = ordered[:room]
        yield from screen.column_lines(columns, [line_of(view, metrics, now) for view in shown])
    watched.ask_of(shown)
    if len(shown) < len(views):
        yield from screen.lines(Cell(f"… and {len(views) - len(shown)} more", "dim"))
    if watched.error:
        yield from screen.lines(Cell(f"no word from AWS, still trying: {watched.error}", "yellow"))


def _fitting(
    screen: Screen, views: Sequence[JobView], rows: Sequence[Row], room: int
) -> list[JobView]:
    """Return the jobs that have room with all their lines, at least one."""
    heights = {view.arn: screen.height_of(row) for view, row in zip(views, rows, strict=True)}
    if sum(heights.values()) <= room:
        return list(views)
    fitting: list[JobView] = []
    for view in in_order_of_interest(views):
        room -= heights[view.arn]
        if room < 0 and fitting:
            break
        fitting.append(view)
    return fitting
