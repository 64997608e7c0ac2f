"""Who says what while a program waits, and when: little, whatever is waited for.

A job's row gets a line for each change of status, reason or attempt, and one a minute while nothing
changes. More than 20 jobs share one line. Where no terminal shows lines in place each of them is
printed in full, so a program says fewer than ten a minute in all; a line that has to wait says by
then what is true by then. The words are `progress`'s.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from sjresource.status.detail import misfit_words
from sjresource.status.text import crowd_line, duration, progress_line, stated_reason, status_since
from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.errors import SjresourceError
    from sjresource.waiting.poller import Watch

    Say = Callable[[Any, str], None]

CROWD = 20
"""More jobs than that are spoken of together."""

MOST_LINES = 9
MINUTE = 60.0
_CROWD_PAUSE = 10.0
_TICK = 5.0


@dataclass(frozen=True)
class Pace:
    """How much is said: seconds between lines without news, and whether lines are counted."""

    heartbeat: float = MINUTE
    counted: bool = True


SPARSE = Pace()
LIVE = Pace(heartbeat=5.0, counted=False)
PACES = {"sparse": SPARSE, "live": LIVE}
"""The values of `sjresource:progress`."""


class Speaker(Protocol):
    """Something that has a line to say on a row; None is the program's own row."""

    row: Any
    told: Any
    told_at: float

    def news(self) -> Any:
        """Give what differs if and only if there is something new to say."""

    def line(self, now: float) -> str:
        """Say how things stand; may ask AWS."""


@dataclass(eq=False)
class JobSpeaker:
    """Speaks for one job, on its row; `mask` takes the secrets out of AWS's words."""

    watch: Watch
    name: str
    row: Any
    standing: Callable[[dict[str, Any]], str]
    mask: Callable[[str], str] = str
    since: float = 0.0
    status: str = ""
    warned: bool = False
    told: Any = None
    told_at: float = 0.0

    def seen(self, now: float, wall: float) -> None:
        """Note when the job got its status; one that had it before is asked since when."""
        detail = self.watch.detail or {}
        if detail.get("status") != self.status:
            first = not self.status
            self.status = detail["status"]
            self.since = now - (_age(detail, wall) if first else 0.0)

    def news(self) -> Any:
        """Give status, reason and number of attempts."""
        detail = self.watch.detail
        if detail is None:
            return None
        return detail["status"], detail.get("statusReason"), len(detail.get("attempts", []))

    def detail(self) -> dict[str, Any]:
        """Give what was seen last, as it may be shown."""
        detail = self.watch.detail or {"status": "SUBMITTED"}
        return {**detail, "statusReason": self.mask(stated_reason(detail))}

    def line(self, now: float) -> str:
        """Say how the job stands; asks AWS what else is known."""
        detail = self.detail()
        line = progress_line(detail, now - self.since, self.mask(self.standing(detail)))
        return line if self.row is not None else f"ServiceJob ({self.name}): {line}"


@dataclass(eq=False)
class CrowdSpeaker:
    """Speaks for many jobs at once, on one row."""

    row: Any
    jobs: list[JobSpeaker] = field(default_factory=list)
    told: Any = None
    told_at: float = 0.0

    def news(self) -> Any:
        """Give how many jobs stand where."""
        return tuple(sorted(stage(job.status or "SUBMITTED") for job in self.jobs))

    def line(self, _now: float) -> str:
        """Sum up how the jobs stand."""
        failed = [job.name for job in self.jobs if job.status == "FAILED"]
        return crowd_line((job.detail() for job in self.jobs), failed)


class Reporter:
    """The poller's listener. Safe to use from the poller's thread and the program's.

    `say` shows a line on a row for the moment, `warn` for good; None is the program's own row.
    """

    def __init__(
        self,
        say: Say,
        warn: Say,
        pace: Pace = SPARSE,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._say = say
        self._warn = warn
        self._pace = pace
        self._now = now
        self._wall = wall
        self._said: deque[float] = deque(maxlen=MOST_LINES)
        self._parties: list[CrowdSpeaker] = []
        self._rest = CrowdSpeaker(None)
        self._lock = threading.RLock()
        self._silent_since: float | None = None
        self._complained_at = 0.0

    def add(self, party: CrowdSpeaker) -> None:
        """Speak of these jobs, those of one completion, until they are removed."""
        with self._lock:
            self._parties.append(party)

    def remove(self, party: CrowdSpeaker) -> None:
        """Speak of these jobs no more."""
        with self._lock:
            self._parties.remove(party)

    def seen(self, watch: Watch) -> None:
        """Note what a job has come to; an end is said at once."""
        with self._lock:
            self._silent_since = None
            for party in self._parties:
                for job in party.jobs:
                    if job.watch is watch:
                        job.seen(self._now(), self._wall())
                        self._warn_of_misfit(job)
            ended = watch.detail is not None and watch.detail["status"] in TERMINAL
        if ended:
            self.tell()

    def out_of_reach(self, error: SjresourceError) -> None:
        """Say now and then that nothing can be asked, and why: the wait goes on."""
        now = self._now()
        since = self._silent_since
        self._silent_since = now if since is None else since
        if since is None or now - self._complained_at >= MINUTE:
            self._complained_at = now
            ago = "" if since is None else f" for {duration(now - since)}"
            self._say(None, f"no word from AWS{ago}, still trying: {error}")

    def tell(self) -> float:
        """Say what is due; give the seconds until it is worth looking again."""
        now = self._now()
        with self._lock:
            due = [speaker for speaker in self._speakers() if self._is_due(speaker, now)]
            due.sort(key=lambda speaker: speaker.told_at)
        for speaker in due:
            if not self._may_say(now):
                break
            speaker.told, speaker.told_at = speaker.news(), now
            self._say(speaker.row, speaker.line(now))
        return _TICK

    def _warn_of_misfit(self, job: JobSpeaker) -> None:
        """Warn, once, of a job that will wait for ever: nobody may be looking for hours."""
        said = misfit_words(job.detail()["statusReason"])
        if said and not job.warned:
            job.warned = True
            self._warn(job.row, f"waiting for ServiceJob ({job.name}): {said}")

    def _speakers(self) -> list[Speaker]:
        crowds = [party for party in self._parties if len(party.jobs) > CROWD]
        lone = [job for party in self._parties if party not in crowds for job in party.jobs]
        if len(lone) > CROWD:
            self._rest.jobs = lone
            return [*crowds, self._rest]
        return [*crowds, *(job for job in lone if job.status)]

    def _is_due(self, speaker: Speaker, now: float) -> bool:
        if speaker.told is None:
            return True
        quiet = now - speaker.told_at
        if isinstance(speaker, JobSpeaker) and speaker.told[0] in TERMINAL:
            return False
        if speaker.news() != speaker.told:
            return isinstance(speaker, JobSpeaker) or quiet >= _CROWD_PAUSE
        return quiet >= self._pace.heartbeat

    def _may_say(self, now: float) -> bool:
        if not self._pace.counted:
            return True
        if len(self._said) == MOST_LINES and now - self._said[0] < MINUTE:
            return False
        self._said.append(now)
        return True


def _age(detail: dict[str, Any], wall: float) -> float:
    """Tell for how long a job has had its status, as far as Batch's times tell; in seconds."""
    since = status_since(detail)
    return max(0.0, wall - since / 1000) if since else 0.0
