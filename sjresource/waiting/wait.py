"""The wait of one completion, in the program's own process, without holding up anything else there.

It hands its jobs to the poller, ends when the answer is certain, and gives the statuses, or fails.
It records nothing: that is `completion`'s.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi

from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.stack.threads import in_daemon_thread
from sjresource.status.evidence import Evidence, gather
from sjresource.status.failure_report import (
    brief_failures,
    ending,
    failure_message,
    headline,
    run_again,
    timeout_message,
)
from sjresource.waiting.poller import Watch
from sjresource.waiting.reporter import CrowdSpeaker, JobSpeaker
from sjresource.waiting.verdict import Verdict, is_over, judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.status.masking import Mask
    from sjresource.waiting.context import Surroundings

    Detail = dict[str, Any]

_SHOWN_WHOLE = 3
"""So many failed jobs of one completion are shown with all evidence, the others in a line each."""


@dataclass(frozen=True)
class Job:
    """A job to wait for; `row` is where its progress is shown, None for the program's own row.

    `job_name` is its name in Batch, None where that is unknown; `is_new` is that of a job that was
    submitted a moment ago.
    """

    arn: str
    name: str
    queue: str | None = None
    row: Any = None
    job_name: str | None = None
    is_new: bool = False


@dataclass(frozen=True)
class Terms:
    """What a completion was told about its wait; None for `timeout_seconds` waits without end."""

    min_succeeded: int | None = None
    timeout_seconds: float | None = None
    records_failures: bool = False
    log_lines: int = 20


@dataclass(eq=False)
class Wait:
    """One wait of one run of the program; `row` is the completion's, where many jobs speak."""

    jobs: Sequence[Job]
    terms: Terms
    row: Any
    mask: Mask
    around: Surroundings
    _watches: list[Watch] = field(default_factory=list)

    async def statuses(self) -> list[str | None]:
        """Wait until the answer is certain, and give each job's status; None for a forgotten one.

        The wait still counts as open; `recorded` ends that.

        Raises:
            pulumi.RunError: the jobs failed, the time is over, or AWS refuses to answer. It is
                raised when no other wait of the program is open.
        """
        stop = self.around.waits.enter(self)
        self._watches = [Watch(job.arn, job.queue, job.job_name, job.is_new) for job in self.jobs]
        party = self._party()
        self.around.reporter.add(party)
        self.around.poller.watch(self._watches)
        late = False
        try:
            await asyncio.wait_for(self._end(stop), self.terms.timeout_seconds)
        except asyncio.TimeoutError:
            late = True
        finally:
            for watch in self._watches:
                watch.done.cancel()
            self.around.reporter.remove(party)
        if stop.cancelled():
            self.around.waits.end()
        if late:
            await self._fail_late()
        await self._fail_if_refused()
        self._warn_of_vanished()
        statuses = self._statuses()
        if not self.terms.records_failures:
            await self._fail_if_too_few(statuses)
        return statuses

    def recorded(self, registration: asyncio.Future[Any]) -> None:
        """Count the wait as over: its statuses are recorded, or can't be."""
        if not registration.cancelled():
            registration.exception()  # it is the engine's to show, and taken note of here
        self.around.waits.leave(self)

    def _party(self) -> CrowdSpeaker:
        standing = self.around.standing
        party = CrowdSpeaker(self.row)
        for job, watch in zip(self.jobs, self._watches, strict=True):
            row = job.row or self.row
            party.jobs.append(JobSpeaker(watch, job.name, row, standing.of, self.mask.text))
        return party

    async def _end(self, stop: asyncio.Future[None]) -> None:
        """Return when the answer is certain, one job can't be asked for, or it has to stop."""
        over = asyncio.get_running_loop().create_future()

        def look(_: Any) -> None:
            refused = any(isinstance(_error(watch), RequestFailed) for watch in self._watches)
            if not over.done() and (refused or self._is_over()):
                over.set_result(None)

        for watch in self._watches:
            asyncio.wrap_future(watch.done).add_done_callback(look)
        await asyncio.wait([over, stop], return_when=asyncio.FIRST_COMPLETED)

    def _is_over(self) -> bool:
        statuses = [_final_status(watch) for watch in self._watches]
        return is_over(statuses, self.terms.min_succeeded, record_all=self.terms.records_failures)

    def _statuses(self) -> list[str | None]:
        return [_status(watch) for watch in self._watches]

    async def _fail_late(self) -> NoReturn:
        unfinished = [
            (job.name, watch.detail, job.arn)
            for job, watch in zip(self.jobs, self._watches, strict=True)
            if not _has_ended(watch)
        ]
        named = {job.arn: job.name for job in self.jobs if job.row is not None}
        message = timeout_message(
            self.terms.timeout_seconds or 0, unfinished, lambda _, arn: ending(named.get(arn), arn)
        )
        await self._fail(self.mask.text(message))

    async def _fail_if_refused(self) -> None:
        for watch in self._watches:
            error = _error(watch)
            if error is not None and not isinstance(error, NotFound):
                await self._fail(self.mask.text(str(error)))

    def _warn_of_vanished(self) -> None:
        """Say of jobs that this wait has seen, or that are new, why they count as gone."""
        vanished = [
            (job, error)
            for job, watch in zip(self.jobs, self._watches, strict=True)
            if isinstance(error := _error(watch), NotFound) and (watch.detail or watch.is_new)
        ]
        for job, error in vanished[:_SHOWN_WHOLE]:
            said = f"waiting for ServiceJob ({job.name}): {error.seen}"
            pulumi.log.warn(self.mask.text(said), resource=job.row or self.row)
        if more := len(vanished[_SHOWN_WHOLE:]):
            pulumi.log.warn(f"… and {more} more jobs are not shown any more", resource=self.row)

    async def _fail_if_too_few(self, statuses: list[str | None]) -> None:
        if judge(statuses, self.terms.min_succeeded) is not Verdict.TOO_FEW:
            return
        failed = [
            (job, watch.detail or {})
            for job, watch in zip(self.jobs, self._watches, strict=True)
            if _status(watch) == "FAILED"
        ]
        evidence = await in_daemon_thread(lambda: self._evidence([detail for _, detail in failed]))
        named = [(job.name, found) for (job, _), found in zip(failed, evidence, strict=True)]
        for (job, _), (name, found) in zip(failed[:_SHOWN_WHOLE], named, strict=False):
            message = failure_message(name, found, self.mask, await _run_again(job))
            pulumi.log.error(message, resource=job.row or self.row)
        brief = brief_failures(named[_SHOWN_WHOLE:], self.mask)
        if brief:
            pulumi.log.error("\n".join(brief), resource=self.row)
        await self.around.waits.fail(self, self._headline(named))

    def _evidence(self, failed: Sequence[Detail]) -> list[Evidence]:
        """Read all that is known of the first ones; of the others Batch's word has to do."""
        clients, lines = self.around.clients, self.terms.log_lines
        whole = [gather(clients, detail, lines, time.sleep) for detail in failed[:_SHOWN_WHOLE]]
        return [*whole, *(Evidence(detail) for detail in failed[_SHOWN_WHOLE:])]

    def _headline(self, named: Sequence[tuple[str, Evidence]]) -> str:
        first = headline(*named[0], self.mask)
        if len(self.jobs) == 1:
            return first
        needed = self.terms.min_succeeded or len(self.jobs)
        return f"{len(named)} of {len(self.jobs)} jobs FAILED, {needed} had to succeed: {first}"

    async def _fail(self, message: str) -> NoReturn:
        row = self.jobs[0].row or self.row if len(self.jobs) == 1 else self.row
        pulumi.log.error(message, resource=row)
        await self.around.waits.fail(self, message.partition("\n")[0])


async def _run_again(job: Job) -> str:
    """Say how to run a failed job again; only this program's own can be."""
    if job.row is None:
        return run_again(None)
    reruns = job.row.given_arguments.get("rerun_on_failure") is True
    return run_again(str(await job.row.urn.future()), reruns=reruns)


def _has_ended(watch: Watch) -> bool:
    return watch.done.done() and not watch.done.cancelled() and watch.done.exception() is None


def _error(watch: Watch) -> SjresourceError | None:
    if not watch.done.done() or watch.done.cancelled():
        return None
    error = watch.done.exception()
    return error if isinstance(error, SjresourceError) else None


def _final_status(watch: Watch) -> str | None:
    """Give how a job ended, None if it is forgotten; one that goes on counts as OPEN."""
    if _has_ended(watch):
        return str(watch.done.result()["status"])
    return None if _error(watch) else "OPEN"


def _status(watch: Watch) -> str | None:
    if _error(watch):
        return None
    return str(watch.detail["status"]) if watch.detail else "SUBMITTED"
