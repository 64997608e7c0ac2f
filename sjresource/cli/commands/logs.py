"""`sjresource logs`: what a job prints, over all its attempts, and what happens to it between."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import parse_arn
from sjresource.cli.logs.follow import LogFollower
from sjresource.cli.logs.output import LogOutput
from sjresource.cli.stack.context import RedactAll, StackContext, stack_options
from sjresource.cli.stack.find_job import find_job, job_argument
from sjresource.cli.stack.state import payload_secrets
from sjresource.cli.terminal.exit_codes import ExitCode
from sjresource.cli.terminal.output import Output, output_option
from sjresource.errors import NotFound
from sjresource.status.detail import Standing
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from sjresource.aws.batch import BatchClient
    from sjresource.cli.stack.find_job import FoundJob

    Detail = dict[str, Any]


@click.command()
@job_argument
@click.option("-f", "--follow", is_flag=True, help="Go on until the job has ended.")
@click.option(
    "--tail", type=click.IntRange(min=0), metavar="N", help="Begin with the last N lines there are."
)
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
    """Print what a job has logged: every attempt, every instance, oldest first.

    The log's lines go to stdout; what happened to the job between them (its status, its attempts,
    preemptions) goes to stderr. With --json both go to stdout, an object a line. With several
    instances a line begins with its own, such as `algo-1 |`.

    With -f it waits for a job that has not started, follows it over its attempts, and ends when the
    job does: with exit code 1 if it FAILED.
    """
    found = find_job(context, job)
    out = LogOutput(as_json=output.as_json, timestamps=timestamps, tail=tail)
    story = _Story(context, found)

    def sleep(seconds: float) -> None:
        out.flush()
        time.sleep(seconds)

    following = LogFollower(
        story.describe,
        context.clients.logs,
        _mask(context, found),
        now=time.time,
        sleep=sleep,
        standing=Standing(context.clients.batch, context.clients.sagemaker).of,
    )
    for event in following.to_the_end() if follow else following.so_far():
        out.take(event)
    out.flush()
    failed = follow and story.status == "FAILED"
    if failed and not output.as_json:
        out.say(f"why: sjresource why {found.label}")
    return ExitCode.FAILED if failed else ExitCode.OK


class _Story:
    """What there is to know of the job; `status` is the last that was seen."""

    def __init__(self, context: StackContext, found: FoundJob) -> None:
        self._context = context
        self._found = found
        self._record = found.stack_job.record if found.stack_job else {}
        self.status = ""

    def describe(self) -> Detail:
        """Describe the job; once Batch has forgotten it, what was recorded names its last log."""
        try:
            detail = _client(self._context, self._found).find_service_job(self._found.arn)
        except NotFound:
            training_job = self._record.get("training_job_arn")
            if not training_job:
                raise
            resource = {"name": "TrainingJobArn", "value": training_job}
            detail = {
                "status": self._record["status"],
                "latestAttempt": {"serviceResourceId": resource},
            }
        self.status = detail["status"]
        return detail


def _mask(context: StackContext, found: FoundJob) -> Mask:
    """Give the stack's mask; where its secrets can't be decrypted, that of the job's own payload.

    A log of which each line is withheld is none.
    """
    if found.stack_job is None:
        return Mask()
    if not isinstance(context.mask, RedactAll):
        return context.mask
    resources = {each["urn"]: each for each in context.deployment.get("resources", [])}
    try:
        payload = _client(context, found).find_request_payload(found.arn)
    except NotFound:
        return context.mask
    return Mask(payload_secrets(resources[found.stack_job.urn], payload))


def _client(context: StackContext, found: FoundJob) -> BatchClient:
    arn = parse_arn(found.arn)  # asked for anew each time: credentials may have been refreshed
    return context.clients.batch(arn.region if arn else "")
