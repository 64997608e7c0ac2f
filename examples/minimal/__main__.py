"""The least that trains: an environment, a queue, a job."""

import pulumi

import sjresource as sj

config = pulumi.Config()
capacity = sj.ServiceEnvironment(
    "capacity", capacity_limits=[{"max_capacity": 1, "capacity_unit": "NUM_INSTANCES"}]
)
queue = sj.JobQueue(
    "training",
    priority=1,
    service_environment_order=[
        {"order": 1, "service_environment": capacity.service_environment_arn}
    ],
)
train = sj.ServiceJob(
    "train",
    job_queue=queue.job_queue_arn,
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
pulumi.export("queue", queue.job_queue_arn)
pulumi.export("job", train.job_arn)
