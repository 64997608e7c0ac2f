"""What every job of a benchmark is submitted with; needs neither Pulumi nor boto3."""

from __future__ import annotations

from typing import Any


def payload(epochs: int = 10) -> dict[str, Any]:
    """Return a CreateTrainingJob request as a sweep would have it, of a kilobyte."""
    return {
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/train:1",
            "TrainingInputMode": "File",
        },
        "HyperParameters": {
            "epochs": str(epochs),
            **{f"parameter_{number}": f"{number / 7:.6f}" for number in range(10)},
        },
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train"}
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": "s3://data/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 36_000},
    }  # fmt: skip
