"""One look at all the jobs that are waited for in one queue, in as few calls as are known to do.

A page of ListServiceJobs tells of up to 100 jobs, DescribeServiceJob of one: pages are asked for
where jobs of that status were seen last time, and only as long as they tell of jobs of ours; what
no page told of is described. A look never makes more calls than a Describe of each job would: what
useless pages have cost is made up for by jobs that are looked at next time.

When to look is `pacing`'s.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.calls import TRANSIENT
from sjresource.aws.service_jobs import JobLocator, find_listed_job
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.vocabulary import STATUSES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient

    Detail = dict[str, Any]

_NOT_DESCRIBED = "DescribeServiceJob does not show it"
_NOT_SHOWN = "neither DescribeServiceJob nor ListServiceJobs shows it"

_MANY = 16
"""So many unseen jobs are worth a call for each status, whatever was seen before."""


class Look:
    """One look; `calls` counts what it has cost so far.

    `last` holds the jobs by id, each with what was seen of it last or None; the one that was looked
    at longest ago comes first. Statuses in `useless` are not listed; those are added to it whose
    first page told nothing. `listable` is False where pages are not to be had. `names` has the
    jobs' names in Batch, where they are known: a job that is not described is looked for by its
    name.
    """

    def __init__(
        self,
        client: BatchClient,
        queue: str | None,
        last: Mapping[str, Detail | None],
        useless: Iterable[str] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        self.calls = 0
        self.useless = set(useless)
        self.listable = queue is not None
        self._client = client
        self._queue = queue or ""
        self._last = last
        self._names = names or {}
        self._unseen = dict(last)
        self._done: set[str] = set()
        self._left: set[str] = set()  # listed to the end: who is not there has left it

    def answers(self) -> Iterator[tuple[str, Detail | SjresourceError]]:
        """Give each job's id with what is seen of it, or why it can't be asked for.

        Raises:
            Unreachable, RequestFailed: nothing can be asked for at the moment; see `passes`.
        """
        yield from self._listed(self._statuses_seen())
        if self._lost() >= _MANY:
            yield from self._listed(STATUSES)
        for job in list(self._unseen)[: len(self._last) - self.calls]:
            yield job, self._described(job)

    def _statuses_seen(self) -> list[str]:
        """Name the statuses of more than one job, the most frequent first."""
        counts = Counter(detail["status"] for detail in self._last.values() if detail)
        return [status for status, count in counts.most_common() if count > 1]

    def _lost(self) -> int:
        """Count the unseen jobs that are in another status than before, or were never seen."""
        lasts = (self._last[job] for job in self._unseen)
        return sum(last is None or last["status"] in self._left for last in lasts)

    def _listed(self, statuses: Iterable[str]) -> Iterator[tuple[str, Detail]]:
        for status in statuses:
            if not self.listable or len(self._unseen) <= 1:
                return
            if status not in self.useless | self._done:
                self._done.add(status)
                yield from self._listed_in(status)

    def _listed_in(self, status: str) -> Iterator[tuple[str, Detail]]:
        pages = self._client.service_job_pages(self._queue, status)
        try:
            for number, page in enumerate(pages):
                self.calls += 1
                told = list(self._told_by(page))
                yield from told
                if page and not told and number == 0:
                    self.useless.add(status)
                if (page and not told) or len(self._unseen) <= 1:
                    return
            self._left.add(status)
        except (NotFound, RequestFailed) as error:
            if passes(error):
                raise
            self.calls += 1
            self.listable = False  # not allowed, perhaps: a Describe tells all as well

    def _told_by(self, page: list[Detail]) -> Iterator[tuple[str, Detail]]:
        for summary in page:
            job = summary["jobId"]
            if job in self._unseen and _tells_enough(summary, self._last[job]):
                del self._unseen[job]
                yield job, {**_lasting(self._last[job]), **summary}

    def _described(self, job: str) -> Detail | SjresourceError:
        self.calls += 1
        try:
            return self._client.find_service_job(job)
        except NotFound:
            return self._not_described(job)
        except RequestFailed as error:
            if passes(error):
                raise
            return error

    def _not_described(self, job: str) -> Detail | NotFound:
        """Look for it in the list of its name: one call's not-found is no proof."""
        last = self._last[job] or {}
        queue, name = (
            last.get("jobQueue") or self._queue,
            last.get("jobName") or self._names.get(job),
        )
        if not (queue and name):
            return NotFound("reading", "ServiceJob", job, _NOT_DESCRIBED)
        self.calls += 1
        try:
            found = find_listed_job(self._client, JobLocator(job, queue, name))
        except (NotFound, RequestFailed) as error:
            if passes(error):
                raise
            return NotFound("reading", "ServiceJob", job, _NOT_DESCRIBED)
        return (
            {**_lasting(last), **found}
            if found
            else NotFound("reading", "ServiceJob", job, _NOT_SHOWN)
        )


def passes(error: SjresourceError) -> bool:
    """Tell whether a wait outlives this error: it says nothing about the job."""
    if isinstance(error, RequestFailed):
        return error.code in TRANSIENT
    return not isinstance(error, NotFound)


def _tells_enough(summary: Mapping[str, Any], last: Mapping[str, Any] | None) -> bool:
    """Tell whether a page's summary will do: it lacks the attempts, which may have changed."""
    if summary["status"] == "FAILED":
        return False
    if last is None or summary["status"] == "SUCCEEDED":
        return True
    went_on = STATUSES.index(summary["status"]) >= STATUSES.index(last["status"])
    return went_on and (not _training_job(last) or _training_job(last) == _training_job(summary))


def _training_job(detail: Mapping[str, Any]) -> str:
    return name_in(detail.get("latestAttempt", {}).get("serviceResourceId", {}).get("value", ""))


def _lasting(last: Mapping[str, Any] | None) -> dict[str, Any]:
    """Give what a summary doesn't say anew; a reason that it leaves out is over."""
    return {name: value for name, value in (last or {}).items() if name != "statusReason"}
