"""Progress lines while a program waits: which jobs get one, and when.

A job has a line for each change of status, reason or attempt, and one a minute while nothing
changes. More than 20 jobs share one line. Where a terminal can't replace a line each of them is
printed, so a program prints fewer than ten a minute in all; a line that was put off shows the state
at the time when it is printed. The words are those of `status/text.py`.

A narrow terminal (`stack/pulumi_cli/terminal.py`) shows none of that: there the stack's row gets a
line that stays, every five minutes at most, and only of what has changed.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.status.text import duration, progress_line, stated_reason, summary_line
from sjresource.status.timeline import status_since
from sjresource.status.why_waiting import never_starts_words
from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.errors import SjresourceError
    from sjresource.waiting.watch import Watch

    Log = Callable[[Any, str], None]

MAX_SINGLE_JOBS = 20
"""More jobs than that share one line."""

_MAX_LINES_A_MINUTE = 9
MINUTE = 60.0
_GROUP_PAUSE_SECONDS = 10.0
_TICK_SECONDS = 5.0


@dataclass(frozen=True)
class ReportRate:
    """Seconds between two lines without a change, and whether lines a minute are limited."""

    interval: float = MINUTE
    limited: bool = True

    @property
    def kept_pause_seconds(self) -> float:
        """Return how long the stack's row has no further line that stays, in a narrow terminal."""
        return 5 * self.interval


REPORT_RATES = {"sparse": ReportRate(), "live": ReportRate(interval=5.0, limited=False)}
"""The values of `sjresource:progress`."""


@dataclass(eq=False)
class JobReport:
    """The report of one job, on `resource`; None stands for the stack's row.

    `status_detail` returns what else is known of a described job, `mask` takes out secrets, and
    `last` is the state that was printed last, None before the first time.
    """

    watch: Watch
    name: str
    resource: Any
    status_detail: Callable[[dict[str, Any], Callable[[str], str]], str]
    mask: Callable[[str], str] = str
    status_at: float = 0.0
    status: str = ""
    warned: bool = False
    last: Any = None
    last_at: float = 0.0

    def update(self, now: float, wall_time: float) -> None:
        """Note when the job got its status: by Batch's times if it had it when the wait began."""
        detail = self.watch.detail or {}
        if detail.get("status") != self.status:
            since = None if self.status else status_since(detail)
            self.status = detail["status"]
            self.status_at = now - (max(0.0, wall_time - since / 1000) if since else 0.0)

    def state(self) -> Any:
        """Return status, reason and number of attempts; None before the job was seen."""
        return self.watch.state

    def detail(self) -> dict[str, Any]:
        """Return the newest description, masked."""
        detail = self.watch.detail or {"status": "SUBMITTED"}
        return {**detail, "statusReason": self.mask(stated_reason(detail))}

    def line(self, now: float, *, is_named: bool = False) -> str:
        """Return the job's progress, perhaps with its name; may ask AWS what else is known."""
        detail = self.detail()
        line = progress_line(detail, now - self.status_at, self.status_detail(detail, self.mask))
        return f"ServiceJob ({self.name}): {line}" if is_named or self.resource is None else line


@dataclass(eq=False)
class GroupReport:
    """The report of many jobs in one line."""

    resource: Any
    jobs: list[JobReport] = field(default_factory=list)
    last: Any = None
    last_at: float = 0.0

    def state(self) -> Any:
        """Return the stages of the jobs, sorted: what differs if the counts do."""
        return tuple(sorted(stage(job.status or "SUBMITTED") for job in self.jobs))

    def line(self, _now: float, *, is_named: bool = False) -> str:  # noqa: ARG002 - see JobReport
        """Return a summary of the jobs."""
        failed = [job.name for job in self.jobs if job.status == "FAILED"]
        return summary_line((job.detail() for job in self.jobs), failed)


class Reporter:
    """The poller's listener. Safe to use from the poller's thread and the program's.

    `info` logs a line that the next one replaces, `warn` one that stays; both take the resource, or
    None for the stack's row. `keep` logs lines that stay on the stack's row, where the others can't
    be seen. `names_jobs` says whether each line names its job, since there is no row that does.
    """

    def __init__(
        self,
        info: Log,
        warn: Log,
        rate: ReportRate = REPORT_RATES["sparse"],
        now: Callable[[], float] = time.monotonic,
        wall_time: Callable[[], float] = time.time,
        *,
        keep: Log | None = None,
        names_jobs: bool = False,
    ) -> None:
        self._keep = keep
        self._names_jobs = names_jobs
        self._kept: Any = None
        self._kept_at = now()
        self._info = info
        self._warn = warn
        self._rate = rate
        self._now = now
        self._wall_time = wall_time
        self._line_times: deque[float] = deque(maxlen=_MAX_LINES_A_MINUTE)
        self._groups: list[GroupReport] = []
        self._all_singles = GroupReport(None)
        self._lock = threading.RLock()
        self._unreachable_since: float | None = None
        self._error_at = 0.0

    def add(self, group: GroupReport) -> None:
        """Report on these jobs, which are those of one completion, until they are removed."""
        with self._lock:
            self._groups.append(group)

    def remove(self, group: GroupReport) -> None:
        """Stop reporting on these jobs."""
        with self._lock:
            self._groups.remove(group)

    def on_change(self, watch: Watch) -> None:
        """Update a job's reports; an end is reported at once."""
        with self._lock:
            self._unreachable_since = None
            for group in self._groups:
                for job in group.jobs:
                    if job.watch is watch:
                        job.update(self._now(), self._wall_time())
                        self._warn_if_never_starts(job)
            ended = watch.detail is not None and watch.detail["status"] in TERMINAL
        if ended:
            self.on_idle()

    def on_error(self, error: SjresourceError) -> None:
        """Report at once and then once a minute that AWS can't be asked, and why."""
        now = self._now()
        since = self._unreachable_since
        self._unreachable_since = now if since is None else since
        if since is None or now - self._error_at >= MINUTE:
            self._error_at = now
            ago = "" if since is None else f" for {duration(now - since)}"
            self._info(None, f"no word from AWS{ago}, still trying: {error}")

    def on_idle(self) -> float:
        """Print the lines that are due; return the seconds until more may be."""
        now = self._now()
        with self._lock:
            due = [report for report in self._reports() if self._is_due(report, now)]
            due.sort(key=lambda report: report.last_at)
        for report in due:
            if not self._may_print(now):
                break
            report.last, report.last_at = report.state(), now
            self._info(report.resource, report.line(now, is_named=self._names_jobs))
        self._keep_line(now)
        return _TICK_SECONDS

    def _keep_line(self, now: float) -> None:
        """Log how all jobs stand where nothing else can be seen, if that has changed."""
        with self._lock:
            jobs = [job for group in self._groups for job in group.jobs if job.status]
            states = [job.state() for job in jobs]
            if (
                self._keep is None
                or not jobs
                or now - self._kept_at < self._rate.kept_pause_seconds
            ):
                return
            if states == self._kept or all(job.status in TERMINAL for job in jobs):
                return
            self._kept, self._kept_at = states, now
        report = jobs[0] if len(jobs) == 1 else GroupReport(None, jobs)
        self._keep(None, report.line(now, is_named=True))

    def _warn_if_never_starts(self, job: JobReport) -> None:
        """Warn, once, of a job that can't ever start: nobody may read progress for hours."""
        reason = never_starts_words(job.detail()["statusReason"])
        if reason and not job.warned:
            job.warned = True
            self._warn(job.resource, f"waiting for ServiceJob ({job.name}): {reason}")

    def _reports(self) -> list[JobReport | GroupReport]:
        groups = [group for group in self._groups if len(group.jobs) > MAX_SINGLE_JOBS]
        singles = [job for group in self._groups if group not in groups for job in group.jobs]
        if len(singles) > MAX_SINGLE_JOBS:
            self._all_singles.jobs = singles
            return [*groups, self._all_singles]
        return [*groups, *(job for job in singles if job.status)]

    def _is_due(self, report: JobReport | GroupReport, now: float) -> bool:
        if report.last is None:
            return True
        quiet_seconds = now - report.last_at
        if isinstance(report, JobReport) and report.last[0] in TERMINAL:
            return False
        if report.state() != report.last:
            return isinstance(report, JobReport) or quiet_seconds >= _GROUP_PAUSE_SECONDS
        return quiet_seconds >= self._rate.interval

    def _may_print(self, now: float) -> bool:
        if not self._rate.limited:
            return True
        times = self._line_times
        if len(times) == _MAX_LINES_A_MINUTE and now - times[0] < MINUTE:
            return False
        times.append(now)
        return True
