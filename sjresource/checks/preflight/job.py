"""Whether a queue, as AWS describes it, would ever run a job that would be submitted.

Batch itself checks little of this when a job is submitted; the job would wait for ever.
"""

from __future__ import annotations

import threading
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from sjresource.aws.arn import LONGEST_NAME, name_in, parse_arn
from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.payload import is_unknown
from sjresource.checks.preflight.live_problem import LiveProblem
from sjresource.checks.rules.instance_hours import requested_instances
from sjresource.checks.values.lookups import value_at
from sjresource.errors import NotFound, SjresourceError
from sjresource.process.threads import begin
from sjresource.status.capacity import (
    TOO_LARGE_ADVICE,
    could_run,
    limits_of,
    too_large_words,
)
from sjresource.status.queue_reader import (
    describe_environments,
    describe_queue,
    environments_among,
    list_environments,
)
from sjresource.suggestions import close_names, did_you_mean
from sjresource.vocabulary import DISABLED, SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from sjresource.aws.batch import BatchClient
    from sjresource.checks.values.job_arguments import JobArguments
    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]

    class QueueCheck(Protocol):
        """Yields why a queue would not run a job; `has_room` if its instances are no question."""

        def __call__(self, job: JobArguments, *, has_room: bool = False) -> Iterable[LiveProblem]:
            """Check."""


_MOST_NAMES = 200
"""The most queues that are read to find a similar name."""


def describe_for_jobs(client: BatchClient, job_queue: str, *, has_room: bool = False) -> QueueCheck:
    """Describe a queue, and return the check of jobs against it.

    Its environments are described for the first job that is not known to have room in them. For
    whoever asks first that is done beside the queue, of which they are not known yet: the region
    has few.

    Args:
        client: of the queue's region.
        job_queue: its name or ARN.
        has_room: whether who asks first is known to have room.

    Raises:
        RequestFailed, Unreachable: AWS does not describe the queue.
    """
    beside = None if has_room else begin(partial(list_environments, client))
    try:
        found = describe_queue(client, job_queue, environments=False)
    except NotFound:
        return always(_missing_queue(client, job_queue))
    finally:
        there = [] if beside is None else _unless_refused(beside)  # no call is left behind
    found.environments = environments_among(found.queue, there)
    lock = threading.Lock()

    def check(job: JobArguments, *, has_room: bool = False) -> Iterator[LiveProblem]:
        with lock:
            if not (has_room or found.environments):
                describe_environments(client, found)
        return preflight_problems(found, job)

    return check


def _unless_refused(asked: Future[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    try:
        return asked.result()
    except SjresourceError:
        return []  # they are asked for by name, where that matters


def always(*problems: LiveProblem) -> QueueCheck:
    """Return a check that finds the same in every job; nothing, where AWS was not asked."""

    def check(job: JobArguments, *, has_room: bool = False) -> Iterable[LiveProblem]:
        del job, has_room
        return problems

    return check


def _missing_queue(client: BatchClient, job_queue: str) -> LiveProblem:
    """Return the problem that a queue does not exist: where it was looked for, and similar names.

    The account is named if a queue there shows it.
    """
    try:
        there = list(islice(client.list_all(JOB_QUEUE), _MOST_NAMES))
    except SjresourceError:
        there = []
    names = [str(each["jobQueueName"]) for each in there]
    arns = [parse_arn(each["jobQueueArn"]) for each in there]
    account = next((f" of account {arn.account}" for arn in arns if arn), "")
    name = name_in(job_queue)
    advice = did_you_mean(close_names(name, names, 3), "see its name, and aws:region")
    # What is longer is no name, as a rule of its own says.
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    where = f'there is no "{shown}" in {client.region}{account}'
    return LiveProblem("job_queue", f"names a queue that does not exist: {where}{advice}")


def preflight_problems(found: QueueDescription, job: JobArguments) -> Iterator[LiveProblem]:
    """Yield why a queue would not run a job; what is unknown, or was not read, is skipped."""
    queue = found.queue
    name = queue["jobQueueName"]
    kind = _kind(queue)
    if kind != SAGEMAKER_TRAINING:
        yield LiveProblem(
            "job_queue", f'names queue "{name}" of type {kind}; it must be {SAGEMAKER_TRAINING}'
        )
        return
    yield from _state_problems(queue)
    yield from _share_problems(found, job)
    yield from _capacity_problems(found, job)


_UNLIMITED = -1
"""The default of `borrowLimit`, which an answer may leave out.

https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
"""


def _kind(queue: Detail) -> str:
    """Return a queue's type; where the answer has none, its environments show it."""
    for_containers = queue.get("computeEnvironmentOrder") and not queue.get(
        "serviceEnvironmentOrder"
    )
    return str(queue.get("jobQueueType") or ("ECS" if for_containers else SAGEMAKER_TRAINING))


def _state_problems(queue: Detail) -> Iterator[LiveProblem]:
    name = queue["jobQueueName"]
    if queue.get("state") == DISABLED:
        reason = f'names queue "{name}", which is DISABLED; enable it or name another'
        yield LiveProblem("job_queue", reason, (queue,))
    status = queue.get("status", "VALID")
    if status not in ("VALID", "UPDATING"):
        why = f" ({queue['statusReason']})" if queue.get("statusReason") else ""
        yield LiveProblem("job_queue", f'names queue "{name}", which is {status}{why}', (queue,))


def _share_problems(found: QueueDescription, job: JobArguments) -> Iterator[LiveProblem]:
    """A queue's policy asks for one kind of share, and every other queue refuses that kind."""
    queue = found.queue
    wanted = _wanted_share(found)
    if wanted is None:
        return
    for name in ("share_identifier", "quota_share_name"):
        given = job.properties.get(name)
        if name == wanted and given is None:
            yield LiveProblem(name, f"is required by the policy of {_queue(queue)}", (queue,))
        elif name != wanted and given is not None and not is_unknown(given):
            yield LiveProblem(name, f"is refused by {_queue(queue)}: {_POLICIES[wanted]}", (queue,))
    given = job.properties.get("quota_share_name")
    if wanted == "quota_share_name" and given is not None and not is_unknown(given):
        yield from _quota_share_problems(found, given, job)


_POLICIES = {
    "": "it is first in, first out",
    "share_identifier": "its policy is one of fair share",
    "quota_share_name": "its policy is one of quota shares",
}


def _wanted_share(found: QueueDescription) -> str | None:
    """Return the argument that the queue's policy requires: "" for none, None if not known."""
    if not found.queue.get("schedulingPolicyArn"):
        return ""
    if not found.policy:
        return None
    return "quota_share_name" if "quotaSharePolicy" in found.policy else "share_identifier"


def _quota_share_problems(
    found: QueueDescription, name: str, job: JobArguments
) -> Iterator[LiveProblem]:
    queue = found.queue
    share = found.find_share(name)
    if not share:
        if found.shares is not None:
            reason = f'names share "{name}", which {_queue(queue)} does not have'
            yield LiveProblem("quota_share_name", reason, (queue,))
        return
    if share.get("state") == DISABLED:
        reason = f'names share "{name}", which is DISABLED; enable it or name another'
        yield LiveProblem("quota_share_name", reason, (share,))
    wanted = requested_instances(job.payload)
    if wanted is not None and not _fits_share(wanted, share):
        reason = too_large_words(wanted, [share], f'share "{name}"')
        yield LiveProblem("service_request_payload.ResourceConfig", reason, (share,))


def _capacity_problems(found: QueueDescription, job: JobArguments) -> Iterator[LiveProblem]:
    """What Batch reports only later, as MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE.

    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
    """
    wanted = requested_instances(job.payload)
    if wanted is None or not found.environments:
        return
    if not any(could_run(environment, wanted) for environment in found.environments):
        names = ", ".join(each["serviceEnvironmentName"] for each in found.environments)
        whose = f"its environments ({names})"
        reason = f"{too_large_words(wanted, found.environments, whose)}; {TOO_LARGE_ADVICE}"
        yield LiveProblem(
            "service_request_payload.ResourceConfig", reason, tuple(found.environments)
        )


def _fits_share(wanted: Mapping[str, int], share: Detail) -> bool:
    limits = limits_of(share)
    borrowed = 0.0
    if value_at(share, "resourceSharingConfiguration.strategy") == "LEND_AND_BORROW":
        limit = value_at(share, "resourceSharingConfiguration.borrowLimit")
        borrowed = _UNLIMITED if limit is None else limit
    if borrowed < 0:
        return True  # unlimited, so only the environment bounds it
    return all(
        count <= limits.get(kind, 0) * (100 + borrowed) / 100 for kind, count in wanted.items()
    )


def _queue(queue: Detail) -> str:
    return f'queue "{name_in(queue["jobQueueArn"])}"'
