"""Two stages: the second goes on from the model of the first."""

from typing import Any

import pulumi

import sjresource as sj

config = pulumi.Config()


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


def channel(name: str, uri: pulumi.Input[str]) -> dict[str, Any]:
    """Return what the container sees as /opt/ml/input/data/<name>."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


queue = config.require("queue")
pretrain = sj.ServiceJob("pretrain", job_queue=queue, service_request_payload=payload())
pretrained = sj.ServiceJobCompletion("pretrained", job=pretrain)
finetune = sj.ServiceJob(
    "finetune",
    job_queue=queue,
    service_request_payload=payload(
        InputDataConfig=[channel("model", pretrained.model_artifacts.apply(str))]
    ),
)
finetuned = sj.ServiceJobCompletion("finetuned", job=finetune)
pulumi.export("pretrained", pretrained.model_artifacts)
pulumi.export("model", finetuned.model_artifacts)
