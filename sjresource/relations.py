"""Who else depends on a thing that is to be deleted, and whether that is this stack.

Deleting a queue or a share ends every job in it, whoever submitted it; disabling an environment
stops every queue over it. So what is not this stack's is named in an error, and nothing is touched.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.arn import name_in
from sjresource.client import TERMINAL
from sjresource.errors import NotFound, Refused
from sjresource.identity import IDENTITY_TAG, stack_tag_prefix

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sjresource.client import BatchClient

_LISTED = 10
"""How many foreign jobs or queues an error names."""


def refuse_foreign_jobs(
    client: BatchClient,
    noun: str,
    arn: str,
    *,
    job_queue: str,
    identity: str,
    share: str | None = None,
) -> None:
    """Raise Refused if jobs live in a queue, or a share of it, that this stack did not submit."""
    live = {job["jobId"] for job in client.list_live_service_jobs(job_queue, share)}
    foreign: list[str] = []
    for job in sorted(live):
        if _is_foreign_job(client, job, identity):
            foreign.append(job)
        if len(foreign) > _LISTED:
            break
    if foreign:
        raise Refused(
            "deleting",
            noun,
            name_in(arn),
            f"live jobs that are not this stack's would be ended: {_some(foreign)}",
            "let them end or terminate them, then run it again",
        )


def refuse_while_queues_use(
    client: BatchClient,
    noun: str,
    arn: str,
    identity: str,
    uses: Callable[[Mapping[str, Any]], bool],
) -> None:
    """Raise Refused if queues use it. Those of this stack may be on their way out themselves.

    The words "in use" tell `settling` to look again for a while.
    """
    users = [queue for queue in client.list_job_queues() if uses(queue)]
    foreign = [queue["jobQueueName"] for queue in users if not _is_ours(queue, identity)]
    if foreign:
        raise Refused(
            "deleting",
            noun,
            name_in(arn),
            f"job queues that are not this stack's depend on it: {_some(foreign)}",
            "take it out of them first",
        )
    if users:
        names = _some([queue["jobQueueName"] for queue in users])
        raise Refused("deleting", noun, name_in(arn), f"in use by this stack's job queues: {names}")


def _is_foreign_job(client: BatchClient, job: str, identity: str) -> bool:
    try:
        detail = client.find_service_job(job)
    except NotFound:
        return False  # nobody's any more
    return detail["status"] not in TERMINAL and not _is_ours(detail, identity)


def _is_ours(detail: Mapping[str, Any], identity: str) -> bool:
    owner: str = (detail.get("tags") or {}).get(IDENTITY_TAG, "")
    return owner.startswith(stack_tag_prefix(identity))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else "")
