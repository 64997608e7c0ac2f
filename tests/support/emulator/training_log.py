"""CloudWatch streams as SageMaker's instances write them: to the emulator, over HTTP."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from emulator_requests import client

if TYPE_CHECKING:
    from emulator_process import EmulatorProcess

    from sjresource.emulator import Emulator

GROUP = "/aws/sagemaker/TrainingJobs"


class TrainingLog:
    """Writes the lines of training jobs; moto keeps them for the whole process, by name."""

    def __init__(self, emulator: Emulator | EmulatorProcess) -> None:
        self._logs = client(emulator, "logs")
        self._streams: set[str] = set()
        with contextlib.suppress(self._logs.exceptions.ResourceAlreadyExistsException):
            self._logs.create_log_group(logGroupName=GROUP)

    def write(self, training_job: str, *lines: str, at: float, instance: int = 1) -> None:
        """Let an instance print lines, all within one millisecond; `at` is in seconds."""
        stream = f"{training_job}/algo-{instance}-1700000000"
        if stream not in self._streams:
            self._streams.add(stream)
            self._logs.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events: list[Any] = [{"timestamp": round(at * 1000), "message": line} for line in lines]
        self._logs.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)
