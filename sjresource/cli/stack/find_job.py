"""Which job JOB means: a resource name of the stack, a job id, an ARN or a job name.

The first kind that matches wins, so a resource of the stack comes before a job of the same name.
If several jobs match, the error lists them.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import is_job_id, is_name, name_in, parse_arn
from sjresource.aws.batch import JOB_QUEUE
from sjresource.cli.stack.context import StackContext
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.errors import NotFound, SjresourceError
from sjresource.sanitize import plain
from sjresource.status.text import first_of
from sjresource.suggestions import close_names, did_you_mean
from sjresource.vocabulary import SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sjresource.cli.stack.state import StackJob

_MAX_LISTED = 20
"""Candidates or names in an error message."""


@dataclass(frozen=True)
class FoundJob:
    """A job; `stack_job` is what the stack's state has of it, None if it is not the stack's."""

    arn: str
    stack_job: StackJob | None = None

    @property
    def label(self) -> str:
        """The name to show: its resource name, or its id."""
        return self.stack_job.label if self.stack_job else name_in(self.arn)


def job_argument(command: Any) -> Any:
    """Add JOB to a command, as its argument `job`, completed from the stack's state."""
    return click.argument("job", metavar="JOB", shell_complete=complete_job)(command)


def resolve_job(context: StackContext, job: str) -> FoundJob:
    """Return the one job that JOB means. Batch may have forgotten it.

    Raises:
        CommandFailure: no job matches, or several do.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    found = _in_stack(context, job)
    if not found and is_job_id(job):
        found = _by_id(context, job)
    if not found and not parse_arn(job) and is_name(job):
        found = list(_by_name(context, job))
    if len(found) == 1:
        return found[0]
    raise _ambiguous(context, job, found) if found else _unknown(context, job)


def complete_job(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Return the stack's jobs that begin with `incomplete`; none if the stack can't be read."""
    return complete(ctx, incomplete, lambda context: [job.label for job in context.jobs])


def complete(
    ctx: click.Context, incomplete: str, names: Callable[[StackContext], list[str]]
) -> list[str]:
    """Return the stack's `names` that begin with `incomplete`; none if the stack can't be read."""
    try:
        context = StackContext(Path(ctx.params.get("cwd") or "."), ctx.params.get("stack"))
        return [name for name in names(context) if name.startswith(incomplete)]
    except Exception:  # noqa: BLE001 - a traceback in the middle of a command line helps nobody
        return []


def _in_stack(context: StackContext, job: str) -> list[FoundJob]:
    arn = parse_arn(job)
    if arn is not None:
        if (arn.service, arn.kind) != ("batch", "service-job"):
            raise CommandFailure(
                f"reading ServiceJob ({job}): it is the ARN of something else", ExitCode.USAGE
            )
        same = [each for each in context.jobs if each.arn == job]
        return [FoundJob(job, same[0] if same else None)]
    return _named(context.jobs, job, str) or _named(context.jobs, as_shown(job), as_shown)


def _named(jobs: Sequence[StackJob], job: str, form: Callable[[str], str]) -> list[FoundJob]:
    """Return the jobs whose names are `job` in a form of theirs."""
    matches: tuple[Callable[[StackJob], bool], ...] = (
        lambda each: "/" in job and f"/{form(each.path)}".endswith(f"/{job}"),
        lambda each: form(each.resource) == job,
        lambda each: each.job_id == job,
        lambda each: each.job_name == job,
    )
    for match in matches:
        if found := [FoundJob(each.arn, each) for each in jobs if match(each)]:
            return found
    return []


def as_shown(name: str) -> str:
    """Return a name as a terminal shows it, and as whoever copies it from there gives it."""
    return unicodedata.normalize("NFC", plain(name))


def _by_id(context: StackContext, job: str) -> list[FoundJob]:
    try:
        return [FoundJob(context.batch(job).find_service_job(job)["jobArn"])]
    except NotFound:
        return []


def _by_name(context: StackContext, job: str) -> Iterator[FoundJob]:
    """Search the stack's queues; if none has the job, all other queues of the region."""
    own = {queue.arn for queue in context.queues}
    own |= {each.job_queue for each in context.jobs if each.job_queue}
    found = list(_in_queues(context, job, sorted(own)))
    if found:
        yield from found
        return
    queues = [
        queue["jobQueueArn"]
        for queue in context.batch("").list_all(JOB_QUEUE)
        if queue.get("jobQueueType") == SAGEMAKER_TRAINING
    ]
    yield from _in_queues(context, job, [queue for queue in queues if queue not in own])


def _in_queues(context: StackContext, job: str, queues: Sequence[str]) -> Iterator[FoundJob]:
    for queue in queues:
        for summary in context.batch(queue).list_service_jobs_named(queue, job):
            yield FoundJob(summary["jobArn"])


def _ambiguous(context: StackContext, job: str, found: Sequence[FoundJob]) -> CommandFailure:
    lines = [
        f"  {each.stack_job.path if each.stack_job else job}  {_status(context, each)}  {each.arn}"
        for each in found[:_MAX_LISTED]
    ]
    more = [f"  … and {len(found) - _MAX_LISTED} more"] if len(found) > _MAX_LISTED else []
    head = f"reading ServiceJob ({job}): {len(found)} jobs are called that; name one by its ARN:"
    return CommandFailure("\n".join([head, *lines, *more]), ExitCode.AMBIGUOUS)


def _status(context: StackContext, found: FoundJob) -> str:
    try:
        return str(context.batch(found.arn).find_service_job(found.arn)["status"])
    except SjresourceError:
        return "unknown"


def _unknown(context: StackContext, job: str) -> CommandFailure:
    labels = [each.label for each in context.jobs]
    where = f"stack {context.title} has no job" if context.stack else "there is no job"
    message = f"reading ServiceJob ({job}): {where} of that name, id or ARN, and Batch knows none"
    names = close_names(job, {each.resource for each in context.jobs} | {*labels}, 3)
    close = [each.label for each in context.jobs if {each.resource, each.label} & {*names}]
    there = f"there is {first_of(labels, _MAX_LISTED)}" if labels else ""
    return CommandFailure(f"{message}{did_you_mean(close, there)}", ExitCode.NOT_FOUND)
