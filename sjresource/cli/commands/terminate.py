"""`sjresource terminate`: end one job, after confirmation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.service_jobs import JobLocator
from sjresource.aws.waiters import SYSTEM_CLOCK
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_job import job_argument, resolve_job
from sjresource.cli.stack.state import fails_up
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.terminal.prompt import confirm
from sjresource.resources.job import termination
from sjresource.sanitize import plain
from sjresource.stack.identity import IDENTITY_TAG, stack_tag_prefix_of
from sjresource.stack.ownership import has_ended
from sjresource.status.failure_report import how_to_run_anew
from sjresource.status.text import progress_line
from sjresource.vocabulary import TERMINAL, is_native_urn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sjresource.cli.stack.find_job import FoundJob
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.terminal.screen import Screen

    Detail = dict[str, Any]

_REASON = "terminated by `sjresource terminate`"


@click.command()
@job_argument
@click.option("--reason", default=_REASON, show_default=True, help="Reason that Batch records.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask for confirmation.")
@stack_options
@output_option
def terminate(context: StackContext, output: Output, job: str, reason: str, *, yes: bool) -> None:
    """Terminate a job that waits or runs.

    It asks for confirmation; without a terminal, --yes is needed. A job that has ended is left as
    it is, which is no error. The stack is not changed: its next `pulumi up` does not run the job
    again, unless rerun_on_failure is set.
    """
    found = resolve_job(context, job)
    client = context.batch(found.arn)
    before = client.find_service_job(found.arn)
    state = context.mask.text(progress_line(before, 0.0))
    if has_ended(before):
        how = "has ended" if before["status"] in TERMINAL else "is being terminated"
        text = f"{found.label} {how} already: {state}"
        output.print(_as_json(found, before, terminated=False), lambda screen: screen.print(text))
        return
    owner = before.get("tags", {}).get(IDENTITY_TAG, "")
    if not (output.as_json and yes):
        lines = [f"{found.label}: {state}", found.arn]
        if owner and not found.stack_job:
            resource = owner.rpartition("@")[0]
            lines.append(f"submitted for {resource} (organization/project/stack/resource)")
        click.echo("\n".join(map(plain, lines)), err=True)
    question = "Terminate it? What it has not saved is lost."
    confirm(f"terminating ServiceJob ({found.label})", question, yes=yes)
    # A job of this stack that its state has lost is released too: else the next create of the same
    # request would take it for its own run.
    lost = found.stack_job is None and _is_of_stack(context, owner)
    end = termination.end_and_release if lost else termination.terminate
    after = end(client, JobLocator(found.arn), before, reason, SYSTEM_CLOCK) or before
    output.print(
        _as_json(found, after, terminated=True),
        lambda screen: _print(screen, found, after, context.deployment),
    )


def _print(screen: Screen, found: FoundJob, detail: Detail, deployment: Mapping[str, Any]) -> None:
    status = detail["status"]
    screen.print(
        f"Terminated {found.label}: {status}."
        if status in TERMINAL
        else f"Batch has accepted it; {found.label} is {status} until it has stopped."
    )
    if found.stack_job:
        screen.print(_what_comes_next(found.stack_job, deployment))


def _as_json(found: FoundJob, detail: Detail, *, terminated: bool) -> dict[str, Any]:
    return {
        "resource": found.stack_job.label if found.stack_job else None,
        "arn": found.arn,
        "status": detail["status"],
        "terminated": terminated,
    }


def _what_comes_next(job: StackJob, deployment: Mapping[str, Any]) -> str:
    """Return what the next `pulumi up` does with a job of the stack that was terminated by hand."""
    native = is_native_urn(job.urn)
    if job.outputs.get("rerun_on_failure") is True:
        name = "rerunOnFailure" if native else "rerun_on_failure"
        return f"The next `pulumi up` runs it again: {name} is set."
    fails = " and fails, as its completion does" if fails_up(job, deployment) else ""
    anew = how_to_run_anew(job.urn, job.label)
    return f"The next `pulumi up` leaves it as it is{fails}; to run it again, {anew}."


def _is_of_stack(context: StackContext, owner: str) -> bool:
    if context.stack is None:
        return False
    return owner.startswith(stack_tag_prefix_of(context.stack.qualified_name()))
