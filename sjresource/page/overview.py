"""What a page is told, when it asks: looks are no more frequent than whoever answers wants.

Safe to use from several threads: pages that ask at the same time share one look, and what is known
already is told meanwhile.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from sjresource.page.change_log import Journal
from sjresource.page.snapshot import SnapshotReader
from sjresource.page.source import UnansweredError
from sjresource.page.views import job_details, job_row
from sjresource.status.evidence import training_job_arn
from sjresource.vocabulary import stage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sjresource.page.source import Answers

    Answer = Mapping[str, Any]
    View = dict[str, Any]

MOST_ROWS: Final = 60
"""So many jobs are described for one request at most."""

BUSY: Final = 2000
"""After so many milliseconds a page asks again that came while a look went on."""

FIRST_SECONDS: Final = 5.0
"""So long a page waits for another's first look: each that waits holds a thread of the server."""

UNSEEN: Final = "the first look at everything is still under way"


class Overview:
    """What a page shows; `real` is the clock by which looks are apart."""

    def __init__(
        self,
        answers: Answers,
        real: Callable[[], float] = time.monotonic,
        patience: float = FIRST_SECONDS,
    ) -> None:
        self._answers = answers
        self._patience = patience
        self._real = real
        self._looking = threading.Lock()  # held for as long as AWS takes
        self._known = threading.Lock()
        self._reader = SnapshotReader(answers)
        self._journal = Journal()
        self._due = float("-inf")
        self._mark: object = None
        self._seen = False
        self._queues: list[View] = []
        self._errors: list[str] = []
        self._rows: dict[str, tuple[object, View]] = {}

    def since(self, mark: str) -> View:
        """Give the queues, and the jobs that have changed since `mark`.

        `next` is in how many milliseconds there can be news. While another page's look goes on,
        what is known is told at once; while nothing is, after `patience` seconds.
        """
        looks = self._looking.acquire(timeout=0 if self._seen else self._patience)
        if looks:
            try:
                if self._real() >= self._due:
                    self._look_if_changed()
                    self._due = self._real() + self._answers.rest_seconds()
            finally:
                self._looking.release()
        with self._known:
            return {
                "place": self._answers.place,
                "now": self._answers.now(),
                "rate": self._answers.clock_rate,
                "next": round(max(0.0, self._due - self._real()) * 1000) if looks else BUSY,
                "queues": self._queues,
                "errors": self._errors if self._seen else [UNSEEN],
                **self._journal.since(mark),
            }

    def rows(self, arns: Sequence[str]) -> list[View]:
        """Describe those of the jobs that are shown; what can't be described is left out."""
        entries = [self._entry(arn) for arn in arns[:MOST_ROWS]]
        rows = [self._row(entry) for entry in entries if entry is not None]
        return [row for row in rows if row is not None]

    def job(self, arn: str) -> View | None:
        """Give everything about one job that is shown; None for another.

        Raises:
            UnansweredError: the job itself can't be described.
        """
        entry = self._entry(arn)
        if entry is None:
            return None
        detail = self._answers.service_job(arn)
        tried = _Tries()
        training: Answer = {}
        log: Sequence[str] = ()
        if trained := training_job_arn(detail):
            training = tried.give(lambda: self._answers.training_job(trained)) or {}
            log = tried.give(lambda: self._answers.log_tail(trained)) or ()
        said = None
        if stage(detail["status"]) == "waiting":
            said = tried.give(lambda: self._answers.why_waiting(arn))
        return {**job_details(entry, detail, training, log, said), "errors": tried.errors}

    def _entry(self, arn: str) -> View | None:
        with self._known:
            return self._journal.entry(arn)

    def _row(self, entry: View) -> View | None:
        """Describe a job, once for each state that the list shows of it."""
        arn = entry["arn"]
        state = [entry[name] for name in ("status", "training_job", "spans")]
        kept = self._rows.get(arn)
        if kept is not None and kept[0] == state:
            return kept[1]
        tried = _Tries()
        detail = tried.give(lambda: self._answers.service_job(arn))
        if detail is None:
            return None
        trained = training_job_arn(detail) if detail["status"] == "SUCCEEDED" else ""
        training = tried.give(lambda: self._answers.training_job(trained)) if trained else {}
        row = {**job_row(detail, training or {}), "lacks": bool(tried.errors)}
        if not tried.errors:
            self._rows[arn] = (state, row)
        return row

    def _look_if_changed(self) -> None:
        mark = self._answers.mark()
        if mark is not None and mark == self._mark and not self._reader.errors:
            return
        self._mark = mark
        queues, entries = self._reader.refresh()
        with self._known:
            self._seen = True
            self._queues = queues
            self._errors = self._reader.errors
            self._journal.note(entries)
        self._rows = {arn: row for arn, row in list(self._rows.items()) if arn in entries}


class _Tries:
    """Asks for what can be missed, and collects why it is."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def give(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except UnansweredError as error:
            self.errors.append(str(error))
            return None
