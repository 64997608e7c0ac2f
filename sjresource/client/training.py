"""SageMaker and CloudWatch Logs: what became of the training job that Batch started."""

from __future__ import annotations

from typing import Any

from sjresource.client.calling import call
from sjresource.errors import NotFound


class SageMakerClient:
    """SageMaker in one region: what became of the training job that Batch started."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker

    def find_training_job(self, name: str) -> dict[str, Any]:
        """Describe a training job, without what may hold secrets."""
        detail = call(
            self._sagemaker.describe_training_job,
            "reading",
            "TrainingJob",
            name,
            {"TrainingJobName": name},
        )
        for secret in ("HyperParameters", "Environment"):
            detail.pop(secret, None)
        return detail


class LogsClient:
    """CloudWatch Logs in one region: what a training job wrote."""

    def __init__(self, logs: Any) -> None:
        self._logs = logs

    def find_log_streams(self, group: str, prefix: str) -> list[str]:
        """Name the group's streams that begin with `prefix`, 50 at most; none if there are none."""
        request = {"logGroupName": group, "logStreamNamePrefix": prefix}
        try:
            answer = call(self._logs.describe_log_streams, "reading", "LogGroup", group, request)
        except NotFound:
            return []
        return [stream["logStreamName"] for stream in answer.get("logStreams", [])]

    def find_last_lines(self, group: str, stream: str, lines: int) -> list[str]:
        """Give the last lines that CloudWatch has by now: it lags seconds behind the writer."""
        request = {
            "logGroupName": group, "logStreamName": stream, "limit": lines, "startFromHead": False
        }  # fmt: skip
        answer = call(self._logs.get_log_events, "reading", "LogStream", stream, request)
        return [event["message"].rstrip("\n") for event in answer.get("events", [])]
