"""Guards of deletes: what another stack depends on is not deleted.

Deleting a queue or a share ends every job in it, whoever submitted it; disabling an environment
stops every queue on top of it. So an error names what is not this stack's, and nothing is changed.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.waiters import InUse, poll
from sjresource.errors import NotFound, RequestFailed
from sjresource.stack.identity import is_deleted_with_another, stack_tag_prefix
from sjresource.stack.ownership import has_ended, is_recorded, is_released, owner_tag
from sjresource.stack.spelling.words import LEFT_RUNNING
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient

_NOBODYS_DELAYS = (1, 2)
"""Seconds between polls of what has no owner: it may be imported, and about to be deleted, too."""

_DELAYS = (*_NOBODYS_DELAYS, 4, 8)
"""Seconds between polls of jobs that the same `destroy` may be about to end."""

_LISTED = 10
"""How many foreign jobs or queues an error names."""


def refuse_foreign_jobs(
    client: BatchClient,
    noun: str,
    arn: str,
    sleep: Callable[[float], None],
    *,
    job_queue: str,
    identity: str,
    share: str | None = None,
) -> None:
    """Raise RequestFailed if jobs live in a queue, or a share of it, that may not be this stack's.

    A job under this stack's name that some state has recorded may be a renamed stack's, or was left
    running on purpose. The same `destroy` may be about to end it, so this is polled for a while.
    """
    looks = itertools.count(1)

    def find() -> tuple[int, dict[str, list[str]]]:
        by_owner: dict[str, list[str]] = {"foreign": [], "nobody": [], "recorded": []}
        for job in sorted(
            {job["jobId"] for job in client.list_live_service_jobs(job_queue, share)}
        ):
            by_owner.setdefault(_owner_of(client, job, identity), []).append(job)
        return next(looks), by_owner

    def is_certain(seen: tuple[int, Mapping[str, list[str]]]) -> bool:
        look, found = seen
        if found["foreign"] or (found["nobody"] and look > len(_NOBODYS_DELAYS)):
            return True
        return not (found["nobody"] or found["recorded"])

    _, found = poll(find, is_certain, sleep, _DELAYS)
    foreign, recorded = sorted([*found["foreign"], *found["nobody"]]), found["recorded"]
    if foreign:
        raise RequestFailed(
            "deleting",
            noun,
            name_in(arn),
            f"live jobs that are not this stack's would be ended: {_some(foreign)}",
            "let them end or terminate them, then run it again",
        )
    if recorded:
        raise RequestFailed(
            "deleting",
            noun,
            name_in(arn),
            "live jobs would be ended that this stack's state does not end itself: "
            f"{_some(recorded)}",
            f"{LEFT_RUNNING} those of a stack that was renamed: let them "
            "end or terminate them, then run it again",
        )


def refuse_while_queues_use(
    client: BatchClient,
    noun: str,
    arn: str,
    sleep: Callable[[float], None],
    *,
    identity: str,
    uses: Callable[[Mapping[str, Any]], bool],
) -> None:
    """Raise RequestFailed if queues use the resource.

    Queues of this stack may be about to be deleted too: for these it is InUse, which
    `waiters.retry_while_in_use` retries; so it is for those that are being deleted, whose ever.
    """

    def find() -> list[Mapping[str, Any]]:
        there = client.list_all(JOB_QUEUE)
        return [queue for queue in there if uses(queue) and queue.get("status") != "DELETED"]

    def is_certain(users: list[Mapping[str, Any]]) -> bool:
        foreign = [each for each in users if _stays(each, identity)]
        return not foreign or any(owner_tag(each) for each in foreign)

    users = poll(find, is_certain, sleep, _NOBODYS_DELAYS)
    foreign = [queue["jobQueueName"] for queue in users if _stays(queue, identity)]
    if foreign:
        raise RequestFailed(
            "deleting",
            noun,
            name_in(arn),
            f"job queues that are not this stack's depend on it: {_some(foreign)}",
            "take it out of them first",
        )
    if users:
        names = _some([queue["jobQueueName"] for queue in users])
        raise InUse("deleting", noun, name_in(arn), f"in use by this stack's job queues: {names}")


def _owner_of(client: BatchClient, job: str, identity: str) -> str:
    """Return "foreign", "nobody", "recorded" for one under this stack's name, or "" if it may end.

    A job may end if it was released, or lost before a state had it, or declared with
    `deleted_with`.
    """
    try:
        detail = client.find_service_job(job)
    except NotFound:
        return ""
    if detail["status"] in TERMINAL or is_released(detail):
        return ""
    if not _is_ours(detail, identity):
        return "foreign" if owner_tag(detail) else "nobody"
    may_end = has_ended(detail) or is_deleted_with_another(detail["tags"])
    return "recorded" if is_recorded(detail) and not may_end else ""


def _stays(queue: Mapping[str, Any], identity: str) -> bool:
    return queue.get("status") != "DELETING" and not _is_ours(queue, identity)


def _is_ours(detail: Mapping[str, Any], identity: str) -> bool:
    return owner_tag(detail).startswith(stack_tag_prefix(identity))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
