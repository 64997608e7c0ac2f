"""What AWS tells of a queue before a job goes into it: its policy, environments and shares.

Nothing here fails: what may not be read, or can't be reached within seconds, is left out, and the
preflight passes over it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.payload import is_unknown
from sjresource.errors import NotFound, SjresourceError
from sjresource.stack.identity import IDENTITY_TAG, stack_tag_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.aws.batch import BatchClient

    Detail = Mapping[str, Any]

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class QueueFacts:
    """A queue and what hangs on it, as described; None is what AWS did not tell.

    A `queue` of None is the exception: AWS says that there is none of that name.
    """

    queue: Detail | None
    policy: Detail | None = None
    environments: tuple[Detail, ...] = ()
    shares: tuple[Detail, ...] | None = None
    whereabouts: str = ""
    """Where a queue that there is not was looked for, and which of a like name are there."""

    def find_share(self, name: str) -> Detail | None:
        """Give the queue's quota share of that name."""
        return next((each for each in self.shares or () if each["quotaShareName"] == name), None)


def look_up(
    client: BatchClient, job_queue: str, unanswered: Callable[[SjresourceError], None]
) -> QueueFacts | None:
    """Ask for the queue, and for what it refers to; None, and `unanswered`, if AWS does not tell.

    One call for the queue, and one each for its policy, its environments and its list of shares.
    """
    try:
        queue = client.find_job_queue(job_queue)
    except NotFound:
        return QueueFacts(None, whereabouts=_whereabouts(client, job_queue))
    except SjresourceError as error:
        unanswered(error)
        return None
    policy_arn = queue.get("schedulingPolicyArn")
    policy = _ask(lambda: client.find_scheduling_policy(policy_arn)) if policy_arn else None
    names = [each["serviceEnvironment"] for each in queue.get("serviceEnvironmentOrder", [])]
    environments = _ask(lambda: client.find_service_environments(names)) if names else None
    shares = None
    if policy and "quotaSharePolicy" in policy:
        shares = _ask(lambda: tuple(client.list_quota_shares(queue["jobQueueArn"])))
    return QueueFacts(queue, policy, tuple(environments or ()), shares)


def ask_at_all(
    client: BatchClient, name: str, unanswered: Callable[[SjresourceError], None]
) -> None:
    """See whether AWS can be asked, where there is nothing yet to ask about."""
    try:
        client.find_job_queues([name])
    except SjresourceError as error:
        unanswered(error)


def _whereabouts(client: BatchClient, job_queue: str) -> str:
    """Say region and account, as far as a queue there tells, and the nearest names."""
    there = _ask(lambda: list(islice(client.list_job_queues(), _MOST_NAMES))) or []
    names = [str(each["jobQueueName"]) for each in there]
    arns = [parse_arn(each["jobQueueArn"]) for each in there]
    account = next((f" of account {arn.account}" for arn in arns if arn), "")
    name = name_in(job_queue)
    near = difflib.get_close_matches(name.lower(), {each.lower() for each in names}, n=3)
    meant = [each for each in names if each.lower() in near]
    advice = f"did you mean {' or '.join(meant)}?" if meant else "see its name, and aws:region"
    return f': there is no "{name}" in {client.region}{account}; {advice}'


_MOST_NAMES = 200
"""Names of so many queues are looked through for a near one."""


def tags_of(client: BatchClient, thing: Detail) -> Mapping[str, str]:
    """Give a thing's tags; the list of a queue's shares comes without theirs."""
    if "tags" in thing or "quotaShareArn" not in thing:
        tags: Mapping[str, str] = thing.get("tags", {})
        return tags
    described = _ask(lambda: client.find_quota_share(thing["quotaShareArn"]))
    found: Mapping[str, str] = (described or {}).get("tags", {})
    return found


def are_this_stacks(client: BatchClient, things: Iterable[Detail], identity: Any) -> bool:
    """Whether one of the things carries the mark of the stack that `identity` is of."""
    if not isinstance(identity, str) or is_unknown(identity):
        return False
    prefix = stack_tag_prefix(identity)
    return any(tags_of(client, thing).get(IDENTITY_TAG, "").startswith(prefix) for thing in things)


def _ask(call: Callable[[], Answer]) -> Answer | None:
    try:
        return call()
    except SjresourceError:
        return None
