"""Another stack uses the model: it reads the output `model` of the stack that trained it."""

from typing import Any

import pulumi

import sjresource as sj

config = pulumi.Config()
model = pulumi.StackReference(config.require("trained_in")).require_output("model")


def payload(**more: Any) -> dict[str, Any]:
    """Return the CreateTrainingJob request, with what is `more` in it."""
    return {
        "RoleArn": config.require("role_arn"),
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": config.require("models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        **more,
    }


evaluate = sj.ServiceJob(
    "evaluate",
    job_queue=config.require("queue"),
    service_request_payload=payload(
        InputDataConfig=[
            {
                "ChannelName": "model",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": model}},
            }
        ]
    ),
)
pulumi.export("evaluation", evaluate.job_arn)
pulumi.export("model", model)
