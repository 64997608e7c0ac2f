"""Which job is meant by JOB: a resource name of the stack, a job id, an ARN or a job name.

The first of these that fits decides: a resource of the stack comes before a job that just has the
same name. What fits several jobs alike is refused, with all of them.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import name_in, parse_arn
from sjresource.cli.stack.context import StackContext
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.errors import NotFound, SjresourceError
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sjresource.cli.stack.state import StackJob

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_JOB_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}")
_LISTED = 20
"""So many candidates or names are shown."""


@dataclass(frozen=True)
class FoundJob:
    """One job; `stack_job` is what the stack's state has of it, None for any other."""

    arn: str
    stack_job: StackJob | None = None

    @property
    def label(self) -> str:
        """What to call it: its resource name, or its id."""
        return self.stack_job.label if self.stack_job else name_in(self.arn)


def job_argument(command: Any) -> Any:
    """Give a command JOB, as its argument `job`, completed from the stack's state."""
    return click.argument("job", metavar="JOB", shell_complete=complete_job)(command)


def find_job(context: StackContext, job: str) -> FoundJob:
    """Find the one job that JOB means; whether Batch still knows it is another question.

    Raises:
        CommandFailure: it means none, or several.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    found = _of_stack(context, job)
    if not found and _ID.fullmatch(job):
        found = _by_id(context, job)
    if not found and not parse_arn(job) and _JOB_NAME.fullmatch(job):
        found = list(_named_in_batch(context, job))
    if len(found) == 1:
        return found[0]
    raise _ambiguous(context, job, found) if found else _unknown(context, job)


def complete_job(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Give the stack's jobs that begin so; none, silently, where the stack can't be read."""
    try:
        context = StackContext(Path(ctx.params.get("cwd") or "."), ctx.params.get("stack"))
        labels = [job.label for job in context.jobs]
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []
    return [label for label in labels if label.startswith(incomplete)]


def _of_stack(context: StackContext, job: str) -> list[FoundJob]:
    arn = parse_arn(job)
    if arn is not None:
        if (arn.service, arn.kind) != ("batch", "service-job"):
            raise CommandFailure(
                f"reading ServiceJob ({job}): it is the ARN of something else", ExitCode.USAGE
            )
        same = [each for each in context.jobs if each.arn == job]
        return [FoundJob(job, same[0] if same else None)]
    for fits in (_is_path, _is_resource, _is_id, _is_job_name):
        found = [FoundJob(each.arn, each) for each in context.jobs if fits(each, job)]
        if found:
            return found
    return []


def _is_path(each: StackJob, job: str) -> bool:
    return "/" in job and f"/{each.path}".endswith(f"/{job}")


def _is_resource(each: StackJob, job: str) -> bool:
    return each.resource == job


def _is_id(each: StackJob, job: str) -> bool:
    return each.job_id == job


def _is_job_name(each: StackJob, job: str) -> bool:
    return each.job_name == job


def _by_id(context: StackContext, job: str) -> list[FoundJob]:
    try:
        return [FoundJob(context.clients.batch("").find_service_job(job)["jobArn"])]
    except NotFound:
        return []


def _named_in_batch(context: StackContext, job: str) -> Iterator[FoundJob]:
    """Look through the stack's queues; where none has it, through all queues of the region."""
    own = {queue.arn for queue in context.queues}
    own |= {each.job_queue for each in context.jobs if each.job_queue}
    found = list(_in_queues(context, job, sorted(own)))
    if found:
        yield from found
        return
    queues = [
        queue["jobQueueArn"]
        for queue in context.clients.batch("").list_job_queues()
        if queue.get("jobQueueType") == SAGEMAKER_TRAINING
    ]
    yield from _in_queues(context, job, [queue for queue in queues if queue not in own])


def _in_queues(context: StackContext, job: str, queues: Sequence[str]) -> Iterator[FoundJob]:
    for queue in queues:
        arn = parse_arn(queue)
        client = context.clients.batch(arn.region if arn else "")
        for summary in client.list_service_jobs_named(queue, job):
            yield FoundJob(summary["jobArn"])


def _ambiguous(context: StackContext, job: str, found: Sequence[FoundJob]) -> CommandFailure:
    lines = [
        f"  {each.stack_job.path if each.stack_job else job}  {_status(context, each)}  {each.arn}"
        for each in found[:_LISTED]
    ]
    more = [f"  … and {len(found) - _LISTED} more"] if len(found) > _LISTED else []
    said = f"reading ServiceJob ({job}): {len(found)} jobs are called that; name one by its ARN:"
    return CommandFailure("\n".join([said, *lines, *more]), ExitCode.AMBIGUOUS)


def _status(context: StackContext, found: FoundJob) -> str:
    arn = parse_arn(found.arn)
    try:
        detail = context.clients.batch(arn.region if arn else "").find_service_job(found.arn)
    except SjresourceError:
        return "unknown"
    return str(detail["status"])


def _unknown(context: StackContext, job: str) -> CommandFailure:
    labels = [each.label for each in context.jobs]
    where = f"stack {context.title} has no job" if context.stack else "there is no job"
    said = f"reading ServiceJob ({job}): {where} of that name, id or ARN, and Batch knows none"
    names = difflib.get_close_matches(job, {each.resource for each in context.jobs} | {*labels})
    close = [each.label for each in context.jobs if {each.resource, each.label} & {*names}]
    if close:
        said += f"; did you mean {' or '.join(close)}?"
    elif labels:
        more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
        said += f"; there is {', '.join(labels[:_LISTED])}{more}"
    return CommandFailure(said, ExitCode.NOT_FOUND)
