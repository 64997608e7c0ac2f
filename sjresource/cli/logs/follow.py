"""Follows a job: its log, attempt after attempt, and its status changes between.

A training job's last lines reach CloudWatch seconds after its end. So an ended attempt is read
until nothing new has come for a while, and only then comes what happened next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, region_in
from sjresource.aws.session import forget_clients
from sjresource.cli.logs.events import ErrorEvent, LogLine, StatusEvent
from sjresource.cli.logs.streams import LogStreams
from sjresource.cli.logs.training_jobs import TrainingJobRun, training_jobs_of
from sjresource.errors import SjresourceError, Unreachable
from sjresource.status.describe import is_transient
from sjresource.status.text import (
    duration,
    progress_line,
    stated_reason,
)
from sjresource.status.timeline import attempt_number, status_since
from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL
from sjresource.waiting.poller import next_delay

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sjresource.aws.logs import LogsClient
    from sjresource.cli.logs.events import Event
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]

_QUIET_SECONDS = 10.0
"""The log of an ended attempt is complete when nothing new has come for so long.

The SageMaker SDK, too, reads a log once more ten seconds after the end of its job.
https://github.com/aws/sagemaker-python-sdk (`logs_for_job`)
"""

_COMPLETE_SECONDS = 60.0
"""Seconds after its end within which all lines of a training job have reached CloudWatch."""

_DELAY_SECONDS = 2.0
_SECONDS_PER_STREAM = 0.2
"""GetLogEvents has a quota of calls a second for the whole account, so many streams are read less
often."""


class LogFollower:
    """Follows one job.

    Args:
        describe: Returns Batch's description of the job.
        logs: Returns the CloudWatch Logs client of a region.
        mask: Hides secrets.
        now: Returns the time, in seconds since 1970.
        sleep: Waits for seconds.
        status_detail: Returns what else is known of a waiting job, in a few words.
    """

    def __init__(
        self,
        describe: Callable[[], Detail],
        logs: Callable[[str], LogsClient],
        mask: Mask,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        status_detail: Callable[[Detail], str] = lambda _: "",
    ) -> None:
        self._describe = describe
        self._logs = logs
        self._mask = mask
        self._now = now
        self._sleep = sleep
        self._status_detail = status_detail
        self._runs: dict[str, TrainingJobRun] = {}
        self._finished: set[str] = set()  # keys of the runs whose events are all yielded
        self._current = ""  # the key of the run that is being read, with its streams and lines
        self._streams: LogStreams | None = None
        self._lines_read = 0
        self._changed_at = 0.0
        self._holds_capacity = False
        self._reported: tuple[Any, ...] | None = None

    def read(self) -> Iterator[Event]:
        """Yield everything that there is by now.

        Raises:
            NotFound, RequestFailed, Unreachable: AWS could not be asked.
        """
        detail = self._refresh()
        for run in list(self._runs.values()):
            yield from self._start_run(run, detail)
            if self._streams is not None:
                self._streams.find()
                yield from self._lines(run, detail, self._streams.events_until_now())
            if run.ended:
                yield from self._end_run(run, detail)
        yield from self._status_change(detail)

    def follow(self) -> Iterator[Event]:
        """Yield everything that there is and that comes, until the job has ended; blocks meanwhile.

        Transient errors, such as a lost network, are yielded once, and AWS is asked again.

        Raises:
            NotFound, RequestFailed: there is no such job, or AWS refuses to answer.
        """
        failing = False
        while True:
            try:
                ended = yield from self._poll()
                failing = False
            except SjresourceError as error:
                if not is_transient(error):
                    raise
                if isinstance(error, Unreachable) or "Expired" in getattr(error, "code", ""):
                    forget_clients()  # credentials may have been refreshed by now
                if not failing:
                    yield ErrorEvent(f"{error}; asking again")
                ended, failing = False, True
            if ended:
                return
            self._sleep(self._delay())

    def _delay(self) -> float:
        """Return the seconds until the next poll; they grow while a job only waits.

        Batch goes on naming the training job for which SageMaker had no instances.
        """
        if self._streams is not None and self._holds_capacity:
            return max(_DELAY_SECONDS, self._streams.count * _SECONDS_PER_STREAM)
        return max(_DELAY_SECONDS, next_delay(self._now() - self._changed_at, 1, 1.0))

    def _poll(self) -> Generator[Event, None, bool]:
        """Yield what is new; return whether that was all."""
        detail = self._refresh()
        for run in [run for run in self._runs.values() if run.key not in self._finished]:
            if not run.ended:
                yield from self._status_change(detail)
            yield from self._start_run(run, detail)
            if self._streams is not None:
                self._streams.find()
                yield from self._lines(run, detail, self._streams.new_events())
            if not (run.ended and self._is_complete(run)):
                return False
            yield from self._end_run(run, detail)
        yield from self._status_change(detail)
        return detail["status"] in TERMINAL

    def _refresh(self) -> Detail:
        detail = self._describe()
        self._holds_capacity = detail["status"] in HOLDS_CAPACITY
        before, self._runs = self._runs, training_jobs_of(detail, self._runs)
        if any(self._runs[key].ended and not run.ended for key, run in before.items()):
            self._changed_at = self._now()
        return detail

    def _start_run(self, run: TrainingJobRun, detail: Detail) -> Iterator[Event]:
        """Turn to a run, unless it is the current one."""
        if run.key == self._current:
            return
        self._current, self._lines_read, self._changed_at = run.key, 0, self._now()
        self._streams = None
        if run.arn:
            region, name = region_in(run.arn), name_in(run.arn)
            self._streams = LogStreams(lambda: self._logs(region), name)
            yield self._event(detail, run, f"{_label(run, detail)}: training job {name}")

    def _lines(
        self, run: TrainingJobRun, detail: Detail, events: Iterator[tuple[str, dict[str, Any]]]
    ) -> Iterator[Event]:
        streams = 0 if self._streams is None else self._streams.count
        instances = max(_instances(detail), streams)
        for stream, event in events:
            self._lines_read += 1
            self._changed_at = self._now()
            message = self._mask.text(event["message"].rstrip("\n"))
            name = name_in(run.arn or "")
            yield LogLine(event["timestamp"], run.attempt, name, stream, message, instances)

    def _end_run(self, run: TrainingJobRun, detail: Detail) -> Iterator[Event]:
        """Report how a run ended; that of the last run is in the job's own status."""
        self._finished.add(run.key)
        if run.arn and not self._lines_read:
            yield self._event(detail, run, f"{_label(run, detail)} has left no log")
        if detail["status"] in TERMINAL and run.key == list(self._runs)[-1]:
            return
        ran = (run.stopped_at - run.started_at) / 1000 if run.started_at else None
        message = f"{_label(run, detail)} {'was preempted' if run.preempted else 'ended'}"
        message += f" after {duration(ran)}" if ran is not None else ""
        message += f": {run.reason}" if run.reason else ""
        yield self._event(detail, run, message, run.reason)

    def _status_change(self, detail: Detail) -> Iterator[Event]:
        """Report the job's status if it differs from the last one that was reported."""
        more = self._status_detail(detail) if detail["status"] == "RUNNABLE" else ""
        reason = stated_reason(detail)
        status = detail["status"], reason, attempt_number(detail), more
        if status != self._reported:
            self._changed_at = self._now()
            since = None if self._reported else status_since(detail)
            seconds = 0.0 if since is None else self._now() - since / 1000
            self._reported = status
            line = progress_line({**detail, "statusReason": reason}, seconds, more)
            yield self._event(detail, None, line, reason or None)

    def _event(
        self, detail: Detail, run: TrainingJobRun | None, message: str, reason: str | None = None
    ) -> StatusEvent:
        return StatusEvent(
            timestamp=round(self._now() * 1000),
            attempt=run.attempt if run else attempt_number(detail),
            status=detail["status"],
            message=self._mask.text(message),
            training_job_name=name_in(run.arn) if run and run.arn else None,
            reason=self._mask.text(reason) if reason else None,
        )

    def _is_complete(self, run: TrainingJobRun) -> bool:
        now = self._now()
        if run.stopped_at and now - run.stopped_at / 1000 > _COMPLETE_SECONDS:
            return True
        return now - self._changed_at >= _QUIET_SECONDS


def _label(run: TrainingJobRun, detail: Detail) -> str:
    attempts = detail.get("retryStrategy", {}).get("attempts", 1)
    return f"attempt {run.attempt} of {attempts}" if attempts > 1 else f"attempt {run.attempt}"


def _instances(detail: Detail) -> int:
    """Return the job's number of instances: `capacityUsage` counts them, by type or in total."""
    return round(sum(float(usage["quantity"]) for usage in detail.get("capacityUsage", [])))
