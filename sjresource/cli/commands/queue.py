"""`sjresource queue`: how full a queue is, who runs, who waits for what."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli.job_selection import no_such_column, sorted_with_unknown_last
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_queue import find_queue, queue_argument
from sjresource.cli.stack.order import natural_key
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, table_option
from sjresource.cli.terminal.table import Cell, Column, Row, status_cell
from sjresource.cli.views.queue import masked_reasons, queue_json
from sjresource.errors import NotFound
from sjresource.status.capacity import (
    SCHEDULING_WORDS,
    Share,
    Unit,
    amount_words,
    sharing_words,
    use_words,
)
from sjresource.status.queue_reader import read_queue
from sjresource.status.text import duration
from sjresource.vocabulary import DISABLED, HOLDS_CAPACITY, LIVE, STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.cli.terminal.screen import Screen

    Shown = Mapping[str, Any]

_MAX_WAITING = 20
"""The most waiting jobs that are printed; the wide form and JSON have all."""


_COLUMNS: Mapping[str, Callable[[Shown], Any]] = {
    "job": lambda job: natural_key(_name(job).text),
    "state": lambda job: STATUSES.index(job["status"]),
    "since": lambda job: job["since"],
    "share": lambda job: job["share"],
    "place": lambda job: job.get("place"),
}
"""What each column is sorted by."""


@click.command()
@queue_argument
@click.option(
    "--sort",
    metavar="COLUMN",
    help="Sort by job, state, since, share or place; -COLUMN turns it round. Default: the order "
    "in which jobs have started, and will start.",
)
@click.option(
    "--state",
    "states",
    type=click.Choice(LIVE, case_sensitive=False),
    multiple=True,
    help="Only jobs in this state; may be repeated.",
)
@stack_options
@table_option
def queue(
    queue: str | None,
    sort: str | None,
    states: tuple[str, ...],
    context: StackContext,
    output: Output,
) -> None:
    """Show how full a queue is, by share, which jobs run in it, and which wait for what.

    QUEUE is the Pulumi resource name of a queue of the stack, a queue's name or its ARN; it may be
    left out if the stack has one queue.
    """
    found = find_queue(context, queue)
    try:
        described = read_queue(context.batch(found), found)
    except NotFound as error:
        names = ", ".join(each.path for each in context.queues)
        hint = f"; the stack has {names}" if names else ""
        if found in {each.arn for each in context.queues}:
            hint = "; the stack's state has it still: `pulumi refresh` shows what is gone"
        raise CommandFailure(f"{error}{hint}", ExitCode.NOT_FOUND) from None
    labels = {job.arn: job.label for job in context.jobs}
    described.jobs = masked_reasons(described.jobs, labels, lambda: context.mask)
    view = queue_json(described, labels)
    for part in ("running", "waiting"):
        view[part] = _selected(view[part], states, sort)
    output.print(
        view,
        lambda screen: render(screen, view, time.time(), states=states, wide=output.is_wide),
    )


def _selected(jobs: list[Shown], states: tuple[str, ...], sort: str | None) -> list[Shown]:
    """Return the jobs that are asked for, sorted.

    Raises:
        CommandFailure: there is no such column.
    """
    shown = [job for job in jobs if not states or job["status"] in states]
    if sort is None:
        return shown
    name = sort.removeprefix("-").lower()
    if name not in _COLUMNS:
        raise no_such_column(name, list(_COLUMNS))
    return sorted_with_unknown_last(shown, _COLUMNS[name], backwards=sort.startswith("-"))


def render(
    screen: Screen, view: Shown, now: float, *, states: Sequence[str] = (), wide: bool = False
) -> None:
    """Print a queue, with its jobs in these states; none is all."""
    running = [each for each in states or LIVE if each in HOLDS_CAPACITY]
    waiting = [each for each in states or LIVE if each not in HOLDS_CAPACITY]
    about = view["queue"]
    screen.print(
        f"{about['name']}: {about['state']}, {about['status']}, priority {about['priority']}, "
        f"{SCHEDULING_WORDS[about['scheduling']]}"
    )
    screen.print(f"in use: {_capacity(view['capacity'])}{_environments(view)}")
    if view["shares"]:
        screen.print("")
        screen.print_table(("SHARE", "IN USE", "SHARING", "RUNNING", "WAITING"), _shares(view))
    screen.print("")
    if running:
        _print_running(screen, view, now, _none_is(states and running) or "Nothing runs.")
    if waiting:
        none = _none_is(states and waiting) or "Nothing waits."
        _print_waiting(screen, view, now, none, wide=wide)
    for error in view["unread"]:
        screen.print(f"not read: {error}", "yellow")
    screen.print(_closing_line(view, running=bool(running), waiting=bool(waiting)), "bold")


def _none_is(states: Sequence[str]) -> str:
    """Return that no job is in one of the states that are asked for, "" if none is."""
    return f"No job is {' or '.join(dict.fromkeys(states))}." if states else ""


def _closing_line(view: Shown, *, running: bool, waiting: bool) -> str:
    """Return how many jobs are shown; only of the stages that are asked for."""
    counts = {name: len(view[name]) for name in ("running", "waiting")}
    more = " or more" if view["truncated"] else ""
    parts = [f"{counts['running']} running"] * running
    parts += [f"{counts['waiting']}{more} waiting"] * waiting
    total = sum(counts.values())
    jobs = "job" if total == 1 and not more else "jobs"
    return f"{total}{more} {jobs}: {', '.join(parts)}"


def _print_running(screen: Screen, view: Shown, now: float, none: str) -> None:
    if not view["running"]:
        screen.print(none)
        return
    columns = [Column("RUNNING", least=16), Column("STATUS"), Column("SINCE"), Column("USES", 8)]
    screen.print_columns(columns, [_running(job, now) for job in view["running"]])


def _print_waiting(screen: Screen, view: Shown, now: float, none: str, *, wide: bool) -> None:
    waiting = view["waiting"]
    if not waiting:
        screen.print(none)
        return
    screen.print("")
    if wide:
        rows = [_wide_waiting(job, now) for job in waiting]
        screen.print_table(("WAITING", "PLACE", "STATUS", "SINCE"), rows)
        return
    columns = [
        Column("WAITING", least=16, wants=30),
        Column("PLACE"),
        Column("STATUS"),
        Column("SINCE"),
    ]
    lines = [[*_waiting(job, now), _why(job)] for job in waiting[:_MAX_WAITING]]
    screen.print_columns([*columns, Column("WAITS FOR", least=16, leaves=1, wants=40)], lines)
    if len(waiting) > _MAX_WAITING:
        screen.print(f"… and {len(waiting) - _MAX_WAITING} more wait; -o wide lists them")


def _environments(view: Shown) -> str:
    names = ", ".join(
        f"{each['name']}{'' if each['state'] == 'ENABLED' else ' (DISABLED)'}"
        for each in view["environments"]
    )
    return f" in {names}" if names else ""


def _shares(view: Shown) -> Sequence[Row]:
    return [
        Row(
            [
                Cell(each["share"]),
                Cell(_capacity(each["capacity"])),
                Cell(_sharing(each)),
                Cell(str(each["running"])),
                Cell(str(each["waiting"])),
            ]
        )
        for each in view["shares"]
    ]


def _sharing(share: Shown) -> str:
    if share["state"] == DISABLED:
        return DISABLED
    known = {name: share[name] for name in ("strategy", "borrow_limit", "weight_factor")}
    return sharing_words(Share(share["share"], (), **known)) or "-"


def _capacity(units: Sequence[Shown]) -> str:
    words = [use_words(Unit(each["capacity_unit"], each["used"], each["max"])) for each in units]
    return ", ".join(words) or "nothing"


def _running(job: Shown, now: float) -> list[Cell]:
    uses = amount_words({each["capacity_unit"]: each["quantity"] for each in job["capacity_usage"]})
    return [_name(job), status_cell(job["status"]), _time(job, now), Cell(uses or "-")]


def _waiting(job: Shown, now: float) -> list[Cell]:
    place = Cell(str(job["place"] or "-"))
    return [_name(job), place, status_cell(job["status"]), _time(job, now)]


def _why(job: Shown) -> Cell:
    return Cell(job["waits_for"] or "", "dim")


def _wide_waiting(job: Shown, now: float) -> Row:
    details = [Cell(f"waits: {job['waits_for']}", "dim")] if job["waits_for"] else []
    return Row(_waiting(job, now), details)


def _name(job: Shown) -> Cell:
    share = f" ({job['share']})" if job["share"] else ""
    return Cell(f"{job['resource'] or job['job_name'] or job['job_id']}{share}", cut="middle")


def _time(job: Shown, now: float) -> Cell:
    return Cell(duration(max(0.0, now - job["since"] / 1000)) if job["since"] else "-")
