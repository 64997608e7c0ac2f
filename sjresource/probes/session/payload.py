"""Training requests: those that can't train, and those that may, for a minute.

What is free has three locks, each of which is enough: its environment is DISABLED, its job needs
more instances than there are, and its request lacks OutputDataConfig, without which SageMaker
creates no training job
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

INSTANCE_TYPE: Final = "ml.m5.large"
"""The smallest that every region has."""

DOLLARS_PER_HOUR: Final = 0.15
"""What an instance costs at most, of that type, in any region."""

LONGEST_TRAINING: Final = 300
"""Seconds after which SageMaker ends a paid training job."""

ROOM: Final = 1
"""Instances of an environment."""


@dataclass(frozen=True)
class Training:
    """What paid probes train with: an image, a role, and where the model goes."""

    image: str
    role: str
    output: str


def idle_payload(role: str, instances: int = ROOM + 1, **more: Any) -> str:
    """Return a request that no environment of ours has room for, and SageMaker refuses."""
    request = {
        "RoleArn": role,
        "AlgorithmSpecification": {"TrainingImage": "none", "TrainingInputMode": "File"},
        "ResourceConfig": _resources(instances),
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **more,
    }
    return json.dumps({name: value for name, value in request.items() if value is not None})


def padded_payload(role: str, length: int, letters_of_two_bytes: int = 0) -> str:
    """Return an idle request of `length` characters, filled up in a hyperparameter.

    botocore sends a letter of two bytes as six: of them alone, a request would be too large.
    """
    bare = idle_payload(role, HyperParameters={"filler": ""})
    filled = json.loads(bare)
    wide = "\u00e9" * letters_of_two_bytes
    filled["HyperParameters"]["filler"] = wide + "x" * (length - len(bare) - len(wide))
    return json.dumps(filled, ensure_ascii=False)


def training_payload(training: Training, seconds: int, *, exit_code: int = 0) -> str:
    """Return a request that trains for some seconds on one instance."""
    command = f"mkdir -p /opt/ml/model; sleep {seconds}; exit {exit_code}"
    request = {
        "RoleArn": training.role,
        "AlgorithmSpecification": {
            "TrainingImage": training.image,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["/bin/sh", "-c"],
            "ContainerArguments": [command],
        },
        "OutputDataConfig": {"S3OutputPath": training.output},
        "ResourceConfig": _resources(1),
        "StoppingCondition": {"MaxRuntimeInSeconds": LONGEST_TRAINING},
    }
    return json.dumps(request)


def _resources(instances: int) -> dict[str, Any]:
    return {"InstanceType": INSTANCE_TYPE, "InstanceCount": instances, "VolumeSizeInGB": 1}
