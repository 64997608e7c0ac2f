"""SageMaker's API for the training jobs that Batch started: describe, list and stop them.

The answers come from the emulator's records. moto answers for training jobs that were created in
SageMaker directly.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.lifecycle.payload import capacity_of, read_request, training_request
from sjresource.emulator.lifecycle.training_rules import config_of
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Response
from sjresource.emulator.protocol.sagemaker_model import (
    request_shape,
    require_valid,
    response_shape,
)
from sjresource.emulator.protocol.user_json import read_object
from sjresource.emulator.services.training_list import Listed, list_training_jobs

if TYPE_CHECKING:
    from sjresource.emulator.executors.interface import Executor
    from sjresource.emulator.lifecycle.lifecycle import Lifecycle
    from sjresource.emulator.protocol.http_messages import Request
    from sjresource.emulator.store.records import TrainingJobRecord
    from sjresource.emulator.store.store import Store

_TARGET: Final = "SageMaker."
_OPERATIONS: Final = ("DescribeTrainingJob", "StopTrainingJob", "ListTrainingJobs", "ListTags")
_NOT_ECHOED: Final = ("TrainingJobName", "ResourceConfig")
_DEFAULT_CONDITION: Final = {"MaxRuntimeInSeconds": 86400}
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html"""


class TrainingJobs:
    """SageMaker's operations on the training jobs of service jobs."""

    def __init__(self, store: Store, executor: Executor, lifecycle: Lifecycle) -> None:
        self._store = store
        self._executor = executor
        self._lifecycle = lifecycle

    def answer(self, request: Request, region: str) -> Response | None:
        """Describe, stop and list training jobs, and list their tags; None if moto has to answer.

        Raises:
            AWSError: the request does not fit to SageMaker's model, or the job can't be stopped.
        """
        operation = request.headers.get("x-amz-target", "").removeprefix(_TARGET)
        if operation not in _OPERATIONS:
            return None
        parameters = read_object(request.body)
        require_valid(operation, parameters)
        with self._store.transaction():
            if operation == "ListTrainingJobs":
                listed = [self._listed(record) for record in self._store.training_jobs(region)]
                return _json(list_training_jobs(listed, parameters))
            name = parameters.get("TrainingJobName") or _named_in(parameters["ResourceArn"])
            record = self._store.training_job(region, name)
            payload = None if record is None else self._store.payload(record.job_id)
        if record is None or payload is None:
            if operation == "StopTrainingJob":
                raise AWSError("ValidationException", "Requested resource not found.")
            return None
        if operation == "StopTrainingJob":
            return self._stop(record)
        if operation == "ListTags":
            return _json({"Tags": (read_request(payload) or {}).get("Tags") or []})
        return _json(_described(record, payload))

    def _listed(self, record: TrainingJobRecord) -> Listed:
        request = read_request(self._store.payload(record.job_id)) or {}
        return Listed(record, _times(record), config_of(request).get("TrainingPlanArn"))

    def _stop(self, record: TrainingJobRecord) -> Response:
        if record.status != "InProgress":
            raise AWSError(
                "ValidationException",
                f"The request was rejected because the training job is in status {record.status}.",
            )
        self._executor.stop(record.name)
        self._lifecycle.wake()  # its executor need not be one that is polled
        return _json({})


def _json(answer: dict[str, Any]) -> Response:
    return Response(
        200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()
    )


def _described(record: TrainingJobRecord, payload: str) -> dict[str, Any]:
    request = training_request(payload, record.name)
    described: dict[str, Any] = {
        "TrainingJobName": record.name,
        "TrainingJobArn": record.arn,
        "TrainingJobStatus": record.shown_status,
        "SecondaryStatus": record.secondary_status,
        "FailureReason": record.failure_reason,
        **{name: request.get(name) for name in _echoed()},
        "StoppingCondition": request.get("StoppingCondition") or _DEFAULT_CONDITION,
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


@functools.cache
def _echoed() -> tuple[str, ...]:
    """Return the members of a request that are described as they were given."""
    described = response_shape("DescribeTrainingJob").members
    requested = request_shape("CreateTrainingJob").members
    return tuple(name for name in requested if name in described and name not in _NOT_ECHOED)


def _named_in(arn: str) -> str:
    """Return the name in a training job's ARN; "" in that of anything else."""
    return arn.rpartition(":training-job/")[2] if ":training-job/" in arn else ""


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
