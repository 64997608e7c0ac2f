"""All training jobs of one emulator, as processes of this machine: the `Executor` of that name."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

from sjresource.emulator.executors.interface import Outcome, Progress
from sjresource.emulator.executors.process import training_process
from sjresource.emulator.executors.process.aws_access import AwsAccess
from sjresource.emulator.executors.process.contract import Tree
from sjresource.emulator.executors.process.training_process import Grace
from sjresource.emulator.executors.process.training_run import TrainingRun
from sjresource.emulator.store.data_folder import job_folders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.aws_access import Credentials


class ProcessExecutor:
    """Runs each training job as a process, its files in a folder of its own under `folder`.

    One process runs, however many instances a request names. Call `recover` once before the first
    `start`. `now` gives epoch seconds.
    """

    def __init__(
        self,
        folder: Path,
        endpoint_url: str,
        credentials: Credentials,
        *,
        grace: Grace | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._folder = folder.resolve()
        self._aws = AwsAccess(endpoint_url, credentials)
        self._grace = grace or Grace()
        self._now = now
        self._lock = threading.Lock()
        self._runs: dict[str, TrainingRun] = {}

    def recover(self) -> list[str]:
        """End what a killed emulator left running; give the names of its training jobs."""
        folders = job_folders(self._folder)
        training_process.end_all(folders)
        for folder in folders:
            shutil.rmtree(folder)
        return [folder.name for folder in folders]

    def start(self, job: TrainingJob) -> None:
        """Begin `job`; a second call with the same name changes nothing."""
        run = TrainingRun(job, Tree(self._folder / job.name), self._aws, self._grace, self._now)
        with self._lock:
            if job.name in self._runs:
                return
            self._runs[job.name] = run
        run.start()

    def poll(self, name: str) -> Progress:
        """Tell how `name` stands; one that was not started here has Failed."""
        with self._lock:
            run = self._runs.get(name)
        if run is not None:
            return run.progress
        reason = (
            "InternalServerError: the training job is gone; the emulator was restarted meanwhile"
        )
        return Progress("Failed", outcome=Outcome("Failed", failure_reason=reason))

    def stop(self, name: str) -> None:
        """End `name`, with all it started, by SIGTERM, and when its grace is over by SIGKILL."""
        with self._lock:
            run = self._runs.get(name)
        if run is not None:
            run.stop()

    def close(self) -> None:
        """End every job that still runs, and wait for that: a stop's grace, and little more."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.stop(abandon=True)
        deadline = time.monotonic() + self._grace.stop + 5
        for run in runs:
            run.join(max(0, deadline - time.monotonic()))
