"""What following a job yields: its log lines, its status changes, and errors on the way."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True)
class LogLine:
    """An event of a log stream, which may hold line breaks; `timestamp` is in ms since 1970.

    `instances` is the number of the training job's instances.
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

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {
            "type": "log",
            "timestamp": self.timestamp,
            "attempt": self.attempt,
            "training_job_name": self.training_job_name,
            "log_stream": self.log_stream,
            "instance": self.instance,
            "message": self.message,
        }


@dataclass(frozen=True)
class StatusEvent:
    """A change of the job or of an attempt; `timestamp` is when it was seen, in ms since 1970.

    `status` is the job's, `attempt` the attempt that the event is about, and `reason` AWS's.
    """

    timestamp: int
    attempt: int
    status: str
    message: str
    training_job_name: str | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"type": "status", **asdict(self)}


@dataclass(frozen=True)
class ErrorEvent:
    """AWS can't be asked at the moment; it is asked again."""

    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the object that `--json` prints."""
        return {"type": "error", **asdict(self)}


Event: TypeAlias = LogLine | StatusEvent | ErrorEvent
