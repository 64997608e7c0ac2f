"""One look at everything: asks for queues, environments, shares, snapshots and jobs.

What could not be asked keeps its last answer, and `errors` says why.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from sjresource.page.job_list import counts, job_entry
from sjresource.page.source import UnansweredError
from sjresource.status.capacity import queue_view
from sjresource.status.why_waiting import why_waiting
from sjresource.vocabulary import STATUSES, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.page.source import Answers

    Answer = Mapping[str, Any]
    View = dict[str, Any]

T = TypeVar("T")

_NONE: Final[Sequence[Answer]] = ()
_NOTHING: Final[Answer] = {}
_NO_JOBS: Final[tuple[Sequence[Answer], bool]] = ((), False)


class Look:
    """Looks again and again, and remembers what it saw last. Not safe to use from two threads."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._kept: dict[tuple[str, str], Any] = {}
        self.errors: list[str] = []

    def again(self) -> tuple[list[View], dict[str, View]]:
        """Give the queues, and the jobs by their ARNs, as they are shown."""
        self.errors = []
        queues = self._ask(("queues", ""), self._answers.job_queues, _NONE)
        arns = sorted({arn for queue in queues for arn in _environments(queue)})
        environments = self._ask(
            ("environments", ""), lambda: self._answers.service_environments(arns), _NONE
        )
        snapshots = {queue["jobQueueArn"]: self._snapshot(queue) for queue in queues}
        views: list[View] = []
        entries: dict[str, View] = {}
        for queue in queues:
            arn = queue["jobQueueArn"]
            shares = self._shares(arn, snapshots[arn])
            view = queue_view(queue, environments, shares, snapshots, _neighbours(queue, queues))
            entries |= self._jobs(view, snapshots[arn])
            views.append(view)
        return _counted(views, entries), entries

    def _snapshot(self, queue: Answer) -> Answer:
        arn = queue["jobQueueArn"]
        return self._ask(("snapshot", arn), lambda: self._answers.snapshot(arn), _NOTHING)

    def _shares(self, arn: str, snapshot: Answer) -> Sequence[Answer]:
        """List the shares of a queue whose snapshot tells of some: others are not asked for any."""
        utilization = snapshot.get("queueUtilization", {})
        if "frontOfQuotaShares" not in snapshot and "quotaShareUtilization" not in utilization:
            return ()
        return self._ask(("shares", arn), lambda: self._answers.quota_shares(arn), _NONE)

    def _jobs(self, queue: View, snapshot: Answer) -> dict[str, View]:
        arn = queue["arn"]
        listed: dict[str, Answer] = {}
        queue["cut"] = []
        for status in STATUSES:
            jobs, more = self._ask((status, arn), self._lister(arn, status), _NO_JOBS)
            listed |= {job["jobArn"]: job for job in jobs}
            queue["cut"] += [status] if more else []
        names = {each: job["jobName"] for each, job in listed.items()}
        return {each: _entry(job, queue, snapshot, names) for each, job in listed.items()}

    def _lister(self, arn: str, status: str) -> Callable[[], tuple[Sequence[Answer], bool]]:
        return lambda: self._answers.service_jobs(arn, status)

    def _ask(self, key: tuple[str, str], call: Callable[[], T], otherwise: T) -> T:
        try:
            self._kept[key] = call()
        except UnansweredError as error:
            if str(error) not in self.errors:
                self.errors.append(str(error))
        kept: T = self._kept.get(key, otherwise)
        return kept


def _entry(job: Answer, queue: View, snapshot: Answer, names: Mapping[str, str]) -> View:
    waits = stage(job["status"]) == "waiting"
    why = why_waiting(job, queue, snapshot, names) if waits else ""
    return job_entry(job, queue["arn"], why)


def _environments(queue: Answer) -> list[str]:
    return [entry["serviceEnvironment"] for entry in queue.get("serviceEnvironmentOrder", [])]


def _neighbours(queue: Answer, queues: Sequence[Answer]) -> list[str]:
    """Name the other queues that use an environment of this one."""
    own = set(_environments(queue))
    return [
        other["jobQueueArn"]
        for other in queues
        if other is not queue and own & set(_environments(other))
    ]


def _counted(queues: Sequence[View], entries: Mapping[str, View]) -> list[View]:
    """Tell with each queue and share how many jobs of it stand where."""
    counted = counts(entries.values())
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
