"""What there is to tell of a job: what it printed, what happened to it, why nothing can be told."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One event of a log stream, which may hold line breaks; `timestamp` is in ms since 1970.

    `instances` is how many write beside each other.
    """

    timestamp: int
    attempt: int
    training_job_name: str
    log_stream: str
    message: str
    instances: int = 1

    @property
    def instance(self) -> str:
        """The instance that wrote it, such as `algo-1`: streams are `<job>/algo-<n>-<time>`."""
        return self.log_stream.rpartition("/")[2].rpartition("-")[0]


@dataclass(frozen=True)
class Phase:
    """Something that happened to the job; `timestamp` says when it was seen, in ms since 1970.

    `status` is the job's, `attempt` the number of the attempt that it is about, and `reason` AWS's
    own words.
    """

    timestamp: int
    attempt: int
    status: str
    text: str
    training_job_name: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Trouble:
    """AWS could not be asked at the moment; it is asked again."""

    text: str


Event = Line | Phase | Trouble
