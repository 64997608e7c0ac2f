"""`sjresource logs`: a job's log over all its attempts, with what happened to the job between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sjresource.cli.logs.follow import LogFollower
from sjresource.cli.logs.output import LogOutput
from sjresource.cli.stack.context import RedactAll, StackContext, stack_options
from sjresource.cli.stack.find_job import job_argument, resolve_job
from sjresource.cli.stack.state import payload_secrets
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.errors import NotFound
from sjresource.status.detail import StatusDetail
from sjresource.status.masking import Mask
from sjresource.status.text import as_argument

if TYPE_CHECKING:
    from sjresource.cli.stack.find_job import FoundJob

    Detail = dict[str, Any]


@click.command()
@job_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the job has ended.")
@click.option("--tail", type=click.IntRange(0), metavar="N", help="Begin with the last N lines.")
@click.option("-t", "--timestamps", is_flag=True, help="Begin each line with its time (UTC).")
@stack_options
@output_option
def logs(
    context: StackContext,
    output: Output,
    job: str,
    *,
    follow: bool,
    timestamps: bool,
    tail: int | None,
) -> int:
    """Print a job's log: all attempts and instances, oldest line first.

    Log lines go to stdout; what happened to the job between them (status changes, attempts,
    preemptions) goes to stderr. With --json both go to stdout, one object a line. If the job has
    several instances, each line begins with its instance, such as `algo-1 |`.

    With -f it waits until the job starts, follows it over its attempts, and ends when the job does;
    exit code 1 means that it has FAILED.
    """
    found = resolve_job(context, job)
    out = LogOutput(as_json=output.as_json, timestamps=timestamps, tail=tail)
    status = ""

    def describe() -> Detail:
        nonlocal status
        detail = _describe(context, found)
        status = detail["status"]
        return detail

    def sleep(seconds: float) -> None:
        out.flush()
        time.sleep(seconds)  # until AWS may have something new: nothing tells when it has

    follower = LogFollower(
        describe,
        context.clients.logs,
        _mask(context, found),
        now=time.time,
        sleep=sleep,
        status_detail=StatusDetail(context.clients.batch, context.clients.sagemaker).of,
    )
    for event in follower.follow() if follow else follower.read():
        out.add(event)
    out.flush()
    failed = follow and status == "FAILED"
    if failed and not output.as_json:
        out.note(f"why: sjresource why {as_argument(found.label)}")
    return ExitCode.FAILED if failed else ExitCode.OK


def _describe(context: StackContext, found: FoundJob) -> Detail:
    """Describe the job; if Batch has forgotten it, by the last training job that was recorded."""
    try:
        # The client is made anew each time: credentials may have been refreshed.
        return context.batch(found.arn).find_service_job(found.arn)
    except NotFound:
        record = found.stack_job.record if found.stack_job else {}
        if not record.get("training_job_arn"):
            raise
        resource = {"name": "TrainingJobArn", "value": record["training_job_arn"]}
        return {"status": record["status"], "latestAttempt": {"serviceResourceId": resource}}


def _mask(context: StackContext, found: FoundJob) -> Mask:
    """Return the stack's mask; if its secrets can't be decrypted, one of the job's own payload.

    A log of which each line is withheld would be useless.
    """
    if found.stack_job is None:
        return Mask()
    if not isinstance(context.mask, RedactAll):
        return context.mask
    resources = {each["urn"]: each for each in context.deployment.get("resources", [])}
    try:
        payload = context.batch(found.arn).find_payload(found.arn)
    except NotFound:
        return context.mask
    return Mask(payload_secrets(resources[found.stack_job.urn], payload))
