"""Runs all training jobs of one emulator as processes of this machine."""

from __future__ import annotations

import shutil
import threading
import time
from typing import TYPE_CHECKING

from sjresource.emulator.executors.interface import Outcome, Progress
from sjresource.emulator.executors.process import process_group
from sjresource.emulator.executors.process.aws_clients import AwsClients
from sjresource.emulator.executors.process.container import ContainerRoot
from sjresource.emulator.executors.process.process_group import Grace
from sjresource.emulator.executors.process.run import TrainingRun
from sjresource.emulator.store.data_folder import job_folders

if TYPE_CHECKING:
    from pathlib import Path

    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.store.credentials import Credentials


class ProcessExecutor:
    """Runs each training job as a process, its files in a folder of its own under `folder`.

    One process runs, however many instances a request names. Call `end_leftovers` once before the
    first `start`.
    """

    def __init__(
        self,
        folder: Path,
        endpoint_url: str,
        credentials: Credentials,
        *,
        grace: Grace | None = None,
    ) -> None:
        self._folder = folder.resolve()
        self._aws = AwsClients(endpoint_url, credentials)
        self._grace = grace or Grace()
        self._lock = threading.Lock()
        self._runs: dict[str, TrainingRun] = {}

    def end_leftovers(self) -> list[str]:
        """End what a killed emulator left running; return the names of its training jobs."""
        folders = job_folders(self._folder)
        process_group.end_all(folders)
        for folder in folders:
            shutil.rmtree(folder)
        return [folder.name for folder in folders]

    def start(self, job: TrainingJob) -> None:
        """Start `job`; a second call with the same name changes nothing."""
        run = TrainingRun(job, ContainerRoot(self._folder / job.name), self._aws, self._grace)
        with self._lock:
            if job.name in self._runs:
                return
            self._runs[job.name] = run
        run.start()

    def poll(self, name: str) -> Progress:
        """Return the progress of `name`; a job that was not started here has Failed."""
        with self._lock:
            run = self._runs.get(name)
        if run is not None:
            return run.progress
        reason = (
            "InternalServerError: the training job is gone; the emulator was restarted meanwhile"
        )
        return Progress("Failed", outcome=Outcome("Failed", failure_reason=reason))

    def stop(self, name: str) -> None:
        """Stop `name` and all it started, by SIGTERM, and after the grace period by SIGKILL."""
        with self._lock:
            run = self._runs.get(name)
        if run is not None:
            run.stop()

    def close(self) -> None:
        """Stop every job, and block until they have ended: little more than the grace period."""
        with self._lock:
            runs = list(self._runs.values())
        for run in runs:
            run.stop(abandon=True)
        deadline = time.monotonic() + self._grace.stop + 5
        for run in runs:
            run.join(max(0, deadline - time.monotonic()))
