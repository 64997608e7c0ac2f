"""`sjresource terminate`: end one job, after saying which, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import parse_arn
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_job import find_job, job_argument
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm
from sjresource.cli.termination import REASON, end_job, what_comes_next
from sjresource.sanitize import plain
from sjresource.stack.identity import IDENTITY_TAG, stack_tag_prefix_of
from sjresource.stack.ownership import has_ended
from sjresource.status.text import progress_line
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.cli.stack.find_job import FoundJob
    from sjresource.cli.terminal.screen import Screen

    Detail = dict[str, Any]


@click.command()
@job_argument
@click.option("--reason", default=REASON, show_default=True, help="What Batch records as reason.")
@click.option("-y", "--yes", is_flag=True, help="Don't ask.")
@stack_options
@output_option
def terminate(context: StackContext, output: Output, job: str, reason: str, *, yes: bool) -> None:
    """End a job that waits or runs. It asks first; where nobody can be asked it needs --yes.

    A job that has ended is left as it is, which is no error. The stack is not changed: its next
    `pulumi up` does not run the job again, unless rerun_on_failure is set.
    """
    found = find_job(context, job)
    arn = parse_arn(found.arn)
    client = context.clients.batch(arn.region if arn else "")
    before = client.find_service_job(found.arn)
    if has_ended(before):
        output.print(
            _answer(found, before, ended_now=False), _ended_already(context, found, before)
        )
        return
    if not (output.as_json and yes):
        shown = (f"{found.label}: {_standing(context, before)}", found.arn, *_owner(found, before))
        click.echo("\n".join(map(plain, shown)), err=True)
    doing = f"terminating ServiceJob ({found.label})"
    confirm(doing, "Terminate it? What it has not saved is lost.", yes=yes)
    lost = found.stack_job is None and _is_of_stack(context, before)
    after = end_job(client, found.arn, before, reason, gives_up=lost) or before
    output.print(_answer(found, after, ended_now=True), _told(context, found, after))


def _answer(found: FoundJob, detail: Detail, *, ended_now: bool) -> dict[str, Any]:
    return {
        "resource": found.stack_job.label if found.stack_job else None,
        "arn": found.arn,
        "status": detail["status"],
        "terminated": ended_now,
    }


def _ended_already(context: StackContext, found: FoundJob, detail: Detail) -> Any:
    def tell(screen: Screen) -> None:
        over = detail["status"] in TERMINAL
        screen.print(
            f"{found.label} has ended already: {_standing(context, detail)}"
            if over
            else f"{found.label} is being terminated already: {_standing(context, detail)}"
        )

    return tell


def _told(context: StackContext, found: FoundJob, detail: Detail) -> Any:
    def tell(screen: Screen) -> None:
        over = detail["status"] in TERMINAL
        screen.print(
            f"Terminated {found.label}: {detail['status']}."
            if over
            else f"Batch has taken it; {found.label} is {detail['status']} until it has stopped."
        )
        if found.stack_job:
            screen.print(what_comes_next(found.stack_job, context.deployment.get("resources", [])))

    return tell


def _standing(context: StackContext, detail: Detail) -> str:
    return context.mask.text(progress_line(detail, 0.0))


def _owner(found: FoundJob, detail: Detail) -> Iterator[str]:
    """Say for which resource of which stack a job was submitted that this stack doesn't have."""
    owner = detail.get("tags", {}).get(IDENTITY_TAG, "").rpartition("@")[0]
    if owner and not found.stack_job:
        yield f"submitted for {owner} (organization/project/stack/resource)"


def _is_of_stack(context: StackContext, detail: Detail) -> bool:
    """Tell whether a job that the state doesn't have was submitted by this stack."""
    if context.stack is None:
        return False
    owner: str = detail.get("tags", {}).get(IDENTITY_TAG, "")
    return owner.startswith(stack_tag_prefix_of(context.stack.qualified_name()))
