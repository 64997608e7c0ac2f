"""The story of a job: what it printed, attempt after attempt, and what happened to it between.

A training job's last lines reach CloudWatch seconds after its end, so an attempt is read on until
nothing new has come for a while, and only then is told what came next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, parse_arn
from sjresource.aws.session import forget_clients
from sjresource.cli.logs.events import Line, Phase, Trouble
from sjresource.cli.logs.runs import Run, runs_of
from sjresource.cli.logs.streams import LogStreams
from sjresource.errors import SjresourceError, Unreachable
from sjresource.status.describe import passes
from sjresource.status.text import (
    attempt_number,
    duration,
    progress_line,
    stated_reason,
    status_since,
)
from sjresource.vocabulary import TERMINAL
from sjresource.waiting.poller import next_delay

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from sjresource.aws.logs import LogsClient
    from sjresource.cli.logs.events import Event
    from sjresource.status.masking import Mask

    Detail = dict[str, Any]
    LogEvent = dict[str, Any]

_QUIET_SECONDS = 10.0
"""So long nothing may come after an attempt's end before its log counts as complete.

The SageMaker SDK, too, reads a log once more ten seconds after the end of its job.
https://github.com/aws/sagemaker-python-sdk (`logs_for_job`)
"""

_SETTLED_SECONDS = 60.0
"""What ended longer ago than this has all its lines in CloudWatch."""

_DELAY_SECONDS = 2.0
_SECONDS_A_STREAM = 0.2
"""GetLogEvents has a quota of calls a second for the whole account: many streams are read less
often."""


class LogFollower:
    """One job; `describe` gives what Batch tells of it, `logs` the client for a region.

    `now` gives seconds since 1970, `mask` hides what is secret, and `standing` says what else is
    known of a job that waits, in a few words.
    """

    def __init__(
        self,
        describe: Callable[[], Detail],
        logs: Callable[[str], LogsClient],
        mask: Mask,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        standing: Callable[[Detail], str] = lambda _: "",
    ) -> None:
        self._describe = describe
        self._logs = logs
        self._mask = mask
        self._now = now
        self._sleep = sleep
        self._standing = standing
        self._runs: dict[str, Run] = {}
        self._told: set[str] = set()  # the runs whose end was told
        self._run = ""  # the key of the one that is being told, with its streams and lines
        self._streams: LogStreams | None = None
        self._count = 0
        self._last_news = 0.0
        self._status: tuple[Any, ...] | None = None

    def so_far(self) -> Iterator[Event]:
        """Tell what there is by now, in one go.

        Raises:
            NotFound, RequestFailed, Unreachable: AWS could not be asked.
        """
        detail = self._look()
        for run in list(self._runs.values()):
            yield from self._begin(run, detail)
            if self._streams is not None:
                self._streams.find()
                yield from self._lines(run, detail, self._streams.events_by_now())
            if run.ended:
                yield from self._end(run, detail)
        yield from self._change(detail)

    def to_the_end(self) -> Iterator[Event]:
        """Tell what there is and what comes, until the job has ended; blocks meanwhile.

        What passes by itself, such as a lost network, is told and outlived.

        Raises:
            NotFound, RequestFailed: there is no such job, or AWS may not be asked.
        """
        troubled = False
        while True:
            try:
                ended = yield from self._step()
                troubled = False
            except SjresourceError as error:
                if not passes(error):
                    raise
                _renew(error)
                if not troubled:
                    yield Trouble(f"{error}; asking again")
                ended, troubled = False, True
            if ended:
                return
            self._sleep(self._delay())

    def _delay(self) -> float:
        """Give the seconds until the next look; a job that just waits is looked at ever later."""
        if self._streams is not None and self._run not in self._told:
            return max(_DELAY_SECONDS, self._streams.count * _SECONDS_A_STREAM)
        return max(_DELAY_SECONDS, next_delay(self._now() - self._last_news, 1, 1.0))

    def _step(self) -> Generator[Event, None, bool]:
        """Tell what is new; gives whether all is told."""
        detail = self._look()
        for run in [run for run in self._runs.values() if run.key not in self._told]:
            if not run.ended:
                yield from self._change(detail)
            yield from self._begin(run, detail)
            if self._streams is not None:
                self._streams.find()
                yield from self._lines(run, detail, self._streams.new_events())
            if not (run.ended and self._is_complete(run)):
                return False
            yield from self._end(run, detail)
        yield from self._change(detail)
        return detail["status"] in TERMINAL

    def _look(self) -> Detail:
        detail = self._describe()
        before, self._runs = self._runs, runs_of(detail, self._runs)
        if any(
            run.ended and not before[key].ended for key, run in self._runs.items() if key in before
        ):
            self._last_news = self._now()
        return detail

    def _begin(self, run: Run, detail: Detail) -> Iterator[Event]:
        """Turn to a run, unless its story has begun already."""
        if run.key == self._run:
            return
        self._run, self._count, self._last_news = run.key, 0, self._now()
        arn = parse_arn(run.training_job or "")
        self._streams = None
        if arn is not None:
            self._streams = LogStreams(lambda: self._logs(arn.region), arn.name)
            yield self._phase(detail, run, f"{_label(run, detail)}: training job {arn.name}")

    def _lines(
        self, run: Run, detail: Detail, events: Iterator[tuple[str, LogEvent]]
    ) -> Iterator[Event]:
        name = name_in(run.training_job or "")
        streams = 0 if self._streams is None else self._streams.count
        instances = max(_instances(detail), streams)
        for stream, event in events:
            self._count += 1
            self._last_news = self._now()
            message = self._mask.text(event["message"].rstrip("\n"))
            yield Line(event["timestamp"], run.attempt, name, stream, message, instances)

    def _end(self, run: Run, detail: Detail) -> Iterator[Event]:
        """Say how a run ended; of the last one the job's own status says it."""
        self._told.add(run.key)
        if run.training_job and not self._count:
            yield self._phase(detail, run, f"{_label(run, detail)} has left no log")
        if detail["status"] in TERMINAL and run.key == list(self._runs)[-1]:
            return
        yield self._phase(detail, run, f"{_label(run, detail)} {_how_it_ended(run)}", run.reason)

    def _change(self, detail: Detail) -> Iterator[Event]:
        """Say where the job stands, if that was not the last thing said of it."""
        standing = self._standing(detail) if detail["status"] == "RUNNABLE" else ""
        reason = stated_reason(detail)
        status = detail["status"], reason, attempt_number(detail), standing
        if status != self._status:
            self._last_news = self._now()
            seconds = 0.0 if self._status else _seconds_of_status(detail, self._now())
            self._status = status
            line = progress_line({**detail, "statusReason": reason}, seconds, standing)
            yield self._phase(detail, None, line, reason or None)

    def _phase(
        self, detail: Detail, run: Run | None, text: str, reason: str | None = None
    ) -> Phase:
        return Phase(
            timestamp=round(self._now() * 1000),
            attempt=run.attempt if run else attempt_number(detail),
            status=detail["status"],
            text=self._mask.text(text),
            training_job_name=name_in(run.training_job) if run and run.training_job else None,
            reason=self._mask.text(reason) if reason else None,
        )

    def _is_complete(self, run: Run) -> bool:
        now = self._now()
        if run.stopped_at and now - run.stopped_at / 1000 > _SETTLED_SECONDS:
            return True
        return now - self._last_news >= _QUIET_SECONDS


def _label(run: Run, detail: Detail) -> str:
    attempts = detail.get("retryStrategy", {}).get("attempts", 1)
    return f"attempt {run.attempt} of {attempts}" if attempts > 1 else f"attempt {run.attempt}"


def _how_it_ended(run: Run) -> str:
    ran = f" after {duration((run.stopped_at - run.started_at) / 1000)}" if run.started_at else ""
    how = f"was preempted{ran}" if run.preempted else f"ended{ran}"
    return f"{how}: {run.reason}" if run.reason else how


def _seconds_of_status(detail: Detail, now: float) -> float:
    since = status_since(detail)
    return 0.0 if since is None else now - since / 1000


def _instances(detail: Detail) -> int:
    """Tell how many instances the job has: its capacity is counted in them, by type or together."""
    quantities = [float(usage["quantity"]) for usage in detail.get("capacityUsage", [])]
    return round(sum(quantities))


def _renew(error: SjresourceError) -> None:
    """Have the credentials read anew that may have been refreshed by now."""
    if isinstance(error, Unreachable) or "Expired" in getattr(error, "code", ""):
        forget_clients()
