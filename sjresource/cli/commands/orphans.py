"""`sjresource orphans`: live jobs that the stack submitted and no longer knows; and their end."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sjresource.arn import parse_arn
from sjresource.cli.confirming import confirm
from sjresource.cli.ending_jobs import end_job
from sjresource.cli.endings import ExitCode
from sjresource.cli.output import Output, output_option
from sjresource.cli.stack import Scope, stack_options
from sjresource.errors import SjresourceError
from sjresource.orphans import orphans_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.screen import Screen
    from sjresource.orphans import Orphan

_REASON = "orphaned: terminated by `sjresource orphans`"

_EMPTY = (
    "The stack's state has no resources. If it was lost, `pulumi up` of the same program takes "
    "these jobs back."
)


@click.command()
@click.option("--terminate", is_flag=True, help="End them, and mark them as given up.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@stack_options
@output_option
def orphans(scope: Scope, output: Output, *, terminate: bool, yes: bool) -> int:
    """List live jobs that carry the stack's tags and are in no state: they go on, and cost money.

    It lists every live job of the region's queues, and changes nothing without --terminate. Exit
    code 1: there are some left.

    A job whose create is under way, or was interrupted, is none: `pulumi up` finds it again. One
    that was left running on purpose, with retain_on_delete, can't be told from them.
    """
    stack = scope.need_stack()
    found = orphans_of(stack)
    if found and not scope.deployment.get("resources") and not output.as_json:
        click.echo(_EMPTY, err=True)
    if terminate and found:
        if not output.as_json:
            _tell(output.screen(), scope.title, found)
        doing = f"terminating ServiceJobs ({len(found)} orphans of {scope.title})"
        confirm(doing, f"Terminate {_jobs(len(found))}?", yes=yes)
    ended = {orphan.arn: _end(scope, orphan) for orphan in found} if terminate else {}
    answer = {
        "stack": scope.title,
        "orphans": [{**asdict(orphan), **_how_it_ended(ended.get(orphan.arn))} for orphan in found],
    }
    output.give(answer, lambda screen: _tell_end(screen, scope.title, found, ended))
    left = [orphan for orphan in found if ended.get(orphan.arn) != ""]
    return ExitCode.NOT_WELL if left else ExitCode.DONE


def _end(scope: Scope, orphan: Orphan) -> str:
    """End one; give why it could not be done, "" if it was."""
    arn = parse_arn(orphan.arn)
    client, before = scope.services.batch(arn.region if arn else ""), {"status": orphan.status}
    try:
        end_job(client, orphan.arn, before, _REASON, gives_up=True)
    except SjresourceError as error:
        return str(error)
    return ""


def _how_it_ended(error: str | None) -> dict[str, Any]:
    return {"terminated": error == "", "error": error or None}


def _tell(screen: Screen, stack: str, found: Sequence[Orphan]) -> None:
    from sjresource.cli.screen import Cell, Row, status_cell  # noqa: PLC0415 - only for words

    if not found:
        screen.say(f"The stack {stack} has no orphans.")
        return
    rows = [
        Row(
            (Cell(orphan.resource), Cell(orphan.job_name), status_cell(orphan.status)),
            [Cell(orphan.arn)],
        )
        for orphan in found
    ]
    screen.table(("MADE FOR", "JOB NAME", "STATE"), rows)


def _tell_end(
    screen: Screen, stack: str, found: Sequence[Orphan], ended: Mapping[str, str]
) -> None:
    if not ended:
        _tell(screen, stack, found)
        if found:
            screen.say("They have no resource any more; end them: sjresource orphans --terminate")
        return
    for orphan in found:
        error = ended[orphan.arn]
        screen.say(error or f"Terminated {orphan.job_name}: {orphan.arn}", "red" if error else "")


def _jobs(count: int) -> str:
    return "this job" if count == 1 else f"these {count} jobs"
