"""Who else depends on a thing that is to be deleted, and whether that is this stack.

Deleting a queue or a share ends every job in it, whoever submitted it; disabling an environment
stops every queue over it. So what is not this stack's is named in an error, and nothing is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.batch import JOB_QUEUE
from sjresource.errors import NotFound, RequestFailed
from sjresource.stack.identity import IDENTITY_TAG, is_deleted_with_another, stack_tag_prefix
from sjresource.stack.ownership import has_ended, is_recorded, is_released
from sjresource.vocabulary import TERMINAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.aws.batch import BatchClient

_ENDED_AFTER = (0, 1, 2, 4, 8)
"""Seconds before each look for jobs that the same `destroy` may be about to end."""

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
    running on purpose. The same `destroy` may be about to end it, so it is looked at again a while.
    """
    recorded: list[str] = []
    for seconds in _ENDED_AFTER:
        sleep(seconds)
        live = sorted({job["jobId"] for job in client.list_live_service_jobs(job_queue, share)})
        whose = {job: _whose_job(client, job, identity) for job in live}
        foreign = [job for job, owner in whose.items() if owner == "foreign"]
        if foreign:
            raise RequestFailed(
                "deleting",
                noun,
                name_in(arn),
                f"live jobs that are not this stack's would be ended: {_some(foreign)}",
                "let them end or terminate them, then run it again",
            )
        recorded = [job for job, owner in whose.items() if owner == "recorded"]
        if not recorded:
            return
    raise RequestFailed(
        "deleting",
        noun,
        name_in(arn),
        f"live jobs would be ended that this stack's state does not end itself: {_some(recorded)}",
        "they were left running on purpose, or are those of a stack that was renamed: let them end "
        "or terminate them, then run it again",
    )


def refuse_while_queues_use(
    client: BatchClient,
    noun: str,
    arn: str,
    identity: str,
    uses: Callable[[Mapping[str, Any]], bool],
) -> None:
    """Raise RequestFailed if queues use it. Those of this stack may be on their way out themselves.

    The words "in use" tell `settling` to look again for a while.
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
        raise RequestFailed(
            "deleting", noun, name_in(arn), f"in use by this stack's job queues: {names}"
        )


def _whose_job(client: BatchClient, job: str, identity: str) -> str:
    """Return whose a live job is: "foreign", "recorded" under this stack's name, or "" if nobody's.

    A job that was released, or lost before a state had it, is nobody's; one that is declared with
    `deleted_with` is to end so.
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
