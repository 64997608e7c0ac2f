"""`sjresource queue`: how full a queue is, who runs, who waits for what."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_queue import find_queue, queue_argument
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.table import Cell, Row, status_cell
from sjresource.cli.views.queue import capacity_words, queue_view
from sjresource.errors import NotFound
from sjresource.status.queue_reader import masked_reasons, read_queue
from sjresource.status.text import duration
from sjresource.vocabulary import DISABLED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.terminal.screen import Screen

    Shown = Mapping[str, Any]

_SHOWN = 20
"""So many waiting jobs are shown in words; JSON has all."""

_SCHEDULING = {
    "FIFO": "first in, first out",
    "FAIR_SHARE": "fair share",
    "QUOTA_SHARE": "quota shares",
    None: "by a policy that can't be read",
}


@click.command()
@queue_argument
@stack_options
@output_option
def queue(queue: str | None, context: StackContext, output: Output) -> None:
    """Show how full a queue is, by share, which jobs run in it, and which wait for what.

    QUEUE is the Pulumi resource name of a queue of the stack, a queue's name or its ARN; it may be
    left out if the stack has one queue.
    """
    found = find_queue(context, queue)
    try:
        seen = read_queue(context.batch(found), found)
    except NotFound as error:
        names = ", ".join(each.path for each in context.queues)
        hint = f"; the stack has {names}" if names else ""
        raise CommandFailure(f"{error}{hint}", ExitCode.NOT_FOUND) from None
    labels = {job.arn: job.label for job in context.jobs}
    seen.jobs = masked_reasons(seen.jobs, labels, lambda: context.mask)
    view = queue_view(seen, labels)
    output.print(view, lambda screen: tell(screen, view, time.time()))


def tell(screen: Screen, view: Shown, now: float) -> None:
    """Say it in words."""
    about = view["queue"]
    screen.print(
        f"{about['name']}: {about['state']}, {about['status']}, priority {about['priority']}, "
        f"{_SCHEDULING[about['scheduling']]}"
    )
    screen.print(f"in use: {capacity_words(view['capacity']) or 'nothing'}{_places(view)}")
    if view["shares"]:
        screen.print("")
        screen.print_table(("SHARE", "IN USE", "SHARING", "RUNNING", "WAITING"), _shares(view))
    screen.print("")
    _tell_running(screen, view, now)
    _tell_waiting(screen, view, now)
    for error in view["unread"]:
        screen.print(f"not read: {error}", "yellow")


def _tell_running(screen: Screen, view: Shown, now: float) -> None:
    if not view["running"]:
        screen.print("Nothing runs.")
        return
    screen.print_table(
        ("RUNNING", "STATE", "TIME", "USES"), [_running(job, now) for job in view["running"]]
    )


def _tell_waiting(screen: Screen, view: Shown, now: float) -> None:
    waiting = view["waiting"]
    if not waiting:
        screen.print("Nothing waits.")
        return
    screen.print("")
    rows = [_waiting(job, now) for job in waiting[:_SHOWN]]
    screen.print_table(("WAITING", "PLACE", "STATE", "TIME"), rows)
    if len(waiting) > _SHOWN or view["cut"]:
        more = f"{len(waiting) - _SHOWN}{' or more' if view['cut'] else ''}"
        screen.print(f"… and {more} more wait; --json lists them")


def _places(view: Shown) -> str:
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
                Cell(capacity_words(each["capacity"]) or "nothing"),
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
    if share["weight_factor"] is not None:
        return f"weight {share['weight_factor']:g}"
    limit = share["borrow_limit"]
    up_to = f", up to {limit} %" if limit is not None and limit >= 0 else ""
    return f"{share['strategy']}{up_to}" if share["strategy"] else "-"


def _running(job: Shown, now: float) -> Row:
    uses = ", ".join(
        f"{each['quantity']:g} {each['capacity_unit']}" for each in job["capacity_usage"]
    )
    return Row([_name(job), status_cell(job["status"]), _time(job, now), Cell(uses or "-")])


def _waiting(job: Shown, now: float) -> Row:
    place = Cell(str(job["place"] or "-"))
    details = [Cell(f"waits: {job['waits_for']}", "dim")] if job["waits_for"] else []
    return Row([_name(job), place, status_cell(job["status"]), _time(job, now)], details)


def _name(job: Shown) -> Cell:
    share = f" ({job['share']})" if job["share"] else ""
    return Cell(f"{job['resource'] or job['job_name'] or job['job_id']}{share}")


def _time(job: Shown, now: float) -> Cell:
    return Cell(duration(max(0.0, now - job["since"] / 1000)) if job["since"] else "-")
