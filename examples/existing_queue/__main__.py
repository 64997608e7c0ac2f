"""A job in a queue that somebody else manages, by its name or ARN."""

import pulumi

import sjresource as sj

config = pulumi.Config()
train = sj.ServiceJob(
    "train",
    job_queue=config.require("queue"),
    service_request_payload={
        "RoleArn": config.require("role_arn"),
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
        },
        "OutputDataConfig": {"S3OutputPath": config.require("models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    },
)
trained = sj.ServiceJobCompletion("trained", job=train, timeout_seconds=6 * 3600)
pulumi.export("model", trained.model_artifacts)
