"""Which of a stack's jobs `status` and `watch` show, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from sjresource.aws.arn import name_in
from sjresource.cli.stack.find_queue import find_queue
from sjresource.cli.stack.order import natural_key
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.views.job import UNKNOWN
from sjresource.cli.views.metrics import is_lower_better
from sjresource.sanitize import plain
from sjresource.suggestions import nearest_or_all
from sjresource.vocabulary import STATUSES, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.views.job import JobView

Item = TypeVar("Item")

_STAGES = ("running", "waiting", "failed", "succeeded")
"""The order of jobs by their state: first what goes on, then what has gone wrong."""

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
            CommandFailure: several queues are meant, or one that has nothing to do with the stack.
        """
        if self.queue is None:
            return lambda _: True
        name = name_in(find_queue(context, self.queue))
        used = dict.fromkeys(name_in(job.job_queue) for job in context.jobs if job.job_queue)
        if used and name not in {*used, *(name_in(queue.arn) for queue in context.queues)}:
            message = f"choosing jobs of JobQueue ({self.queue}): the stack has none there"
            there = [*(queue.resource for queue in context.queues), *used]
            advice = plain(nearest_or_all(self.queue, there))
            raise CommandFailure(f"{message}{advice}", ExitCode.NOT_FOUND)
        return lambda job: name_in(job.job_queue or "") == name

    def applied(self, views: Sequence[JobView]) -> list[JobView]:
        """Return the views that are asked for, sorted.

        Raises:
            CommandFailure: there is no such column.
        """
        if (unknown := self.unknown_column(views)) is not None:
            raise unknown
        return self.applied_so_far(views)

    def applied_so_far(self, views: Sequence[JobView]) -> list[JobView]:
        """Return the same of jobs that go on; a metric that none of them has yet sorts nothing."""
        shown = [view for view in views if not self.states or view.status in self.states]
        return sorted_by(shown, self.sort) if self.sort else shown

    def unknown_column(self, views: Sequence[JobView]) -> CommandFailure | None:
        """Return the error for a column that there is not, None if there is, or none is asked for.

        A metric is a column as soon as one of the jobs has it.
        """
        metrics = sorted({each for view in views for each in view.metrics})
        if self.metric is None or self.metric in metrics:
            return None
        return no_such_column(self.metric, [*_COLUMNS, *metrics])

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


def sorted_by(views: Sequence[JobView], column: str) -> list[JobView]:
    """Return views sorted by a column or metric; `-` before it turns the order round."""
    name = column.removeprefix("-")
    key = _COLUMNS.get(name.lower())
    if key is not None:
        return sorted_with_unknown_last(views, key, backwards=column.startswith("-"))
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


def in_order_of_interest(views: Sequence[JobView]) -> list[JobView]:
    """Return first the jobs that go on, for where not all have room."""
    return sorted(views, key=lambda view: _STAGES.index(stage(view.status)))
