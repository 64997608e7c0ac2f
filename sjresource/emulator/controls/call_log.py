"""Counts calls, and remembers the last ones by names and ids: never payloads or tags."""

from __future__ import annotations

import threading
from collections import Counter, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED: Final = 1000
_LONGEST: Final = 256
_NAMES: Final = frozenset(
    {
        "arn", "arns", "jobId", "jobName", "jobQueue", "jobQueueName", "jobQueues", "jobStatus",
        "jobs", "name", "quotaShareArn", "quotaShareName", "resourceArn", "schedulingPolicyArn",
        "serviceEnvironment", "serviceEnvironmentName", "serviceEnvironments", "TrainingJobName",
    }
)  # fmt: skip


@dataclass(frozen=True)
class LoggedCall:
    """One call; `status` is the HTTP status, None if the connection was cut."""

    at: float
    service: str
    operation: str
    region: str
    names: dict[str, Any]
    status: int | None


class CallLog:
    """The calls since the start, or since `clear`; thread-safe."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._counts: Counter[str] = Counter()
        self._latest: deque[LoggedCall] = deque(maxlen=_REMEMBERED)
        self._lock = threading.Lock()

    def record(
        self,
        service: str,
        operation: str,
        region: str,
        parameters: dict[str, Any],
        status: int | None,
    ) -> None:
        """Add a call that has been answered, or cut off."""
        names = {name: _shown(value) for name, value in parameters.items() if name in _NAMES}
        operation = operation[:_LONGEST]
        call = LoggedCall(self._now(), service, operation, region, names, status)
        with self._lock:
            known = operation in self._counts or len(self._counts) < _REMEMBERED
            self._counts[operation if known else "other"] += 1
            self._latest.append(call)

    def counts(self) -> dict[str, int]:
        """Return the number of calls by operation, answered or not."""
        with self._lock:
            return dict(self._counts)

    def latest(self) -> list[LoggedCall]:
        """Return the last 1,000 calls, oldest first."""
        with self._lock:
            return list(self._latest)

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._counts.clear()
            self._latest.clear()


def _shown(value: Any) -> Any:
    """Return names and lists of names, cut; None for anything else."""
    if isinstance(value, list):
        return [_shown(each) for each in value[:_LONGEST] if not isinstance(each, list)]
    if isinstance(value, str):
        return value[:_LONGEST]
    return value if isinstance(value, (int, float)) else None
