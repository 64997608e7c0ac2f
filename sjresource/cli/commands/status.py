"""`sjresource status`: the status of the stack's jobs, a line each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sjresource.cli.job_selection import Selection, selection_options
from sjresource.cli.job_table import closing_line, columns_of, line_of, metrics_of, wide_row
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.terminal.output import Output, table_option
from sjresource.cli.views.job import JobViewer, describe_jobs
from sjresource.status.text import as_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.cli.terminal.screen import Screen
    from sjresource.cli.views.job import JobView


@click.command()
@selection_options
@stack_options
@table_option
def status(context: StackContext, output: Output, selection: Selection) -> None:
    """Show the stack's jobs, a line each, and which has the best metric.

    Each has its state, since when, the attempt, metrics, and why it waits or failed, or where its
    model is. Asks Batch for the jobs once: a call for each, or for each hundred where there are
    many. Then for the queues of waiting jobs (environments, shares and snapshot), and SageMaker for
    training that runs, and for models and metrics that no completion has recorded.
    """
    context.require_stack()
    clients = context.clients
    jobs = list(filter(selection.in_queue(context), context.jobs))
    answers = describe_jobs(clients, jobs)
    wanted = [job for job in jobs if selection.may_want(answers.get(job.arn))]
    views = selection.applied(JobViewer(clients, context.mask).views(wanted, answers))
    answer = {"stack": context.title, "jobs": [view.as_json() for view in views]}
    none = no_jobs(context)
    output.print(
        answer,
        lambda screen: render(screen, views, selection, none, wide=output.is_wide),
    )


def no_jobs(context: StackContext) -> str:
    """Return what to say where there is nothing to show."""
    chosen = " that are asked for" if context.jobs else ""
    return f"The stack {context.title} has no service jobs{chosen}."


def render(
    screen: Screen, views: Sequence[JobView], selection: Selection, none: str, *, wide: bool
) -> None:
    """Print the jobs as a table, or `none` if there are none."""
    if not views:
        screen.print(none)
        return
    metrics = metrics_of(views, selection.metric, wide=wide)
    columns = columns_of(views, selection.metric, wide=wide)
    now = time.time()
    if wide:
        headers = [column.header for column in columns[:-1]]
        screen.print_table(headers, [wide_row(view, metrics, now) for view in views])
    else:
        screen.print_columns(columns, [line_of(view, metrics, now) for view in views])
    screen.print(closing_line(views, selection.metric), "bold")
    failed = [view.resource for view in views if view.status == "FAILED" and view.resource]
    if failed:
        name = as_argument(failed[0])
        screen.print(f"why: sjresource why {name}; once more: sjresource rerun {name}", "dim")
