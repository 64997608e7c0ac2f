"""Reads a queue from AWS, with its policy, service environments, shares, snapshot and jobs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.errors import SjresourceError
from sjresource.vocabulary import LIVE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]

Answer = TypeVar("Answer")

_PAGE = 100
_PAGES = 10
"""The most pages, of a hundred jobs each, that are read of one status."""


@dataclass
class QueueDescription:
    """A queue and what belongs to it, in AWS's own shapes; empty is what is not there or not read.

    `shares` is None where they were not read. `jobs` are the live ones, each once; `truncated` is
    whether there are more than were read. `unread` has the errors of what could not be read.
    `used_by_others` is what other queues use of the same environments, where that is known.
    """

    queue: Mapping[str, Any]
    policy: Mapping[str, Any] = field(default_factory=dict)
    environments: Sequence[Mapping[str, Any]] = ()
    shares: Sequence[Mapping[str, Any]] | None = None
    snapshot: Mapping[str, Any] = field(default_factory=dict)
    jobs: Sequence[Mapping[str, Any]] = ()
    truncated: bool = False
    unread: list[str] = field(default_factory=list)
    used_by_others: Sequence[Mapping[str, Any]] = ()

    def find_share(self, name: str | None) -> Mapping[str, Any]:
        """Return the quota share of that name; empty if there is none, or they were not read."""
        return next((each for each in self.shares or () if each["quotaShareName"] == name), {})


def environment_arns(queue: Mapping[str, Any]) -> list[str]:
    """Return the service environments of a described queue, in its order."""
    return [entry["serviceEnvironment"] for entry in queue.get("serviceEnvironmentOrder", [])]


def describe_queue(
    client: BatchClient, job_queue: str, *, environments: bool = True
) -> QueueDescription:
    """Return a queue with its policy, environments and quota shares: one to four calls.

    Raises:
        NotFound: there is no such queue.
        RequestFailed, Unreachable: AWS can't be asked for it.
    """
    found = QueueDescription(client.find(JOB_QUEUE, job_queue))
    policy = found.queue.get("schedulingPolicyArn")
    if environments:
        describe_environments(client, found)
    if policy:
        found.policy = _ask(found, lambda: client.find(SCHEDULING_POLICY, policy), {})
    if "quotaSharePolicy" in found.policy:
        found.shares = _list_shares(client, found)
    return found


def describe_environments(client: BatchClient, found: QueueDescription) -> None:
    """Add the environments of a described queue, by one call; none of them where AWS refuses."""
    names = environment_arns(found.queue)
    if names:
        found.environments = _ask(found, lambda: client.find_many(SERVICE_ENVIRONMENT, names), [])


def list_environments(client: BatchClient) -> list[dict[str, Any]]:
    """Return the environments of the region, by one call: the first page of them.

    Raises:
        RequestFailed, Unreachable: AWS can't be asked for them.
    """
    return list(islice(client.list_all(SERVICE_ENVIRONMENT), _PAGE))


def environments_among(queue: Mapping[str, Any], there: Sequence[Detail]) -> list[Detail]:
    """Return a described queue's environments, in its order; none if one is not among these."""
    by_arn = {each["serviceEnvironmentArn"]: each for each in there}
    arns = environment_arns(queue)
    return [by_arn[arn] for arn in arns] if by_arn.keys() >= set(arns) else []


def read_queue(client: BatchClient, job_queue: str) -> QueueDescription:
    """Return all of a queue: ten calls or so, and one more for each hundred jobs.

    Raises:
        NotFound: there is no such queue.
        RequestFailed, Unreachable: AWS can't be asked for it.
    """
    found = describe_queue(client, job_queue)
    arn = found.queue["jobQueueArn"]
    found.snapshot = _ask(found, lambda: client.find_job_queue_snapshot(arn), {})
    if "frontOfQuotaShares" in found.snapshot and "quotaSharePolicy" not in found.policy:
        found.shares = _list_shares(client, found)  # the policy could not be read
    jobs: dict[str, Detail] = {}
    for status in LIVE:
        listed: list[Detail] = _ask(found, partial(_list_jobs, client, found, status), [])
        for job in listed:
            jobs[job["jobId"]] = job  # one that went on meanwhile is listed twice: the later counts
    found.jobs = list(jobs.values())
    return found


def _list_shares(client: BatchClient, found: QueueDescription) -> list[Detail] | None:
    arn = found.queue["jobQueueArn"]
    return _ask(found, lambda: list(client.list_all(QUOTA_SHARE, arn)), None)


def _list_jobs(client: BatchClient, found: QueueDescription, status: str) -> list[Detail]:
    pages = client.service_job_pages(found.queue["jobQueueArn"], status)
    jobs = [job for page in islice(pages, _PAGES) for job in page]
    found.truncated = found.truncated or len(jobs) == _PAGES * _PAGE
    return jobs


def _ask(found: QueueDescription, call: Callable[[], Answer], default: Answer) -> Answer:
    try:
        return call()
    except SjresourceError as error:
        found.unread.append(str(error))
        return default
