"""Describes a queue before a job goes into it, with its policy, environments and shares.

Nothing here fails: what may not be read, or cannot be reached within seconds, is left out, and the
preflight skips it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.batch import JOB_QUEUE
from sjresource.errors import NotFound, SjresourceError
from sjresource.status.queue_reader import describe_queue as read_description

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.aws.batch import BatchClient

    Detail = Mapping[str, Any]

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class QueueFacts:
    """A queue with its policy, environments and shares; None where AWS could not be asked.

    Except for `queue`: None there means that AWS has no queue of that name.
    """

    queue: Detail | None
    policy: Detail | None = None
    environments: tuple[Detail, ...] = ()
    shares: Sequence[Detail] | None = None
    whereabouts: str = ""
    """Where a missing queue was looked for, and which queues there have a similar name."""

    def find_share(self, name: str) -> Detail | None:
        """Return the queue's quota share of that name."""
        return next((each for each in self.shares or () if each["quotaShareName"] == name), None)


def describe_queue(client: BatchClient, job_queue: str) -> QueueFacts:
    """Describe a queue and what it refers to.

    One call for the queue, and one each for its policy, its environments and its list of shares.

    Raises:
        RequestFailed, Unreachable: AWS does not describe the queue.
    """
    try:
        found = read_description(client, job_queue)
    except NotFound:
        return QueueFacts(None, whereabouts=_whereabouts(client, job_queue))
    return QueueFacts(found.queue, found.policy or None, tuple(found.environments), found.shares)


def probe(client: BatchClient, name: str) -> SjresourceError | None:
    """Return the error with which AWS cannot be asked, where there is nothing yet to ask about."""
    try:
        client.find_many(JOB_QUEUE, [name])
    except SjresourceError as error:
        return error
    return None


def _whereabouts(client: BatchClient, job_queue: str) -> str:
    """Return words for the region, the account if a queue there shows it, and similar names."""
    there = _ask(lambda: list(islice(client.list_all(JOB_QUEUE), _MOST_NAMES))) or []
    names = [str(each["jobQueueName"]) for each in there]
    arns = [parse_arn(each["jobQueueArn"]) for each in there]
    account = next((f" of account {arn.account}" for arn in arns if arn), "")
    name = name_in(job_queue)
    near = difflib.get_close_matches(name.lower(), {each.lower() for each in names}, n=3)
    meant = [each for each in names if each.lower() in near]
    advice = f"did you mean {' or '.join(meant)}?" if meant else "see its name, and aws:region"
    return f': there is no "{name}" in {client.region}{account}; {advice}'


_MOST_NAMES = 200
"""At most so many queues are read to find a similar name."""


def _ask(call: Callable[[], Answer]) -> Answer | None:
    try:
        return call()
    except SjresourceError:
        return None
