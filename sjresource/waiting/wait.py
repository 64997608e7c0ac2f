"""The wait of one completion: runs in the program's process and holds up nothing else there.

It has the poller watch its jobs, ends when `outcome.py` says that the outcome is certain, and
returns the jobs' statuses or fails with the evidence. It records nothing; the completion's provider
does that (`record.py`).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, NoReturn

import pulumi

from sjresource.errors import NotFound
from sjresource.process.threads import in_daemon_thread
from sjresource.status.evidence import MAX_SHOWN_WHOLE, gather_all
from sjresource.status.failure_report import (
    failure_message,
    headline_of_all,
    headlines,
    how_to_rerun,
    how_to_terminate,
    lost_lines,
    timeout_message,
)
from sjresource.waiting.outcome import WaitOutcome, judge
from sjresource.waiting.reporter import GroupReport, JobReport
from sjresource.waiting.watch import can_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sjresource.status.masking import Mask
    from sjresource.waiting.context import WaitContext
    from sjresource.waiting.jobs import WaitedJob
    from sjresource.waiting.options import WaitOptions
    from sjresource.waiting.watch import Watch

    Detail = dict[str, Any]


@dataclass(eq=False)
class Wait:
    """One wait in one run of the program.

    `resource` stands for the completion: messages about many jobs are logged on it.
    """

    jobs: Sequence[WaitedJob]
    options: WaitOptions
    resource: Any
    mask: Mask
    context: WaitContext

    async def run(self) -> list[str | None]:
        """Wait until the outcome is certain, and return each job's status; None if forgotten.

        The wait is pending until `on_recorded` is called.

        Raises:
            pulumi.RunError: the jobs failed, the time is over, or AWS refuses to answer. It is
                raised when no other wait of the program is pending.
        """
        stop = self.context.pending.add(self)
        watches = [job.watch for job in self.jobs]
        report = self._report()
        self.context.reporter.add(report)
        self.context.poller.add(watches)
        timed_out = False
        try:
            await asyncio.wait_for(self._until_over(watches, stop), self.options.timeout_seconds)
        except asyncio.TimeoutError:
            timed_out = True
        finally:
            for watch in watches:
                watch.cancel()
            self.context.reporter.remove(report)
        if stop.cancelled():
            self.context.pending.end_program()
        if timed_out:
            await self._fail_timed_out()
        await self._fail_if_refused()
        self._warn_of_missing()
        statuses = [watch.last_status for watch in watches]
        if not self.options.records_failures:
            await self._fail_if_failed(statuses)
        return statuses

    def on_recorded(self, registration: asyncio.Future[Any]) -> None:
        """End the wait: the registration that records its statuses has succeeded or failed."""
        if not registration.cancelled():
            registration.exception()  # marks it as retrieved; the engine reports it
        self.context.pending.remove(self)

    def _report(self) -> GroupReport:
        status_detail = self.context.status_detail.of
        return GroupReport(
            self.resource,
            [
                JobReport(job.watch, job.name, self._shown_on(job), status_detail, self.mask.text)
                for job in self.jobs
            ],
        )

    def _shown_on(self, job: WaitedJob) -> Any:
        return job.resource or self.resource

    async def _until_over(self, watches: Sequence[Watch], stop: asyncio.Future[None]) -> None:
        """Return when the outcome is certain, a job can't be asked for, or `stop` is cancelled."""
        over = asyncio.get_running_loop().create_future()

        def check(step: asyncio.Future[Any]) -> None:
            if not step.cancelled():
                step.exception()  # marks it as retrieved; `watch.error` has it
            if not over.done() and can_end(watches, self.options):
                over.set_result(None)

        for watch in watches:
            asyncio.wrap_future(watch.asked).add_done_callback(check)
            asyncio.wrap_future(watch.done).add_done_callback(check)
        await asyncio.wait([over, stop], return_when=asyncio.FIRST_COMPLETED)

    async def _fail_timed_out(self) -> NoReturn:
        unfinished = [
            (job.name, job.watch.detail, job.watch.job)
            for job in self.jobs
            if not job.watch.has_ended
        ]
        names = {job.watch.job: job.name for job in self.jobs if job.resource is not None}
        message = timeout_message(
            self.options.timeout_seconds or 0,
            unfinished,
            lambda _, arn: how_to_terminate(names.get(arn), arn),
        )
        await self._fail(self.mask.text(message))

    async def _fail_if_refused(self) -> None:
        for job in self.jobs:
            error = job.watch.error
            if error is not None and not isinstance(error, NotFound):
                await self._fail(self.mask.text(str(error)))

    def _warn_of_missing(self) -> None:
        """Warn of jobs that count as gone although this wait has seen them, or they are new."""
        lost = [(job, loss.seen) for job in self.jobs if (loss := job.watch.loss)]
        lines = lost_lines([(job.name, seen) for job, seen in lost])
        rows = [self._shown_on(job) for job, _ in lost[:MAX_SHOWN_WHOLE]]
        for line, row in zip_longest(lines, rows, fillvalue=self.resource):
            pulumi.log.warn(self.mask.text(line), resource=row)

    async def _fail_if_failed(self, statuses: list[str | None]) -> None:
        if judge(statuses, self.options.min_succeeded) is not WaitOutcome.FAILED:
            return
        failed = [job for job in self.jobs if job.watch.last_status == "FAILED"]
        details = [job.watch.detail or {} for job in failed]
        clients, lines = self.context.clients, self.options.log_lines
        evidence = await in_daemon_thread(lambda: gather_all(clients, details, lines, time.sleep))
        named = [(job.name, each) for job, each in zip(failed, evidence, strict=True)]
        for job, (name, each) in zip(failed[:MAX_SHOWN_WHOLE], named, strict=False):
            message = failure_message(name, each, self.mask, await _run_again(job))
            pulumi.log.error(message, resource=self._shown_on(job))
        if brief := headlines(named[MAX_SHOWN_WHOLE:], self.mask):
            pulumi.log.error("\n".join(brief), resource=self.resource)
        await self.context.pending.fail(
            self, headline_of_all(named, len(self.jobs), self.options.min_succeeded, self.mask)
        )

    async def _fail(self, message: str) -> NoReturn:
        single = len(self.jobs) == 1
        pulumi.log.error(message, self._shown_on(self.jobs[0]) if single else self.resource)
        await self.context.pending.fail(self, message.partition("\n")[0])


async def _run_again(job: WaitedJob) -> str:
    """Return how to run a failed job again, which only its own program can."""
    if job.resource is None:
        return how_to_rerun(None)
    reruns = job.resource.given_arguments.get("rerun_on_failure") is True
    urn = str(await job.resource.urn.future())
    return how_to_rerun(urn, job.resource.pulumi_resource_name, reruns=reruns)
