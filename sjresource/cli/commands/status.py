"""`sjresource status`: the status of the stack's jobs, one row each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.table import Cell, Row, status_cell
from sjresource.cli.views.job import UNKNOWN, JobViewer, describe_jobs
from sjresource.status.text import duration, reason_and_detail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.cli.terminal.screen import Screen
    from sjresource.cli.views.job import JobView


@click.command()
@stack_options
@output_option
def status(context: StackContext, output: Output) -> None:
    """Show the stack's jobs: state, time in it, attempt, place in the queue, reason and model.

    Asks Batch for the jobs once: a call for each, or for each hundred where there are many. Then
    for the queues of waiting jobs (environments, shares and snapshot), and SageMaker for training
    that runs and for models that no completion has recorded.
    """
    context.require_stack()
    clients = context.clients
    views = JobViewer(clients, context.mask).views(
        context.jobs, describe_jobs(clients, context.jobs)
    )
    answer = {"stack": context.title, "jobs": [view.as_json() for view in views]}
    output.print(answer, lambda screen: render(screen, context.title, views, time.time()))


def render(screen: Screen, stack: str, views: Sequence[JobView], now: float) -> None:
    """Print the jobs as a table."""
    if not views:
        screen.print(f"The stack {stack} has no service jobs.")
        return
    screen.print_table(HEADERS, [row(view, now) for view in views])
    failed = [view.resource for view in views if view.status == "FAILED"]
    if failed:
        screen.print(f"Why a job failed, and what to do: sjresource why {failed[0]}")


HEADERS = ("JOB", "STATE", "TIME", "ATTEMPT")


def row(view: JobView, now: float) -> Row:
    """Return a job's row, with details under it."""
    is_seen = view.status != UNKNOWN or view.status_reason is not None
    words = reason_and_detail(_first_line(view.status_reason), view.detail)
    details = [Cell(words, "dim")] if words else []
    if view.record_expired:
        details.append(Cell("Batch has forgotten it; this is what was recorded", "dim"))
    if view.model_artifacts:
        details.append(Cell(f"model: {view.model_artifacts}", wrap=False))
    cells = (
        Cell(view.resource or view.job_id),
        status_cell(view.status) if is_seen else Cell("…", "dim"),
        Cell(time_words(view, now)),
        Cell(attempt_words(view)),
    )
    return Row(cells, details)


def time_words(view: JobView, now: float) -> str:
    """Return for how long a job has had its status, or how long ago it ended."""
    if view.since is None or view.status == UNKNOWN:
        return "-"
    length = duration(max(0.0, now - view.since / 1000))
    return f"{length} ago" if view.status in ("SUCCEEDED", "FAILED") else length


def attempt_words(view: JobView) -> str:
    """Return which attempt it is, and how often the job was preempted."""
    if view.attempt is None:
        return "-"
    preempted = f", preempted {view.preemptions}x" if view.preemptions else ""
    return f"{view.attempt} of {view.attempts}{preempted}"


def _first_line(text: str | None) -> str | None:
    return text.partition("\n")[0] if text else None
