"""Which queue QUEUE means: a resource name of the stack, a queue's name or its ARN."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.batch import JOB_QUEUE
from sjresource.cli.stack.find_job import as_shown, complete
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.errors import NotFound
from sjresource.sanitize import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sjresource.cli.stack.context import StackContext


def queue_argument(command: Any) -> Any:
    """Add QUEUE to a command, as its argument `queue`, completed from the stack's state.

    It may be left out if the stack has, or uses, one queue only.
    """
    argument = click.argument("queue", metavar="[QUEUE]", required=False, shell_complete=_complete)
    return argument(command)


def find_queue(context: StackContext, queue: str | None) -> str:
    """Return the queue's ARN, or the name as given, which Batch may know or not.

    Raises:
        CommandFailure: several queues match, or there is none.
    """
    if queue is None:
        return _only_queue(context)
    if parse_arn(queue):
        return queue
    forms: tuple[Callable[[str], str], ...] = (str, as_shown)
    for form, attribute in product(forms, ("path", "resource")):
        named = [(each.arn, form(getattr(each, attribute))) for each in context.queues]
        found = [arn for arn, name in named if name == form(queue)]
        if len(found) > 1:
            raise _ambiguous(queue, found)
        if found:
            return found[0]
    return queue


def queues_to_show(context: StackContext, named: Sequence[str]) -> list[str]:
    """Return the ARNs of the named queues; if none is named, of those that the stack has or uses.

    A queue of the stack's state that does not exist any more is left out, with a line on stderr.

    Raises:
        NotFound: there is no queue of a given name.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    if named:
        arns = (_find_arn(context, find_queue(context, name)) for name in named)
        return list(dict.fromkeys(arns))
    used = [queue.arn for queue in context.queues]
    used += [job.job_queue for job in context.jobs if job.job_queue]
    existing = (_find_arn_or_warn(context, queue) for queue in dict.fromkeys(used))
    return list(dict.fromkeys(arn for arn in existing if arn))


def _find_arn_or_warn(context: StackContext, queue: str) -> str | None:
    try:
        return _find_arn(context, queue)
    except NotFound as error:
        click.echo(plain(f"{error}; it is left out"), err=True)
        return None


def _find_arn(context: StackContext, queue: str) -> str:
    arn: str = context.batch(queue).find(JOB_QUEUE, queue)["jobQueueArn"]
    return arn


def _only_queue(context: StackContext) -> str:
    used = {each.arn for each in context.queues}
    names = {name_in(arn) for arn in used}
    used |= {job.job_queue for job in context.jobs if job.job_queue and job.job_queue not in names}
    if len(used) > 1:
        raise _ambiguous("QUEUE", sorted(used))
    if not used:
        where = "the stack has none" if context.project else "there is no Pulumi project here"
        message = f"reading JobQueue (QUEUE): {where}; give a queue's name or ARN"
        raise CommandFailure(message, ExitCode.USAGE)
    return used.pop()


def _ambiguous(queue: str, found: list[str]) -> CommandFailure:
    lines = "\n".join(f"  {arn}" for arn in found)
    message = f"reading JobQueue ({queue}): {len(found)} queues are meant; name one:\n{lines}"
    return CommandFailure(message, ExitCode.AMBIGUOUS)


def _complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[str]:
    return complete(ctx, incomplete, lambda context: [queue.resource for queue in context.queues])
