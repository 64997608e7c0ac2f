"""A right training job, and ways to spoil it."""

from __future__ import annotations

import copy
from typing import Any

IDENTITY = "acme/urn:pulumi:prod::vision::t::train"
ROLE = "arn:aws:iam::123456789012:role/training"
REMOVED = object()
"""As a change: leave the member out."""

PAYLOAD: dict[str, Any] = {
    "RoleArn": ROLE,
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"epochs": "3"},
    "InputDataConfig": [
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}
            },
        }
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1.0, "VolumeSizeInGB": 1.0},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600.0},
}

JOB: dict[str, Any] = {
    "identity": IDENTITY,
    "job_name": "train",
    "job_queue": "training",
    "service_job_type": "SAGEMAKER_TRAINING",
    "service_request_payload": PAYLOAD,
}


def with_payload(**changes: Any) -> dict[str, Any]:
    """Return the job with another payload: keys are paths with `__` for each dot."""
    return {**JOB, "service_request_payload": changed(PAYLOAD, changes)}


def changed(value: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with what stands at each path replaced, or REMOVED."""
    whole = copy.deepcopy(value)
    for path, new in changes.items():
        *way, last = path.split("__")
        inner: Any = whole
        for step in way:
            inner = inner[int(step)] if step.isdigit() else inner.setdefault(step, {})
        if new is REMOVED:
            del inner[last]
        elif isinstance(inner, list):
            inner[int(last)] = new
        else:
            inner[last] = new
    return whole
