"""A training job that AWS Batch queues, declared beside its queue: `make up` runs it locally."""

import hashlib
from pathlib import Path

import pulumi

import sjresource as sj
from training_home import training_home

config = pulumi.Config()
home = training_home(config)  # a bucket and a role: this machine's, or made by pulumi-aws

capacity = sj.ServiceEnvironment(
    "instances",
    capacity_limits=[
        {"max_capacity": config.require_int("instances"), "capacity_unit": "NUM_INSTANCES"}
    ],
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
    service_request_payload={  # CreateTrainingJob's own request, in AWS's own names
        "RoleArn": home.role_arn,
        "AlgorithmSpecification": {
            "TrainingImage": config.require("image"),
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
            "MetricDefinitions": [{"Name": "accuracy", "Regex": "accuracy=([0-9.]+)"}],
        },
        "HyperParameters": {
            "epochs": config.require("epochs"),
            "learning_rate": config.require("learning_rate"),
        },
        "InputDataConfig": [home.channel("code", "code/"), home.channel("training", "data/")],
        "OutputDataConfig": {"S3OutputPath": pulumi.Output.concat("s3://", home.bucket, "/models")},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    },
    retry_strategy={"attempts": 2},
    triggers=[hashlib.sha256(Path("examples/train.py").read_bytes()).hexdigest()],
)
trained = sj.ServiceJobCompletion("trained", job=train)

pulumi.export("job", train.job_arn)
pulumi.export("status", trained.status)
pulumi.export("model", trained.model_artifacts)
pulumi.export("accuracy", trained.final_metrics["accuracy"])
pulumi.export("look", "sjresource status, sjresource why train, sjresource logs train")
