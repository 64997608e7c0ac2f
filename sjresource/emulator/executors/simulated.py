"""An executor that only pretends: it follows scripts on the emulator's clock.

Each poll computes the progress from the time alone, without a thread or a process. A restart
forgets the jobs; they have Failed then, as with any executor.
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
class _ScriptedJob:
    job: TrainingJob
    script: Script
    started_at: float
    stopped_at: float | None = None


class SimulatedExecutor:
    """Follows the script that `script_of` returns for each training job."""

    def __init__(self, clock: Clock, script_of: Callable[[TrainingJob], Script]) -> None:
        self._clock = clock
        self._script_of = script_of
        self._running: dict[str, _ScriptedJob] = {}
        self._changes: dict[str, float] = {}
        self._ended: dict[str, Progress] = {}
        self._lock = threading.Lock()

    def start(self, job: TrainingJob) -> None:
        """Start `job` now."""
        script = self._script_of(job)  # which may wait for a lock whose holder polls us
        with self._lock:
            if job.name not in self._running and job.name not in self._ended:
                scripted = self._running[job.name] = _ScriptedJob(job, script, self._clock.now())
                self._changes[job.name] = _phase_ends(scripted)[0]

    def poll(self, name: str) -> Progress:
        """Return the progress of `name`; of ended jobs the last 1,000 are remembered."""
        with self._lock:
            scripted = self._running.get(name)
            if scripted is None:
                return self._ended.get(name, _LOST)
            now = self._clock.now()
            progress = _progress(scripted, now)
            if progress.outcome is None:
                self._changes[name] = min(end for end in _phase_ends(scripted) if end > now)
            else:
                del self._running[name]
                self._changes.pop(name, None)
                self._ended[name] = progress
                while len(self._ended) > _REMEMBERED:
                    self._ended.pop(next(iter(self._ended)))
        return progress

    def stop(self, name: str) -> None:
        """Stop `name`, which takes its script's `stopping` seconds."""
        with self._lock:
            scripted = self._running.get(name)
            if scripted is not None and scripted.stopped_at is None:
                now = self._clock.now()
                self._running[name] = replace(scripted, stopped_at=now)
                self._changes[name] = now

    def next_change(self) -> float | None:
        """Return when a job's progress changes next, in epoch seconds; soon if it has already."""
        now = self._clock.now()
        with self._lock:
            first = min(self._changes.values(), default=None)
        return now + _SOON if first is not None and first <= now else first

    def changed(self) -> list[str]:
        """Return the jobs whose progress changed since they were polled, or returned here."""
        now = self._clock.now()
        with self._lock:
            names = [name for name, at in self._changes.items() if at <= now]
            for name in names:
                del self._changes[name]
        return names

    def close(self) -> None:
        """Do nothing: nothing runs."""


def _longest_pending(scripted: _ScriptedJob) -> float | None:
    """Return after how many seconds Pending the job is stopped; None if it gets instances before.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    """
    condition = scripted.job.request.get("StoppingCondition")
    limit = condition.get("MaxPendingTimeInSeconds") if isinstance(condition, dict) else None
    return limit if isinstance(limit, int) and 0 <= limit < scripted.script.scheduled else None


def _phases(scripted: _ScriptedJob) -> list[tuple[str, float]]:
    script = scripted.script
    if (limit := _longest_pending(scripted)) is not None:
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


def _phase_ends(scripted: _ScriptedJob) -> list[float]:
    if scripted.stopped_at is not None:
        return [scripted.stopped_at + scripted.script.stopping]
    ends, end = [], scripted.started_at
    for _, duration in _phases(scripted):
        end += duration
        ends.append(end)
    return ends


def _progress(scripted: _ScriptedJob, now: float) -> Progress:
    if scripted.stopped_at is not None:
        if now < scripted.stopped_at + scripted.script.stopping:
            return Progress("Stopping")
        return Progress("Stopped", outcome=Outcome("Stopped"))
    phases = _phases(scripted)
    for (name, _), end in zip(phases, _phase_ends(scripted), strict=True):
        if now < end:
            return Progress(name)
    return _end_progress(scripted, now)


def _end_progress(scripted: _ScriptedJob, now: float) -> Progress:
    script = scripted.script
    if _longest_pending(scripted) is not None:
        return Progress(PENDING_TOO_LONG, outcome=Outcome("Stopped"))
    if script.capacity_errors:
        reason = "CapacityError: Unable to provision requested ML compute capacity"
        return Progress("Failed", outcome=Outcome("Failed", failure_reason=reason))
    metrics = tuple(Metric(name, value, now) for name, value in script.metrics.items())
    return Progress(script.outcome, metrics, _outcome(scripted))


def _outcome(scripted: _ScriptedJob) -> Outcome:
    script = scripted.script
    if script.outcome == "Completed":
        path = str(scripted.job.request.get("OutputDataConfig", {}).get("S3OutputPath", "")).rstrip(
            "/"
        )
        return Outcome(
            "Completed",
            script.exit_code or 0,
            None,
            f"{path}/{scripted.job.name}/output/model.tar.gz",
        )
    if script.outcome == "Stopped":
        return Outcome("Stopped", script.exit_code)
    code = 1 if script.exit_code is None else script.exit_code
    reason = script.failure_reason or f"AlgorithmError: , exit code: {code}"
    return Outcome("Failed", code, reason)
