"""Takes over a job that was submitted by hand: from now on the stack owns it."""

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
    adopt_job_id=config.require("job_id"),
)
pulumi.export("status", train.status)
