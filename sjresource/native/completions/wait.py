"""The wait of a completion: its progress, when it is over, and why it has failed.

All waits of one provider share a poller, and the lines that it leads to.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import region_in
from sjresource.aws.clients import confirm_gone, regional_clients
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.errors import NotFound, SjresourceError
from sjresource.native.context import KnownJob
from sjresource.stack.identity import OWN_TAGS
from sjresource.stack.pulumi_cli.terminal import is_narrow
from sjresource.status.detail import StatusDetail
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
from sjresource.status.masking import Mask, MaskOfAll, texts_in
from sjresource.waiting.outcome import WaitOutcome, judge
from sjresource.waiting.poller import Poller
from sjresource.waiting.reporter import REPORT_RATES, GroupReport, JobReport, Reporter
from sjresource.waiting.watch import Watch, can_end, is_new_job

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from sjresource.native.context import ProviderContext
    from sjresource.waiting.options import WaitOptions

Waited = tuple[Watch, KnownJob]
"""A job that is waited for, and what is known of its resource."""

_LONGEST = threading.TIMEOUT_MAX
"""Seconds that a wait can last."""


@dataclass(frozen=True)
class WaitResult:
    """How a wait has ended: the statuses as they were seen last, and why it has failed."""

    statuses: Sequence[Any]
    failure: str = ""


class CompletionWaits:
    """All waits of one provider."""

    def __init__(self, context: ProviderContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._watching: tuple[Reporter, Poller] | None = None

    def wait(
        self,
        request: Any,
        jobs: Sequence[tuple[str, KnownJob]],
        options: WaitOptions,
        mask: Mask,
        left_out: Container[str],
    ) -> WaitResult:
        """Wait until the outcome is certain, the time is over, or AWS refuses to answer.

        It blocks; meanwhile progress is on the rows of the jobs and of the completion, as are the
        failures' evidence and lost jobs after it.

        Args:
            request: a create or an update; its timeout is that of the resource's own options.
            jobs: the ARN of each, and what is known of it.
            options: how to wait.
            mask: hides what is secret in the jobs' arguments.
            left_out: the jobs of which it is not known what is secret: AWS's words about them are
                hidden, or, of those that have failed, what may be a secret in them.

        Raises:
            Cancelled: the engine ends what is under way.
        """
        reporter, poller = self._reporter_and_poller()
        now = time.time()
        waited = [
            (Watch(arn, job.queue, job.job_name, is_new=is_new_job(job.created_at, now)), job)
            for arn, job in jobs
        ]
        watches = [watch for watch, _ in waited]
        report = self._report(request.urn, waited, mask, left_out)
        over = threading.Event()

        def check(_: Any) -> None:
            if can_end(watches, options):
                over.set()

        for watch in watches:
            watch.asked.add_done_callback(check)
            watch.done.add_done_callback(check)
        reporter.add(report)
        poller.add(watches)
        limit = options.timeout_seconds or request.timeout or 0
        try:
            in_time = self._context.cancellation.wait(over, min(limit, _LONGEST) or None)
        finally:
            for watch in watches:
                watch.cancel()
            reporter.remove(report)
        late = not in_time
        failure = (
            _timeout_line(waited, limit, left_out)
            if late
            else self._failure(waited, options, mask, left_out)
        )
        statuses = [
            watch.last_status or (job.is_declared and {"urn": job.urn}) or None
            for watch, job in waited
        ]
        return WaitResult(statuses, mask.text(failure))

    def _failure(
        self,
        waited: Sequence[Waited],
        options: WaitOptions,
        mask: Mask,
        left_out: Container[str],
    ) -> str:
        """Return why the wait has failed, in one line; the evidence goes onto the jobs' rows."""
        for watch, _ in waited:
            if watch.error is not None and not isinstance(watch.error, NotFound):
                return str(watch.error)
        self._warn_of_lost(waited, mask)
        statuses = [watch.last_status for watch, _ in waited]
        if (
            options.records_failures
            or judge(statuses, options.min_succeeded) is not WaitOutcome.FAILED
        ):
            return ""
        failed = [(watch, job) for watch, job in waited if watch.last_status == "FAILED"]
        details = [watch.detail or {} for watch, _ in failed]
        sleep = self._context.cancellation.sleep
        evidence = gather_all(self._clients, details, options.log_lines, sleep)
        found = [(job.name, each) for (_, job), each in zip(failed, evidence, strict=True)]
        unknown = [watch.job for watch, _ in failed if watch.job in left_out]
        shown = self._mask_for(unknown, mask)
        for (_, job), (name, each) in zip(failed[:MAX_SHOWN_WHOLE], found, strict=False):
            message = failure_message(name, each, shown, _how_to_rerun(job))
            self._context.engine.warn(job.urn, message)
        if brief := headlines(found[MAX_SHOWN_WHOLE:], shown):
            self._context.engine.warn("", "\n".join(brief))
        return headline_of_all(found, len(waited), options.min_succeeded, shown)

    def _mask_for(self, unknown: Sequence[str], mask: Mask) -> Mask:
        """Return a mask for jobs of which it is not known what is secret: all their arguments are.

        It hides all that AWS says where there are many, or one can't be read.
        """
        if len(unknown) > MAX_SHOWN_WHOLE:
            return MaskOfAll()
        values = set(mask.values)
        for job in unknown:
            self._context.cancellation.sleep(0)
            try:
                payload, tags = self._clients.batch(region_in(job)).find_payload_and_tags(job)
            except SjresourceError:
                return MaskOfAll()
            theirs = {key: each for key, each in tags.items() if key not in OWN_TAGS}
            values |= texts_in(payload) | texts_in(theirs)
        return Mask(values)

    def _warn_of_lost(self, waited: Sequence[Waited], mask: Mask) -> None:
        """Warn of jobs that count as gone although this wait has seen them, or they are new."""
        lost = [(job, loss.seen) for watch, job in waited if (loss := watch.loss)]
        lines = lost_lines([(job.name, seen) for job, seen in lost])
        rows = [job.urn for job, _ in lost[:MAX_SHOWN_WHOLE]]
        for line, row in zip_longest(lines, rows, fillvalue=""):
            self._context.engine.warn(row, mask.text(line))

    def _report(
        self, urn: str, waited: Sequence[Waited], mask: Mask, left_out: Container[str]
    ) -> GroupReport:
        detail, hidden = self._status_detail.of, MaskOfAll()
        reports = [
            JobReport(
                watch,
                job.name,
                job.urn,
                detail,
                (hidden if watch.job in left_out else mask).text,
            )
            for watch, job in waited
        ]
        return GroupReport(urn, reports)

    def _reporter_and_poller(self) -> tuple[Reporter, Poller]:
        """Return the two of this provider; many waits ask for them in one moment."""
        with self._lock:
            if self._watching is None:
                reporter = self._make_reporter()
                self._watching = reporter, self._make_poller(reporter)
            return self._watching

    @cached_property
    def _clients(self) -> Any:
        return regional_clients(self._context.configuration.settings)

    @cached_property
    def _status_detail(self) -> StatusDetail:
        clients = regional_clients(self._context.configuration.settings, OPTIONAL_TIMEOUTS)
        return StatusDetail(clients.batch, clients.sagemaker)

    def _make_reporter(self) -> Reporter:
        engine = self._context.engine

        def keep(urn: str | None, text: str) -> None:
            engine.inform(urn or "", text)

        return Reporter(
            lambda urn, text: engine.progress(urn or "", text),
            lambda urn, text: engine.warn(urn or "", text),
            REPORT_RATES[self._context.configuration.progress],
            keep=keep if is_narrow(self._context.columns()) else None,
            names_jobs=self._context.command_line().prints_lines,
        )

    def _make_poller(self, reporter: Reporter) -> Poller:
        gone = partial(confirm_gone, self._context.configuration.settings, "ServiceJob")
        return Poller(self._clients.batch, reporter, confirm_gone=gone)


def _timeout_line(waited: Sequence[Waited], seconds: float, left_out: Container[str]) -> str:
    declared = {watch.job: job.name for watch, job in waited if job.is_declared}
    message = timeout_message(
        seconds,
        [
            (job.name, _without_reason(watch, left_out), watch.job)
            for watch, job in waited
            if not watch.has_ended
        ],
        lambda _, arn: how_to_terminate(declared.get(arn), arn),
    )
    return message.replace("\n  ", "; ")


def _without_reason(watch: Watch, left_out: Container[str]) -> dict[str, Any] | None:
    """Return a job's description; of one that is left out, without Batch's words."""
    if watch.detail is None or watch.job not in left_out:
        return watch.detail
    return {name: each for name, each in watch.detail.items() if name != "statusReason"}


def _how_to_rerun(job: KnownJob) -> str:
    return how_to_rerun(job.urn if job.is_declared else None, job.name, reruns=job.reruns)
