"""A job that runs again when `night` changes: `pulumi up -c night=$(date -I)` from a scheduler."""

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
    triggers=[config.require("night")],
    rerun_on_failure=True,
)
trained = sj.ServiceJobCompletion("trained", job=train)
pulumi.export("model", trained.model_artifacts)
