"""Answers the requests of pages. They share what is read, no more often than the source wants.

Safe for use by several threads: while one reads everything, the others get what is known already.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from sjresource.page.change_log import ChangeLog
from sjresource.page.snapshot import SnapshotReader
from sjresource.page.source import SourceError
from sjresource.page.views import job_details, job_row
from sjresource.status.evidence import training_job_arn
from sjresource.vocabulary import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.page.source import DataSource

    Answer = Mapping[str, Any]
    View = dict[str, Any]

MOST_ROWS: Final = 60
"""At most so many jobs are described for one request."""

BUSY: Final = 2000
"""After so many milliseconds a page asks again that came while everything was being read."""

FIRST_SECONDS: Final = 5.0
"""So long a page waits for the first read of another: it holds a thread of the server meanwhile."""

NOT_READ: Final = "everything is being read for the first time"


class Overview:
    """What pages show; `real` is the clock of the pauses between reads."""

    def __init__(
        self,
        source: DataSource,
        real: Callable[[], float] = time.monotonic,
        patience: float = FIRST_SECONDS,
    ) -> None:
        self._source = source
        self._patience = patience
        self._real = real
        self._reading = threading.Lock()  # held for as long as AWS takes
        self._known = threading.Lock()
        self._reader = SnapshotReader(source)
        self._changes = ChangeLog()
        self._due = float("-inf")
        self._mark: object = None
        self._is_read = False
        self._queues: list[View] = []
        self._errors: list[str] = []
        self._rows: dict[str, tuple[object, View]] = {}

    def since(self, version: str) -> View:
        """Return the queues, and the jobs that have changed since `version`.

        `next` is in how many milliseconds there can be changes. While another page's request reads
        everything, this returns what is known: at once, or after `patience` seconds if that is
        nothing.
        """
        reads = self._reading.acquire(timeout=0 if self._is_read else self._patience)
        if reads:
            try:
                if self._real() >= self._due:
                    self._refresh_if_changed()
                    self._due = self._real() + self._source.pause_seconds()
            finally:
                self._reading.release()
        with self._known:
            return {
                "title": self._source.title,
                "now": self._source.now(),
                "rate": self._source.clock_rate,
                "next": round(max(0.0, self._due - self._real()) * 1000) if reads else BUSY,
                "queues": self._queues,
                "errors": self._errors if self._is_read else [NOT_READ],
                **self._changes.since(version),
            }

    def rows(self, arns: Sequence[str]) -> list[View]:
        """Describe those of the jobs that are shown; those that can't be described are left out."""
        entries = [self._entry(arn) for arn in arns[:MOST_ROWS]]
        rows = [self._row(entry) for entry in entries if entry is not None]
        return [row for row in rows if row is not None]

    def job(self, arn: str) -> View | None:
        """Return everything about one job that is shown; None for another.

        Raises:
            SourceError: the job itself can't be described.
        """
        entry = self._entry(arn)
        if entry is None:
            return None
        detail = self._source.service_job(arn)
        optional = _OptionalAnswers()
        training: Answer = {}
        log: Sequence[str] = ()
        if trained := training_job_arn(detail):
            training = optional.get(lambda: self._source.training_job(trained)) or {}
            log = optional.get(lambda: self._source.log_tail(trained)) or ()
        scheduler = None
        if stage(detail["status"]) == "waiting":
            scheduler = optional.get(lambda: self._source.why_waiting(arn))
        details = job_details(
            entry, detail, training, log, scheduler, has_console=self._source.has_console
        )
        return {**details, "errors": optional.errors}

    def _entry(self, arn: str) -> View | None:
        with self._known:
            return self._changes.entry(arn)

    def _row(self, entry: View) -> View | None:
        """Describe a job, once for each state that it has in the list."""
        arn = entry["arn"]
        state = [entry[name] for name in ("status", "training_job", "spans")]
        kept = self._rows.get(arn)
        if kept is not None and kept[0] == state:
            return kept[1]
        optional = _OptionalAnswers()
        detail = optional.get(lambda: self._source.service_job(arn))
        if detail is None:
            return None
        trained = training_job_arn(detail) if detail["status"] == "SUCCEEDED" else ""
        training = optional.get(lambda: self._source.training_job(trained)) if trained else {}
        row = {**job_row(detail, training or {}), "incomplete": bool(optional.errors)}
        if not optional.errors:
            self._rows[arn] = (state, row)
        return row

    def _refresh_if_changed(self) -> None:
        version = self._source.version()
        if version is not None and version == self._mark and not self._reader.errors:
            return
        self._mark = version
        queues, entries = self._reader.refresh()
        with self._known:
            self._is_read = True
            self._queues = queues
            self._errors = self._reader.errors
            self._changes.update(entries)
        self._rows = {arn: row for arn, row in list(self._rows.items()) if arn in entries}


class _OptionalAnswers:
    """Gets what the page can do without, and collects the errors."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def get(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except SourceError as error:
            self.errors.append(str(error))
            return None
