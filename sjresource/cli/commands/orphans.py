"""`sjresource orphans`: live jobs that the stack submitted and no longer knows; and their end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import name_in, parse_arn
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm
from sjresource.cli.termination import end_job
from sjresource.errors import SjresourceError
from sjresource.orphans import orphans_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.terminal.screen import Screen
    from sjresource.orphans import Orphan

_REASON = "orphaned: terminated by `sjresource orphans`"

_EMPTY = (
    "The stack's state has no resources. If it was lost, `pulumi up` of the same program finds "
    "these jobs: it takes what no state has recorded, and asks about the rest."
)

_MAY_BE_OWNED = "another stack, or a renamed resource, may have it; to end it, give its id"


@click.command()
@click.argument("jobs", nargs=-1, metavar="[JOB]...")
@click.option("--terminate", is_flag=True, help="End them, and mark them as given up.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@stack_options
@output_option
def orphans(
    context: StackContext, output: Output, jobs: tuple[str, ...], *, terminate: bool, yes: bool
) -> int:
    """List live jobs that carry the stack's tags and are in no state: they go on, and cost money.

    It lists every live job of the region's queues, and changes nothing without --terminate. Exit
    code 1: there are some left. With JOBs, by id or ARN, only these.

    A job whose create is under way, or was interrupted, is none: `pulumi up` finds it again. One
    that a state has recorded may be another stack's or a renamed resource's, or was left running on
    purpose: it is listed as such, and --terminate ends it only if its id is given.
    """
    stack = context.require_stack()
    found = _chosen(orphans_of(stack), jobs)
    to_end = [orphan for orphan in found if terminate and (jobs or not orphan.may_be_owned)]
    if found and not context.deployment.get("resources") and not output.as_json:
        click.echo(_EMPTY, err=True)
    if to_end:
        if not output.as_json:
            _tell(output.screen(), context.title, found)
        doing = f"terminating ServiceJobs ({len(to_end)} orphans of {context.title})"
        confirm(doing, f"Terminate {_jobs(to_end)}?", yes=yes)
    ended = {orphan.arn: _end(context, orphan) for orphan in to_end}
    answer = {
        "stack": context.title,
        "orphans": [{**asdict(orphan), **_how_it_ended(ended.get(orphan.arn))} for orphan in found],
    }
    output.print(answer, lambda screen: _tell_end(screen, context.title, found, ended))
    left = [orphan for orphan in found if ended.get(orphan.arn) != ""]
    return ExitCode.FAILED if left else ExitCode.OK


def _chosen(found: list[Orphan], jobs: tuple[str, ...]) -> list[Orphan]:
    """Return the orphans with these ids or ARNs, all of them if there are none.

    Raises:
        click.UsageError: one of the jobs is no orphan.
    """
    ids = {name_in(job) for job in jobs}
    unknown = ids - {name_in(orphan.arn) for orphan in found}
    if unknown:
        raise click.UsageError(f"no orphan of this stack: {', '.join(sorted(unknown))}")
    return [orphan for orphan in found if not ids or name_in(orphan.arn) in ids]


def _end(context: StackContext, orphan: Orphan) -> str:
    """End one; give why it could not be done, "" if it was."""
    arn = parse_arn(orphan.arn)
    client, before = context.clients.batch(arn.region if arn else ""), {"status": orphan.status}
    try:
        end_job(client, orphan.arn, before, _REASON, gives_up=True)
    except SjresourceError as error:
        return str(error)
    return ""


def _how_it_ended(error: str | None) -> dict[str, Any]:
    return {"terminated": error == "", "error": error or None}


def _tell(screen: Screen, stack: str, found: Sequence[Orphan]) -> None:
    from sjresource.cli.terminal.table import Cell, Row, status_cell  # noqa: PLC0415 - only for words

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
    screen.print_table(("MADE FOR", "JOB NAME", "STATE"), rows)


def _tell_end(
    screen: Screen, stack: str, found: Sequence[Orphan], ended: Mapping[str, str]
) -> None:
    if not ended:
        _tell(screen, stack, found)
        if any(not orphan.may_be_owned for orphan in found):
            screen.print("They have no resource any more; end them: sjresource orphans --terminate")
        return
    for orphan in found:
        error = ended.get(orphan.arn, f"Left alone: {orphan.arn}: {_MAY_BE_OWNED}")
        screen.print(error or f"Terminated {orphan.job_name}: {orphan.arn}", "red" if error else "")


def _jobs(to_end: Sequence[Orphan]) -> str:
    some = "this job" if len(to_end) == 1 else f"these {len(to_end)} jobs"
    return f"{some} ({', '.join(name_in(orphan.arn) for orphan in to_end)})"
