"""An executor that only pretends: it plays scripts on the emulator's clock.

Each poll computes where the script stands from the time alone; no thread, no process. What it was
playing is forgotten in a restart: such a job has Failed, as with any executor.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from sjresource.emulator.executors.interface import PENDING_TOO_LONG, Metric, Outcome, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.emulator.clock import Clock
    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.scripts import Script


_REMEMBERED: Final = 1000
_SOON: Final = 0.001
_LOST: Final = Progress(
    "Failed",
    outcome=Outcome(
        "Failed",
        failure_reason="InternalServerError: the training job was lost in a restart of the "
        "emulator",
    ),
)


@dataclass(frozen=True)
class _Play:
    job: TrainingJob
    script: Script
    started_at: float
    stopped_at: float | None = None


class SimulatedExecutor:
    """Plays the script that `script_of` gives for each training job."""

    def __init__(self, clock: Clock, script_of: Callable[[TrainingJob], Script]) -> None:
        self._clock = clock
        self._script_of = script_of
        self._plays: dict[str, _Play] = {}
        self._changes: dict[str, float] = {}
        self._ended: dict[str, Progress] = {}
        self._lock = threading.Lock()

    def start(self, job: TrainingJob) -> None:
        """Begin `job` now."""
        script = self._script_of(job)  # which may wait for a lock whose holder polls us
        with self._lock:
            if job.name not in self._plays and job.name not in self._ended:
                play = self._plays[job.name] = _Play(job, script, self._clock.now())
                self._changes[job.name] = _moments(play)[0]

    def poll(self, name: str) -> Progress:
        """Tell where the script of `name` stands; the last outcomes are remembered, not all."""
        with self._lock:
            play = self._plays.get(name)
            if play is None:
                return self._ended.get(name, _LOST)
            now = self._clock.now()
            progress = _progress(play, now)
            if progress.outcome is None:
                self._changes[name] = min(moment for moment in _moments(play) if moment > now)
            else:
                del self._plays[name]
                self._changes.pop(name, None)
                self._ended[name] = progress
                while len(self._ended) > _REMEMBERED:
                    self._ended.pop(next(iter(self._ended)))
        return progress

    def stop(self, name: str) -> None:
        """End `name`, which takes its script's `stopping` seconds."""
        with self._lock:
            play = self._plays.get(name)
            if play is not None and play.stopped_at is None:
                now = self._clock.now()
                self._plays[name] = replace(play, stopped_at=now)
                self._changes[name] = now

    def next_change(self) -> float | None:
        """Tell when some job's progress changes next, in epoch seconds; soon if it has already."""
        now = self._clock.now()
        with self._lock:
            first = min(self._changes.values(), default=None)
        return now + _SOON if first is not None and first <= now else first

    def changed(self) -> list[str]:
        """Name the jobs whose progress has changed since they were polled, or named here."""
        now = self._clock.now()
        with self._lock:
            names = [name for name, moment in self._changes.items() if moment <= now]
            for name in names:
                del self._changes[name]
        return names

    def close(self) -> None:
        """Nothing runs that would have to end."""


def _longest_pending(play: _Play) -> float | None:
    """Return after how many seconds Pending the job is stopped, None if it gets instances before.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    condition = play.job.request.get("StoppingCondition")
    limit = condition.get("MaxPendingTimeInSeconds") if isinstance(condition, dict) else None
    return limit if isinstance(limit, int) and 0 <= limit < play.script.scheduled else None


def _phases(play: _Play) -> list[tuple[str, float]]:
    script = play.script
    if (limit := _longest_pending(play)) is not None:
        return [("Pending", limit)]
    if script.capacity_errors:
        return [("Pending", script.scheduled)]
    run = [("Downloading", script.starting), ("Training", script.running)]
    interrupted = [
        ("Interrupted", 0.0),
        ("Starting", script.starting),
        ("Training", script.running),
    ]
    return [("Pending", script.scheduled), *run, *interrupted * script.interruptions,
            ("Uploading", script.uploading)]  # fmt: skip


def _moments(play: _Play) -> list[float]:
    if play.stopped_at is not None:
        return [play.stopped_at + play.script.stopping]
    moments, moment = [], play.started_at
    for _, duration in _phases(play):
        moment += duration
        moments.append(moment)
    return moments


def _progress(play: _Play, now: float) -> Progress:
    if play.stopped_at is not None:
        if now < play.stopped_at + play.script.stopping:
            return Progress("Stopping")
        return Progress("Stopped", outcome=Outcome("Stopped"))
    phases = _phases(play)
    for (name, _), end in zip(phases, _moments(play), strict=True):
        if now < end:
            return Progress(name)
    return _ended(play, now)


def _ended(play: _Play, now: float) -> Progress:
    script = play.script
    if _longest_pending(play) is not None:
        return Progress(PENDING_TOO_LONG, outcome=Outcome("Stopped"))
    if script.capacity_errors:
        reason = "CapacityError: Unable to provision requested ML compute capacity"
        return Progress("Failed", outcome=Outcome("Failed", failure_reason=reason))
    metrics = tuple(Metric(name, value, now) for name, value in script.metrics.items())
    return Progress(script.outcome, metrics, _outcome(play))


def _outcome(play: _Play) -> Outcome:
    script = play.script
    if script.outcome == "Completed":
        path = str(play.job.request.get("OutputDataConfig", {}).get("S3OutputPath", "")).rstrip("/")
        return Outcome(
            "Completed", script.exit_code or 0, None, f"{path}/{play.job.name}/output/model.tar.gz"
        )
    if script.outcome == "Stopped":
        return Outcome("Stopped", script.exit_code)
    code = 1 if script.exit_code is None else script.exit_code
    reason = script.failure_reason or f"AlgorithmError: , exit code: {code}"
    return Outcome("Failed", code, reason)
