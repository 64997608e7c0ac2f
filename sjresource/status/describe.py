"""Describes many jobs of one queue in few calls.

ListServiceJobs returns up to 100 jobs a call, DescribeServiceJob one. So the statuses are listed in
which the jobs were seen last, each until a page has none of them, and the rest is described. There
are never more calls than jobs: for each page without a job of ours, one job is left to the next
sweep.
"""

from __future__ import annotations

import math
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
_NOT_LISTED = "neither DescribeServiceJob nor ListServiceJobs shows it"

_MANY = 16
"""Jobs not found from which on listing every status is worth its calls."""


class JobSweep:
    """Describes each job once; `calls` counts the calls so far.

    Attributes:
        empty_statuses: The statuses that are not listed. Those are added whose first page has none
            of the jobs.
        can_list: Whether the queue's jobs can be listed.
    """

    def __init__(
        self,
        client: BatchClient,
        queue: str | None,
        last: Mapping[str, Detail | None],
        empty_statuses: Iterable[str] = (),
        names: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare a sweep.

        Args:
            client: For the region of the queue.
            queue: The jobs' queue; None if it is not known, so that nothing can be listed.
            last: The jobs by id, each with its last description or None; the one that was described
                longest ago first.
            empty_statuses: Statuses that are not worth listing.
            names: The jobs' names, as far as they are known. A job that DescribeServiceJob does not
                find is searched for by its name.
        """
        self.calls = 0
        self.empty_statuses = set(empty_statuses)
        self.can_list = queue is not None
        self._client = client
        self._queue = queue or ""
        self._last = last
        self._names = names or {}
        self._missing = dict(last)
        self._listed: set[str] = set()
        self._left: set[str] = set()  # listed to the end: a job that is not there has left it

    def answers(self) -> Iterator[tuple[str, Detail | SjresourceError]]:
        """Yield each job's id with its description, or with the error of describing it.

        Raises:
            Unreachable, RequestFailed: AWS can't be asked at the moment; see `is_transient`.
        """
        yield from self._list_statuses(self._last_statuses())
        if self._lost() >= _MANY:
            yield from self._list_statuses(STATUSES)
        for job in list(self._missing)[: len(self._last) - self.calls]:
            yield job, self._describe(job)

    def _last_statuses(self) -> list[str]:
        """Return the last statuses of more than one job, the most frequent first."""
        counts = Counter(detail["status"] for detail in self._last.values() if detail)
        return [status for status, count in counts.most_common() if count > 1]

    def _lost(self) -> int:
        """Count the missing jobs that have left their last status, or were never described."""
        lasts = (self._last[job] for job in self._missing)
        return sum(last is None or last["status"] in self._left for last in lasts)

    def _list_statuses(self, statuses: Iterable[str]) -> Iterator[tuple[str, Detail]]:
        for status in statuses:
            if not self.can_list or len(self._missing) <= 1:
                return
            if status not in self.empty_statuses | self._listed:
                self._listed.add(status)
                yield from self._list_status(status)

    def _list_status(self, status: str) -> Iterator[tuple[str, Detail]]:
        pages = self._client.service_job_pages(self._queue, status)
        try:
            for number, page in enumerate(pages):
                self.calls += 1
                found = list(self._found_on(page))
                yield from found
                if page and not found and number == 0:
                    self.empty_statuses.add(status)
                if (page and not found) or len(self._missing) <= 1:
                    return
            self._left.add(status)
        except (NotFound, RequestFailed) as error:
            if is_transient(error):
                raise
            self.calls += 1
            self.can_list = False  # perhaps not allowed: each job can still be described

    def _found_on(self, page: list[Detail]) -> Iterator[tuple[str, Detail]]:
        for summary in page:
            job = summary["jobId"]
            if job in self._missing and _is_enough(summary, self._last[job]):
                del self._missing[job]
                yield job, {**_lasting(self._last[job]), **summary}

    def _describe(self, job: str) -> Detail | SjresourceError:
        self.calls += 1
        try:
            return self._client.find_service_job(job)
        except NotFound:
            return self._find_by_name(job)
        except RequestFailed as error:
            if is_transient(error):
                raise
            return error

    def _find_by_name(self, job: str) -> Detail | NotFound:
        """Find a job in the list of its name: DescribeServiceJob alone may be wrong for a while."""
        last = self._last[job] or {}
        queue = last.get("jobQueue") or self._queue
        name = last.get("jobName") or self._names.get(job)
        if not (queue and name):
            return NotFound("reading", "ServiceJob", job, _NOT_DESCRIBED)
        self.calls += 1
        try:
            found = find_listed_job(self._client, JobLocator(job, queue, name))
        except (NotFound, RequestFailed) as error:
            if is_transient(error):
                raise
            return NotFound("reading", "ServiceJob", job, _NOT_DESCRIBED)
        if not found:
            return NotFound("reading", "ServiceJob", job, _NOT_LISTED)
        return {**_lasting(last), **found}


def is_transient(error: SjresourceError) -> bool:
    """Return whether an error may pass by itself, so that it says nothing about the job."""
    if isinstance(error, RequestFailed):
        return error.code in TRANSIENT
    return not isinstance(error, NotFound)


def _is_enough(summary: Mapping[str, Any], last: Mapping[str, Any] | None) -> bool:
    """Return whether a summary will do: it has no attempts, and they may have changed."""
    if summary["status"] == "FAILED":
        return False
    if last is None or summary["status"] == "SUCCEEDED":
        return True
    advanced = _step(summary["status"]) >= _step(last["status"])
    return advanced and (not _training_job(last) or _training_job(last) == _training_job(summary))


def _step(status: str) -> float:
    """Return how far a status is on the way; one that is newer than this list is nowhere on it."""
    return STATUSES.index(status) if status in STATUSES else math.nan


def _training_job(detail: Mapping[str, Any]) -> str:
    return name_in(detail.get("latestAttempt", {}).get("serviceResourceId", {}).get("value", ""))


def _lasting(last: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what holds although a summary leaves it out; a reason does not."""
    return {name: value for name, value in (last or {}).items() if name != "statusReason"}
