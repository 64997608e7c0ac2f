"""Everything that AWS tells of one queue: what it may use, what is in use, who runs and who waits.

What may not be read is named in `unread`; only the queue itself must be there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sjresource.errors import SjresourceError
from sjresource.vocabulary import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from sjresource.aws.batch import BatchClient
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]

Answer = TypeVar("Answer")

_PAGES = 10
"""So many pages, of a hundred jobs each, are read of one status."""


@dataclass
class QueueSeen:
    """A queue and what hangs on it, in AWS's own shapes; empty is what is not there or not read.

    `jobs` are the live ones, without doubles; `cut` says that there are more than were read.
    """

    queue: Detail
    policy: Detail = field(default_factory=dict)
    environments: list[Detail] = field(default_factory=list)
    shares: list[Detail] = field(default_factory=list)
    snapshot: Detail = field(default_factory=dict)
    jobs: list[Detail] = field(default_factory=list)
    cut: bool = False
    unread: list[str] = field(default_factory=list)


def read_queue(client: BatchClient, job_queue: str) -> QueueSeen:
    """Read it, in ten calls or so, and one more for each hundred jobs.

    Raises:
        NotFound: there is no such queue.
        RequestFailed, Unreachable: it can't be asked for.
    """
    seen = QueueSeen(client.find_job_queue(job_queue))
    arn = seen.queue["jobQueueArn"]
    names = [place["serviceEnvironment"] for place in seen.queue.get("serviceEnvironmentOrder", [])]
    seen.snapshot = _ask(seen, lambda: client.find_job_queue_snapshot(arn), {})
    if names:
        seen.environments = _ask(seen, lambda: client.find_service_environments(names), [])
    policy = seen.queue.get("schedulingPolicyArn")
    if policy:
        seen.policy = _ask(seen, lambda: client.find_scheduling_policy(policy), {})
    if "quotaSharePolicy" in seen.policy or "frontOfQuotaShares" in seen.snapshot:
        seen.shares = _ask(seen, lambda: list(client.list_quota_shares(arn)), [])
    jobs: dict[str, Detail] = {}
    for status in LIVE:
        listed: list[Detail] = _ask(seen, partial(_listed, client, seen, status), [])
        for job in listed:
            jobs[job["jobId"]] = job  # one that went on meanwhile is listed twice: the later counts
    seen.jobs = list(jobs.values())
    return seen


def masked_reasons(
    jobs: Iterable[Detail], own: Container[str], mask: Callable[[], Mask]
) -> list[Detail]:
    """Mask AWS's words about a stack's `own` jobs; `mask` is asked for only if there are some."""
    return [
        {**job, "statusReason": mask().text(job["statusReason"])}
        if job.get("statusReason") and job["jobArn"] in own
        else job
        for job in jobs
    ]


def _listed(client: BatchClient, seen: QueueSeen, status: str) -> list[Detail]:
    pages = client.pages_of_service_jobs(seen.queue["jobQueueArn"], status)
    jobs = [job for page in islice(pages, _PAGES) for job in page]
    seen.cut = seen.cut or len(jobs) == _PAGES * 100
    return jobs


def _ask(seen: QueueSeen, call: Callable[[], Answer], otherwise: Answer) -> Answer:
    try:
        return call()
    except SjresourceError as error:
        seen.unread.append(str(error))
        return otherwise
