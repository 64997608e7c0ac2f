"""SageMaker's API for the training jobs that Batch started: describe, list and stop them.

The answers come from the emulator's records. moto answers for training jobs that were created in
SageMaker directly.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.lifecycle.payload import capacity_of, training_request
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response
from sjresource.emulator.protocol.user_json import read_object

if TYPE_CHECKING:
    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.protocol.http_messages import Request
    from sjresource.emulator.store.records import TrainingJobRecord
    from sjresource.emulator.store.store import Store

_TARGET: Final = "SageMaker."
_PAGE: Final = 10
_MOST: Final = 100
_ECHOED: Final = (
    "AlgorithmSpecification", "CheckpointConfig", "DebugHookConfig",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining", "EnableNetworkIsolation", "Environment", "ExperimentConfig",
    "HyperParameters", "InputDataConfig", "OutputDataConfig", "ResourceConfig", "RetryStrategy",
    "RoleArn", "ServerlessJobConfig", "StoppingCondition", "VpcConfig",
)  # fmt: skip


class TrainingJobs:
    """SageMaker's operations on the training jobs of service jobs."""

    def __init__(self, store: Store, executor: Executor) -> None:
        self._store = store
        self._executor = executor

    def answer(self, request: Request, region: str) -> Response | None:
        """Answer Describe-, Stop- and ListTrainingJobs; None if moto has to answer."""
        operation = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        parameters = read_object(request.body)
        if operation == "ListTrainingJobs":
            return _json(self._list(region, parameters))
        if operation not in ("DescribeTrainingJob", "StopTrainingJob"):
            return None
        with self._store.transaction():
            record = self._store.training_job(region, str(parameters.get("TrainingJobName")))
            if record is None:
                return None
            if operation == "DescribeTrainingJob":
                return _json(_described(record, self._store.payload(record.job_id)))
        return self._stop(record)

    def _stop(self, record: TrainingJobRecord) -> Response:
        if record.status != "InProgress":
            raise AWSError(
                "ValidationException",
                f"The request was rejected because the training job is in status {record.status}.",
            )
        self._executor.stop(record.name)
        return _json({})

    def _list(self, region: str, parameters: dict[str, Any]) -> dict[str, Any]:
        with self._store.transaction():
            records = self._store.training_jobs(region)
        status = parameters.get("StatusEquals")
        contained = parameters.get("NameContains", "")
        chosen = [
            record
            for record in records
            if status in (None, record.status) and contained.lower() in record.name.lower()
        ]
        token = str(parameters.get("NextToken", "0"))
        start = int(token) if token.isdigit() else 0
        size = min(int(parameters.get("MaxResults", _PAGE)), _MOST)
        answer: dict[str, Any] = {
            "TrainingJobSummaries": [_summary(record) for record in chosen[start : start + size]]
        }
        if len(chosen) > start + size:
            answer["NextToken"] = str(start + size)
        return answer


def _json(answer: dict[str, Any]) -> Response:
    return Response(
        200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()
    )


def _described(record: TrainingJobRecord, payload: str) -> dict[str, Any]:
    request = training_request(payload, record.name)
    described: dict[str, Any] = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary_status,
        "FailureReason": record.failure_reason,
        **{name: request.get(name) for name in _ECHOED},
        "ResourceConfig": _resources(request, payload),
        **_times(record),
        "SecondaryStatusTransitions": _transitions(record),
        "FinalMetricDataList": [
            {"MetricName": name, "Value": value, "Timestamp": timestamp}
            for name, value, timestamp in _latest(record.metrics)
        ],
    }
    described["ModelArtifacts"] = {"S3ModelArtifacts": record.model_artifacts or ""}
    return {name: value for name, value in described.items() if value is not None}


def _resources(request: dict[str, Any], payload: str) -> Any:
    """Return the ResourceConfig with the selected instances; of preferences always the first."""
    config = request.get("ResourceConfig")
    selected = list(capacity_of(payload).items())
    if not isinstance(config, dict) or not config.get("InstancePreferences") or not selected:
        return config
    ((kind, count),) = selected
    return {**config, "SelectedInstanceType": kind, "SelectedInstanceCount": count}


def _times(record: TrainingJobRecord) -> dict[str, Any]:
    changed = record.transitions[-1][1] if record.transitions else record.created_at
    times = {
        "CreationTime": record.created_at / 1000,
        "LastModifiedTime": (record.ended_at or changed) / 1000,
        "TrainingStartTime": None if record.started_at is None else record.started_at / 1000,
        "TrainingEndTime": None if record.ended_at is None else record.ended_at / 1000,
    }
    if record.started_at is not None and record.ended_at is not None:
        seconds = (record.ended_at - record.started_at) // 1000
        times |= {
            "TrainingTimeInSeconds": max(seconds, 1),
            "BillableTimeInSeconds": max(seconds, 1),
        }
    return times


def _transitions(record: TrainingJobRecord) -> list[dict[str, Any]]:
    ends = [start for _, start in record.transitions[1:]] + [record.ended_at]
    described = []
    for (status, start), end in zip(record.transitions, ends, strict=False):
        transition = {"Status": status, "StartTime": start / 1000}
        if end is not None:
            transition["EndTime"] = end / 1000
        described.append(transition)
    return described


def _latest(metrics: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Return the last value of each metric, as SageMaker does."""
    return list({name: (name, value, timestamp) for name, value, timestamp in metrics}.values())


def _summary(record: TrainingJobRecord) -> dict[str, Any]:
    times = _times(record)
    summary = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "TrainingJobStatus": record.status,
        "SecondaryStatus": record.secondary_status,
        "CreationTime": times["CreationTime"],
        "LastModifiedTime": times["LastModifiedTime"],
        "TrainingEndTime": times["TrainingEndTime"],
    }
    return {name: value for name, value in summary.items() if value is not None}
