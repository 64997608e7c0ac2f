"""One training job from Starting to its outcome, in a thread of its own.

The order is SageMaker's: Starting, Downloading, Training, Uploading; then Completed, Failed,
Stopped or MaxRuntimeExceeded. As there, a job that was stopped or ran out of time still has its
model uploaded, if it wrote one. The job's folder is removed before its outcome is known.
"""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sjresource.emulator.executors.interface import Outcome, Progress
from sjresource.emulator.executors.process import (
    artifacts,
    container,
    process_group,
    untrusted_files,
)
from sjresource.emulator.executors.process.container import CannotRunError
from sjresource.emulator.executors.process.log_stream import LogStream, follow_output
from sjresource.emulator.executors.process.metrics import MetricScanner
from sjresource.emulator.executors.process.preparation import prepare
from sjresource.emulator.executors.process.process_group import Ending

if TYPE_CHECKING:
    from sjresource.emulator.executors.interface import TrainingJob
    from sjresource.emulator.executors.process.aws_clients import AwsClients
    from sjresource.emulator.executors.process.container import ContainerRoot
    from sjresource.emulator.executors.process.process_group import Grace

_OUTPUT_SECONDS: Final = 10
"""How long, once a process has ended, to wait for the last of its output to be written."""

_FAILURE_BYTES: Final = 4096
"""Read of the failure file; SageMaker takes 1024 characters."""

_LOG: Final = logging.getLogger(__name__)


class TrainingRun:
    """Runs `job` below `root`; safe to use from several threads."""

    def __init__(
        self,
        job: TrainingJob,
        root: ContainerRoot,
        aws: AwsClients,
        grace: Grace,
    ) -> None:
        self._job = job
        self._root = root
        self._aws = aws
        self._grace = grace
        self._progress = Progress("Starting")
        self._metrics = MetricScanner(())
        self._stop = threading.Event()
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name=job.name, daemon=True)

    @property
    def progress(self) -> Progress:
        """The job's secondary status, metrics and outcome now."""
        progress = replace(self._progress, metrics=self._metrics.latest)
        stopping = progress.outcome is None and self._stop.is_set()
        return replace(progress, secondary_status="Stopping") if stopping else progress

    def start(self) -> None:
        """Start the job; returns at once."""
        self._thread.start()

    def stop(self, *, abandon: bool = False) -> None:
        """Let the job end soon; returns at once. Nothing is uploaded of an abandoned one."""
        self._abandoned = abandon
        self._stop.set()

    def join(self, seconds: float) -> None:
        """Block until the job has its outcome, for at most `seconds`."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            ended = self._train_as_requested()
        except CannotRunError as error:
            ended = _failed(str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it must get an outcome
            _LOG.exception("running TrainingJob (%s): an unexpected error", self._job.name)
            ended = _failed(f"InternalServerError: {type(error).__name__}: {error}"[:1024])
        process_group.end_all([self._root.path])
        shutil.rmtree(self._root.path, ignore_errors=True)
        self._progress = ended

    def _train_as_requested(self) -> Progress:
        request = self._job.request
        container.check(request)
        self._metrics = MetricScanner(
            request["AlgorithmSpecification"].get("MetricDefinitions", ())
        )
        variables = prepare(self._job, self._root, self._aws.variables(self._job.region))
        self._progress = Progress("Downloading")
        s3 = self._aws.s3(self._job.region)
        artifacts.download_inputs(s3, request, self._root, lambda: not self._stop.is_set())
        if self._stop.is_set():
            return Progress("Stopped", outcome=Outcome("Stopped"))
        self._progress = Progress("Training")
        ending, exit_code = self._train(variables)
        if self._abandoned:
            return Progress("Stopped", outcome=Outcome("Stopped", exit_code))
        self._progress = Progress("Uploading")
        return self._upload(ending, exit_code)

    def _train(self, variables: dict[str, str]) -> tuple[Ending, int]:
        job = self._job
        stream = LogStream(
            self._aws.logs(job.region), f"{job.name}/{container.HOST}-{int(time.time())}", time.time
        )
        stream.create()
        with process_group.start(
            container.command(job.request, self._root), variables, self._root.path
        ) as process:
            assert process.stdout is not None  # noqa: S101 - for mypy: it was started with a pipe
            finished = threading.Event()

            def on_line(line: str) -> None:
                stream.add(line)
                self._metrics.scan(line, time.time())

            for note in self._metrics.notes:
                stream.add(note)
            reader = threading.Thread(
                target=follow_output,  # with a descriptor of its own: it may go on for longer
                args=(os.dup(process.stdout.fileno()), on_line, stream.flush, finished),
                daemon=True,
            )
            reader.start()
            seconds = container.max_runtime_seconds(job.request)
            ending = process_group.wait(process, self._stop, seconds, self._grace)
            process_group.end_all([self._root.path])
            finished.set()
            reader.join(_OUTPUT_SECONDS)
        return ending, process_group.exit_code(process)

    def _upload(self, ending: Ending, exit_code: int) -> Progress:
        job, root, s3 = self._job, self._root, self._aws.s3(self._job.region)
        failed = ending is Ending.EXITED and exit_code != 0
        with suppress(CannotRunError) if failed else nullcontext():  # the first failure counts
            artifacts.upload_checkpoints(s3, job.request, root)
            artifacts.upload_output(s3, job, root)
        if failed:
            failure = untrusted_files.beginning(root.failure, root.path, _FAILURE_BYTES)
            return _failed(container.failure_reason(exit_code, failure), exit_code)
        if ending is Ending.EXITED:
            model = artifacts.upload_model(s3, job, root)
            return Progress("Completed", outcome=Outcome("Completed", exit_code, None, model))
        untrusted_files.require_folder(root.model, root.path, "the model folder")
        unfinished = artifacts.upload_model(s3, job, root) if any(root.model.iterdir()) else None
        status = "MaxRuntimeExceeded" if ending is Ending.TIMED_OUT else "Stopped"
        return Progress(status, outcome=Outcome("Stopped", exit_code, None, unfinished))


def _failed(reason: str, exit_code: int | None = None) -> Progress:
    return Progress("Failed", outcome=Outcome("Failed", exit_code, reason))
