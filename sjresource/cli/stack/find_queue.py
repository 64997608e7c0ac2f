"""Which queue is meant by QUEUE: a resource name of the stack, a queue's name or its ARN."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import name_in, parse_arn
from sjresource.cli.stack.context import StackContext
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.errors import NotFound
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sjresource.aws.batch import BatchClient


def queue_argument(command: Any) -> Any:
    """Give a command QUEUE, as its argument `queue`, completed from the stack's state.

    Without it a stack that has, or uses, one queue alone means that one.
    """
    argument = click.argument("queue", metavar="[QUEUE]", required=False, shell_complete=_complete)
    return argument(command)


def find_queue(context: StackContext, queue: str | None) -> str:
    """Give the queue's ARN, or the name as it was given, for Batch to know or not.

    Raises:
        CommandFailure: several are meant, or none is.
    """
    if queue is None:
        return _only(context)
    if parse_arn(queue):
        return queue
    for fits in ("path", "resource"):
        found = [each.arn for each in context.queues if getattr(each, fits) == queue]
        if len(found) > 1:
            raise _several(queue, found)
        if found:
            return found[0]
    return queue


def client_of(context: StackContext, queue: str) -> BatchClient:
    """Give the client for the queue's own region."""
    arn = parse_arn(queue)
    return context.clients.batch(arn.region if arn else "")


def queues_to_show(context: StackContext, named: Sequence[str]) -> list[str]:
    """Give the ARNs of the named queues, or of those that the stack has or uses.

    A queue that the stack still names and that is gone is left out, and told on stderr.

    Raises:
        NotFound: there is no queue of a given name.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    if named:
        return _unique(_arn_of(context, find_queue(context, name)) for name in named)
    used = [queue.arn for queue in context.queues]
    used += [job.job_queue for job in context.jobs if job.job_queue]
    there = (_arn_if_there(context, queue) for queue in _unique(used))
    return _unique(arn for arn in there if arn)


def _arn_if_there(context: StackContext, queue: str) -> str | None:
    try:
        return _arn_of(context, queue)
    except NotFound as error:
        click.echo(plain(f"{error}; it is left out"), err=True)
        return None


def _arn_of(context: StackContext, queue: str) -> str:
    arn: str = client_of(context, queue).find_job_queue(queue)["jobQueueArn"]
    return arn


def _unique(queues: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(queues))


def _only(context: StackContext) -> str:
    used = {each.arn for each in context.queues}
    names = {name_in(arn) for arn in used}
    used |= {job.job_queue for job in context.jobs if job.job_queue and job.job_queue not in names}
    if len(used) > 1:
        raise _several("QUEUE", sorted(used))
    if not used:
        said = "reading JobQueue (QUEUE): the stack has none; give a queue's name or ARN"
        raise CommandFailure(said, ExitCode.USAGE)
    return used.pop()


def _several(queue: str, found: list[str]) -> CommandFailure:
    lines = "\n".join(f"  {arn}" for arn in found)
    said = f"reading JobQueue ({queue}): {len(found)} queues are meant; name one:\n{lines}"
    return CommandFailure(said, ExitCode.AMBIGUOUS)


def _complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    """Give the stack's queues that begin so; none, silently, where the stack can't be read."""
    try:
        context = StackContext(Path(ctx.params.get("cwd") or "."), ctx.params.get("stack"))
        names = [queue.resource for queue in context.queues]
    except Exception:  # noqa: BLE001 - as for JOB
        return []
    return [name for name in names if name.startswith(incomplete)]
