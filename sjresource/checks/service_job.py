"""Everything that is checked of a service job in a preview, in order.

First offline: the arguments, with the payload parsed once, against shapes, bounds and rules. Then
live: the job's queue, described once for each queue and preview, and only for a job that would be
submitted. AWS is never asked about a finished job. Its answer is waited for only after the rest:
loading the models takes as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.payload import is_unknown, payload_or_empty
from sjresource.checks.failures import account_problems, check_result
from sjresource.checks.preflight.declared import MANAGED_IN_PROGRAM
from sjresource.checks.preflight.job import always, describe_for_jobs
from sjresource.checks.preview import MANAGED, PREVIEW
from sjresource.checks.rules.instance_hours import requested_instances, with_instance_hours
from sjresource.checks.rules.requests import failing, job_problems
from sjresource.checks.values.job_arguments import PAYLOAD, JobArguments
from sjresource.checks.values.lookups import holds_unknown, text_at, with_known
from sjresource.errors import SjresourceError
from sjresource.stack.diff import find_changes

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping

    from pulumi.dynamic import CheckResult

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.settings import Settings
    from sjresource.checks.preflight.job import QueueCheck
    from sjresource.checks.preview import PreviewCache
    from sjresource.problem import Problem
    from sjresource.stack.config import CheckSettings
    from sjresource.stack.diff import Rules

    Properties = Mapping[str, Any]


def would_be_submitted(
    rules: Rules, olds: Properties, news: Properties, preview: PreviewCache = PREVIEW
) -> bool:
    """Return whether a job is certain to be submitted: it is new, or what is known has changed.

    A preview takes what is unknown for a change; the finished job may stay, and its queue does not
    matter until the update knows. The engine checks what it takes for a replacement twice, and the
    second time without the old inputs.
    """
    identity = str(news.get("identity"))
    if not olds:
        return not (identity in preview.undecided and holds_unknown(news))
    preview.undecided.discard(identity)
    if not find_changes(rules, olds, news).replaces:
        return False
    if find_changes(rules, olds, with_known(olds, news)).replaces:
        return True
    preview.undecided.add(identity)
    return False


def check_job(
    settings: Settings,
    checking: CheckSettings,
    properties: Properties,
    *,
    would_be_submitted: bool,
    checked_before: bool = False,
    has_room: bool = False,
    preview: PreviewCache = PREVIEW,
) -> CheckResult:
    """Check a job's arguments, and add what the preview shows of its cost.

    What the same `up` may be about to repair is only a warning.

    Args:
        settings: of the job's region.
        checking: how strict to be.
        properties: the job's arguments.
        would_be_submitted: whether its queue is looked at.
        checked_before: its arguments are not checked against the models again: a preview without
            changes does not even load them.
        has_room: see `has_room_as_before`.
        preview: what this preview has learned and said so far.
    """
    job = JobArguments.parse(properties, settings.region)
    asks = would_be_submitted and checking.preflight
    asked = _begin_preflight(settings, job, preview, has_room=has_room) if asks else None
    problems = account_problems(settings)
    if not checked_before:
        problems.extend(failing(job_problems(job), lenient=checking.lenient))
    worth_asking = not (problems and is_unknown(properties.get("job_queue")))
    if asks and worth_asking:
        found = _preflight(settings, job, preview, asked, has_room=has_room)
        problems.extend(preview.failing("ServiceJob", properties, found, checking))
    return check_result(with_instance_hours(job), problems)


def has_room_as_before(olds: Properties, news: Properties) -> bool:
    """Return whether a job asks its queue for what the job in the state has asked it for.

    AWS has taken that one, and it was looked at then: the queue's environments need no second look.
    The check of a replacement that has no old inputs is told by the one before.
    """
    identity, asked = str(news.get("identity")), _room(news)
    if olds:
        PREVIEW.rooms[identity] = _room(olds)
    return asked is not None and PREVIEW.rooms.get(identity) == asked


def _room(properties: Properties) -> Any:
    """Return a job's queue and instances; None if they are not known."""
    queue = text_at(properties, "job_queue")
    instances = requested_instances(payload_or_empty(properties.get(PAYLOAD)))
    return (name_in(queue), instances) if queue and instances else None


def _begin_preflight(
    settings: Settings, job: JobArguments, preview: PreviewCache, *, has_room: bool
) -> _Question | None:
    """Have the queue described while something else is done, and return what is asked."""
    asked = _question(settings, job, preview, has_room=has_room)
    if asked is not None:
        preview.queues.begin(asked.key, asked.ask)
    return asked


def _preflight(
    settings: Settings,
    job: JobArguments,
    preview: PreviewCache,
    asked: _Question | None,
    *,
    has_room: bool,
) -> Iterator[tuple[Problem, str]]:
    """Yield each live problem, and `MANAGED` where this program has something to repair it."""
    if is_unknown(job.properties.get("job_queue")):
        preview.warn_if_unreachable(settings)
        return
    if asked is None:
        return
    check = preview.queues.get(asked.key, asked.ask)
    for found in check(job, has_room=has_room):
        managed = bool(found.resources and job.properties.get(MANAGED_IN_PROGRAM))
        is_ours = managed or found.is_of_stack(asked.client, job.properties.get("identity"))
        yield found.problem, MANAGED if is_ours else ""


class _Question(NamedTuple):
    """What is asked about a job's queue."""

    client: BatchClient
    key: Hashable
    ask: Callable[[], QueueCheck]


def _question(
    settings: Settings, job: JobArguments, preview: PreviewCache, *, has_room: bool
) -> _Question | None:
    """Return what to ask; None where queue or region is not known, or AWS can't be asked."""
    queue = text_at(job.properties, "job_queue") or ""
    arn = parse_arn(queue)
    region = arn.region if arn else settings.region
    elsewhere = arn is None and is_unknown(job.properties.get("region"))
    client = preview.client(settings, region) if queue and not elsewhere else None
    if client is None:
        return None

    def describe() -> QueueCheck:
        try:
            return describe_for_jobs(client, queue, has_room=has_room)
        except SjresourceError as error:
            preview.warn_of_unreachable(settings, error)
            return always()

    return _Question(client, (settings, region, queue), describe)
