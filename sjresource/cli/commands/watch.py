"""`sjresource watch`: the stack's jobs, live, until all have ended."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from sjresource.cli.commands.status import HEADERS, render, row
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack_watch import StackWatch
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.table import Cell, Row
from sjresource.status.text import summary_line
from sjresource.vocabulary import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.text import Text

    from sjresource.cli.terminal.screen import Screen
    from sjresource.cli.views.job import JobView

_REFRESH = 0.5
_MARGIN = 4
"""Lines of the terminal that are not rows of jobs."""

_STAGES = ("running", "waiting", "failed", "succeeded")
"""The order of the jobs where not all have room."""


@click.command()
@stack_options
@output_option
def watch(context: StackContext, output: Output) -> int:
    """Watch the stack's jobs until all have ended; the exit code says whether all succeeded.

    In a pipe each change is a line; with --json each is a JSON object in a line of its own. Jobs
    that an `up` submits meanwhile are watched too. Ctrl-C ends the watch, and no job.
    """
    context.require_stack()
    watched = StackWatch(context)
    if output.as_json:
        _follow(watched, _write_json)
    else:
        screen = output.screen()
        if screen.is_live:
            _show(watched, screen, context.title)
            render(screen, context.title, watched.views(), time.time())
        else:
            _follow(watched, lambda view: screen.print_row(_change(view)))
    if refused := watched.refusal():
        raise refused
    succeeded = all(view.status == "SUCCEEDED" for view in watched.views())
    return ExitCode.OK if succeeded else ExitCode.FAILED


def _follow(watched: StackWatch, write: Callable[[JobView], None]) -> None:
    """Write each change as it comes, and at the end the jobs that never changed."""
    written = set()
    over = False
    while not over:
        over = watched.is_over()
        for view in watched.changes(0.0 if over else _REFRESH):
            written.add(view.arn)
            write(view)
    for view in watched.views():
        if view.arn not in written:
            write(view)


def _write_json(view: JobView) -> None:
    sys.stdout.write(json.dumps({"at": int(time.time() * 1000), "job": view.as_json()}) + "\n")
    sys.stdout.flush()


def _change(view: JobView) -> Sequence[Cell]:
    shown = row(view, time.time())
    name, status, _, attempt = shown.cells
    return [Cell(time.strftime("%H:%M:%S")), name, status, attempt, *shown.details]


def _show(watched: StackWatch, screen: Screen, stack: str) -> None:
    """Show the table in place until all jobs have ended, then remove it."""
    with screen.live() as show:
        while not watched.is_over():
            show(list(_lines(watched, screen, stack)))
            watched.changes(_REFRESH)


def _lines(watched: StackWatch, screen: Screen, stack: str) -> Iterator[Text]:
    """Return the lines to show; where not all jobs have room, those that run come first."""
    views = watched.views()
    summary = summary_line({"status": view.status, "statusReason": None} for view in views)
    yield from screen.lines(Cell(f"{stack}, {summary}"))
    rows = _fitting(screen, [row(view, time.time()) for view in views])
    if len(rows) < len(views):
        views.sort(key=lambda view: _STAGES.index(stage(view.status)))
        rows = _fitting(screen, [row(view, time.time()) for view in views])
    yield from screen.table_lines(HEADERS, rows)
    if len(rows) < len(views):
        yield from screen.lines(Cell(f"… and {len(views) - len(rows)} more", "dim"))
    if watched.error:
        yield from screen.lines(Cell(f"no word from AWS, still trying: {watched.error}", "yellow"))


def _fitting(screen: Screen, rows: Sequence[Row]) -> list[Row]:
    """Return the first rows that have room, at least one."""
    height = screen.height - _MARGIN
    fitting: list[Row] = []
    for each in rows:
        height -= screen.height_of(each)
        if height < 0 and fitting:
            break
        fitting.append(each)
    return fitting
