"""`sjresource rerun`: how a `pulumi up` runs a job again, and what that may cost; does it, too."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import click

from sjresource.checks.rules.instance_hours import hours_words, instance_hours_by_type
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_job import FoundJob, job_argument, resolve_job
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.errors import NotFound
from sjresource.status.text import as_argument
from sjresource.vocabulary import TERMINAL, is_native_urn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.terminal.screen import Screen


@click.command()
@job_argument
@click.option("-y", "--yes", is_flag=True, help="Run that `pulumi up`, without asking.")
@stack_options
@output_option
def rerun(context: StackContext, output: Output, job: str, *, yes: bool) -> int:
    """Print how to run a job of the stack again, and what it may cost; --yes does it.

    It is a `pulumi up` that replaces this one job, with the request that the program has by now,
    and does whatever else the program has changed. A job that goes on is ended first.
    """
    found = resolve_job(context, job)
    known = _require_stack_job(context, found)
    status = _status_of(context, known)
    command = ["pulumi", "up", "--replace", known.urn, *_where(context)]
    by_type = expected_hours(known)
    answer = {
        "resource": known.label,
        "urn": known.urn,
        "arn": known.arn,
        "status": status,
        "command": command,
        "instance_hours": by_type and {kind: round(each, 4) for kind, each in by_type.items()},
        "ran": yes,
    }
    if not yes:
        output.print(answer, lambda screen: _render(screen, known, status, command))
        return ExitCode.OK
    code = _run(context, known.urn, to_stderr=output.as_json)
    output.print(answer, lambda _: None)
    return ExitCode.OK if code == 0 else ExitCode.FAILED


def expected_hours(job: StackJob) -> dict[str, float] | None:
    """Return the most that a run of the request in the state may use, by instance type.

    None if that is not known, or follows from a secret, which stays encrypted.
    """
    if isinstance(job.outputs.get("max_instance_hours"), dict):
        return None
    return instance_hours_by_type(JobArguments.parse(job.outputs))


def cost_words(job: StackJob) -> str:
    """Return what another run may cost, as far as the state tells."""
    if isinstance(job.outputs.get("max_instance_hours"), dict):
        return "how much it may use is a secret of the stack"
    by_type = expected_hours(job)
    if by_type is None:
        return "how much it may use is not known: its old run had no bound that the state tells"
    return f"it may use at most {hours_words(by_type)}, unless its request has changed"


def _render(screen: Screen, job: StackJob, status: str, command: Sequence[str]) -> None:
    if status != "UNKNOWN" and status not in TERMINAL:
        screen.print(
            f"{job.label} is {status}: it is ended first, and what it has not saved is lost."
        )
    screen.print(f"To run {job.label} again: {cost_words(job)}.")
    if is_native_urn(job.urn):
        screen.print(
            "Change its `triggers`, and `pulumi up`. Only if it has the option deleteBeforeReplace:"
        )
    screen.print(shlex.join(command), "bold", indent=2, wrap=False)
    screen.print(f"Or let it be done: sjresource rerun --yes {as_argument(job.label)}", "dim")


def _require_stack_job(context: StackContext, found: FoundJob) -> StackJob:
    """Return the job in the state.

    Raises:
        CommandFailure: it is not the stack's, or it is protected.
    """
    job = found.stack_job
    if job is None:
        raise CommandFailure(
            f"rerunning ServiceJob ({found.label}): no resource of the stack "
            f"{context.title or 'here'} has it; run it again in the program that declares it",
            ExitCode.NOT_FOUND,
        )
    if _is_protected(job, context.deployment):
        raise CommandFailure(
            f"rerunning ServiceJob ({job.label}): it is protected, and a rerun replaces it; "
            f"`pulumi state unprotect {shlex.quote(job.urn)}` first",
            ExitCode.FAILED,
        )
    return job


def _is_protected(job: StackJob, deployment: Mapping[str, Any]) -> bool:
    resources = deployment.get("resources", [])
    return any(each["urn"] == job.urn and each.get("protect") for each in resources)


def _status_of(context: StackContext, job: StackJob) -> str:
    try:
        return str(context.batch(job.arn).find_service_job(job.arn)["status"])
    except NotFound:
        return "UNKNOWN"


def _where(context: StackContext) -> list[str]:
    """Return the options of `pulumi` for the stack and folder that were given to this command."""
    stack = ["--stack", context.stack_name] if context.stack_name else []
    return stack if str(context.cwd) == "." else [*stack, "--cwd", str(context.cwd)]


def _run(context: StackContext, urn: str, *, to_stderr: bool) -> int:
    """Run `pulumi up`, and return its exit code; Ctrl-C is its own to handle."""
    stack = context.require_stack()
    process = subprocess.Popen(  # noqa: S603 - our own words, and names of the stack
        ["pulumi", "up", "--yes", "--stack", stack.name, "--replace", urn],  # noqa: S607 - on PATH
        cwd=context.project,
        stdout=sys.stderr if to_stderr else None,
    )
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return process.wait()
    finally:
        signal.signal(signal.SIGINT, before)
