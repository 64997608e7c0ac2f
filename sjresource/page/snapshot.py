"""Reads everything that is shown: queues, environments, shares, snapshots and jobs.

What could not be read keeps its last answer, and `errors` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from sjresource.page.source import SourceError
from sjresource.page.views import job_entry, queue_view, stage_counts
from sjresource.status.queue_reader import QueueDescription, environment_arns
from sjresource.vocabulary import STATUSES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.page.source import DataSource

    Answer = Mapping[str, Any]
    View = dict[str, Any]

T = TypeVar("T")

_NONE: Final[Sequence[Answer]] = ()
_NOTHING: Final[Answer] = {}
_NO_JOBS: Final[tuple[Sequence[Answer], bool]] = ((), False)


class SnapshotReader:
    """Reads everything again and again. Not safe to use from two threads."""

    def __init__(self, source: DataSource) -> None:
        self._source = source
        self._kept: dict[str, Any] = {}
        self.errors: list[str] = []

    def refresh(self) -> tuple[list[View], dict[str, View]]:
        """Return the queues, and the jobs by their ARNs, as they are shown."""
        self.errors = []
        queues = [
            QueueDescription(each) for each in self._ask("queues", self._source.job_queues, _NONE)
        ]
        arns = sorted({arn for queue in queues for arn in environment_arns(queue.queue)})
        environments = self._ask(
            "environments", lambda: self._source.service_environments(arns), _NONE
        )
        for queue in queues:
            self._describe(queue, environments)
        views: list[View] = []
        entries: dict[str, View] = {}
        for queue in queues:
            queue.used_by_others = _used_by_others(queue, queues)
            truncated = self._list_jobs(queue)
            names = {job["jobArn"]: job["jobName"] for job in queue.jobs}
            entries |= {job["jobArn"]: job_entry(job, queue, names) for job in queue.jobs}
            views.append({**queue_view(queue), "truncated": truncated})
        return _with_counts(views, entries), entries

    def _describe(self, queue: QueueDescription, environments: Sequence[Answer]) -> None:
        """Read the snapshot, and the shares of a queue whose snapshot shows that it has some."""
        arn, own = queue.queue["jobQueueArn"], environment_arns(queue.queue)
        queue.environments = [each for each in environments if each["serviceEnvironmentArn"] in own]
        queue.snapshot = self._ask(f"snapshot {arn}", lambda: self._source.snapshot(arn), _NOTHING)
        utilization = queue.snapshot.get("queueUtilization", {})
        if "frontOfQuotaShares" in queue.snapshot or "quotaShareUtilization" in utilization:
            shares = self._ask(f"shares {arn}", lambda: self._source.quota_shares(arn), _NONE)
            queue.shares = list(shares)

    def _list_jobs(self, queue: QueueDescription) -> list[str]:
        """List the jobs, and return the statuses in which there are more.

        They are listed in the order in which a job goes through the statuses, so that one that goes
        on meanwhile is not missed.
        """
        arn = queue.queue["jobQueueArn"]
        listed: dict[str, Answer] = {}
        truncated = []
        for status in STATUSES:
            jobs, more = self._ask(f"{status} {arn}", self._lister(arn, status), _NO_JOBS)
            listed |= {job["jobArn"]: job for job in jobs}
            truncated += [status] if more else []
        queue.jobs = list(listed.values())
        return truncated

    def _lister(self, arn: str, status: str) -> Callable[[], tuple[Sequence[Answer], bool]]:
        return lambda: self._source.service_jobs(arn, status)

    def _ask(self, key: str, call: Callable[[], T], default: T) -> T:
        try:
            self._kept[key] = call()
        except SourceError as error:
            if str(error) not in self.errors:
                self.errors.append(str(error))
        kept: T = self._kept.get(key, default)
        return kept


def _used_by_others(queue: QueueDescription, queues: Sequence[QueueDescription]) -> list[Answer]:
    """Return what the other queues use that share an environment with this one."""
    own = set(environment_arns(queue.queue))
    return [
        usage
        for other in queues
        if other is not queue and own & set(environment_arns(other.queue))
        for usage in other.snapshot.get("queueUtilization", {}).get("totalCapacityUsage", [])
    ]


def _with_counts(queues: Sequence[View], entries: Mapping[str, View]) -> list[View]:
    """Add to each queue and share how many of its jobs are in which stage."""
    counted = stage_counts(entries.values())
    return [
        {
            **queue,
            "counts": counted.get((queue["arn"], ""), {}),
            "shares": [
                {**share, "counts": counted.get((queue["arn"], share["name"]), {})}
                for share in queue["shares"]
            ],
        }
        for queue in queues
    ]
