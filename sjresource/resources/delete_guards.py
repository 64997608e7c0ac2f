"""Guards of deletes: what another stack depends on is not deleted.

Deleting a queue or a share ends every job in it, whoever submitted it; disabling an environment
stops every queue on top of it. So an error names what is not this stack's, and nothing is changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.waiters import InUse, poll
from sjresource.errors import NotFound, RequestFailed
from sjresource.stack.identity import IDENTITY_TAG, is_deleted_with_another, stack_tag_prefix
from sjresource.stack.ownership import has_ended, is_recorded, is_released
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient

_DELAYS = (1, 2, 4, 8)
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

    def find() -> tuple[list[str], list[str]]:
        live = sorted({job["jobId"] for job in client.list_live_service_jobs(job_queue, share)})
        owners = {job: _owner_of(client, job, identity) for job in live}
        return (
            [job for job, owner in owners.items() if owner == "foreign"],
            [job for job, owner in owners.items() if owner == "recorded"],
        )

    foreign, recorded = poll(find, lambda found: bool(found[0]) or not found[1], sleep, _DELAYS)
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
            "they were left running on purpose, or are those of a stack that was renamed: let them "
            "end or terminate them, then run it again",
        )


def refuse_while_queues_use(
    client: BatchClient,
    noun: str,
    arn: str,
    identity: str,
    uses: Callable[[Mapping[str, Any]], bool],
) -> None:
    """Raise RequestFailed if queues use the resource.

    Queues of this stack may be about to be deleted too: for these it is InUse, which
    `waiters.retry_while_in_use` retries.
    """
    users = [queue for queue in client.list_all(JOB_QUEUE) if uses(queue)]
    foreign = [queue["jobQueueName"] for queue in users if not _is_ours(queue, identity)]
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
    """Return "foreign", "recorded" for a job under this stack's name, or "" if it may end.

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
        return "foreign"
    may_end = has_ended(detail) or is_deleted_with_another(detail["tags"])
    return "recorded" if is_recorded(detail) and not may_end else ""


def _is_ours(detail: Mapping[str, Any], identity: str) -> bool:
    owner: str = (detail.get("tags") or {}).get(IDENTITY_TAG, "")
    return owner.startswith(stack_tag_prefix(identity))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
