"""`sjresource orphans`: list, and terminate, live jobs of the stack that are not in its state."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from sjresource.aws.arn import name_in
from sjresource.aws.service_jobs import JobLocator
from sjresource.aws.waiters import SYSTEM_CLOCK
from sjresource.cli.stack.context import StackContext, read, stack_options
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm
from sjresource.cli.terminal.table import Cell, Row, status_cell
from sjresource.errors import SjresourceError
from sjresource.orphans import orphans_of
from sjresource.resources.job.termination import end_and_release

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.terminal.screen import Screen
    from sjresource.orphans import Orphan

_REASON = "orphaned: terminated by `sjresource orphans`"

_EMPTY_STATE = (
    "The stack's state has no resources. If it was lost, `pulumi up` of the same program finds "
    "these jobs: it adopts those that no state has recorded, and asks about the rest."
)

_MAY_BE_OWNED = "another stack, or a renamed resource, may own it; to end it, give its id"


@click.command()
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--terminate", is_flag=True, help="Terminate the jobs, and mark them as released.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
@stack_options
@output_option
def orphans(
    context: StackContext, output: Output, jobs: tuple[str, ...], *, terminate: bool, yes: bool
) -> int:
    """List live jobs that carry the stack's tags and are in no state: they cost money.

    It looks through every live job of the region's queues, and changes nothing without --terminate.
    JOBs, by id or ARN, restrict it to these. Exit code 1: there are orphans left.

    A job whose create is under way, or was interrupted, is not an orphan: `pulumi up` finds it.
    A job that a state has recorded may belong to another stack or a renamed resource, or was left
    running on purpose: it is marked in the list, and --terminate ends it only if its id is given.
    """
    stack = context.require_stack()
    found = _selected(read(lambda: orphans_of(stack), context.project), jobs)
    to_end = [orphan for orphan in found if terminate and (jobs or not orphan.may_be_owned)]
    if found and not context.deployment.get("resources") and not output.as_json:
        click.echo(_EMPTY_STATE, err=True)
    if to_end:
        if not output.as_json:
            _print(output.screen(), context.title, found)
        some = "this job" if len(to_end) == 1 else f"these {len(to_end)} jobs"
        ids = ", ".join(name_in(orphan.arn) for orphan in to_end)
        action = f"terminating ServiceJobs ({len(to_end)} orphans of {context.title})"
        confirm(action, f"Terminate {some} ({ids})?", yes=yes)
    errors = {orphan.arn: _terminate(context, orphan) for orphan in to_end}
    result = {
        "stack": context.title,
        "orphans": [
            {
                **asdict(orphan),
                "terminated": errors.get(orphan.arn) == "",
                "error": errors.get(orphan.arn) or None,
            }
            for orphan in found
        ],
    }
    output.print(result, lambda screen: _print_result(screen, context.title, found, errors))
    left = [orphan for orphan in found if errors.get(orphan.arn) != ""]
    return ExitCode.FAILED if left else ExitCode.OK


def _selected(found: list[Orphan], jobs: tuple[str, ...]) -> list[Orphan]:
    """Return the orphans with these ids or ARNs; all of them if none is given.

    Raises:
        click.UsageError: one of the jobs is no orphan.
    """
    ids = {name_in(job) for job in jobs}
    unknown = ids - {name_in(orphan.arn) for orphan in found}
    if unknown:
        raise click.UsageError(f"no orphan of this stack: {', '.join(sorted(unknown))}")
    return [orphan for orphan in found if not ids or name_in(orphan.arn) in ids]


def _terminate(context: StackContext, orphan: Orphan) -> str:
    """Terminate and release a job; return the error, "" if there was none."""
    before = {"status": orphan.status}
    try:
        client = context.batch(orphan.arn)
        end_and_release(client, JobLocator(orphan.arn), before, _REASON, SYSTEM_CLOCK)
    except SjresourceError as error:
        return str(error)
    return ""


def _print(screen: Screen, stack: str, found: Sequence[Orphan]) -> None:
    if not found:
        screen.print(f"The stack {stack} has no orphans.")
        return
    rows = [
        Row(
            (Cell(orphan.resource), Cell(orphan.job_name), status_cell(orphan.status)),
            [Cell(orphan.arn), *([Cell(_MAY_BE_OWNED)] if orphan.may_be_owned else [])],
        )
        for orphan in found
    ]
    screen.print_table(("MADE FOR", "JOB NAME", "STATUS"), rows)


def _print_result(
    screen: Screen, stack: str, found: Sequence[Orphan], errors: Mapping[str, str]
) -> None:
    if not errors:
        _print(screen, stack, found)
        if any(not orphan.may_be_owned for orphan in found):
            screen.print("They have no resource any more; end them: sjresource orphans --terminate")
        return
    for orphan in found:
        error = errors.get(orphan.arn, f"Left alone: {orphan.arn}: {_MAY_BE_OWNED}")
        screen.print(error or f"Terminated {orphan.job_name}: {orphan.arn}", "red" if error else "")
