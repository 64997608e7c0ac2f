"""A queue, and a training job that is waited for, with the SDK that Pulumi makes of the schema."""

import json

import pulumi
import pulumi_sjresource as sj

config = pulumi.Config()
image = {"training_image": config.require("image"), "training_input_mode": "File"}
capacity = sj.ServiceEnvironment(
    "capacity",
    capacity_limits=[sj.CapacityLimitArgs(max_capacity=2, capacity_unit="NUM_INSTANCES")],
)
training = sj.JobQueue(
    "training",
    priority=1,
    service_environment_order=[
        {"order": 1, "service_environment": capacity.service_environment_arn}
    ],
)
train = sj.ServiceJob(
    "train",
    job_queue=training.job_queue_arn,
    retry_strategy={"attempts": 2},
    tags={"run": "7"},
    training_job=sj.TrainingJobArgs(
        role_arn=config.require("role_arn"),
        algorithm_specification=image,
        hyper_parameters={"epochs": config.get("epochs") or "10", "learning_rate": "0.5"},
        environment={"API_KEY": config.get_secret("api_key") or "none"},
        output_data_config={"s3_output_path": config.require("models")},
        resource_config=sj.TrainingResourceConfigArgs(
            instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10
        ),
        stopping_condition={"max_runtime_in_seconds": 600},
    ),
)
# In AWS's own names, for what the SDK has no type for yet.
other = sj.ServiceJob(
    "other",
    job_queue=training.job_queue_arn,
    service_request_payload=json.dumps(
        {
            "RoleArn": config.require("role_arn"),
            "AlgorithmSpecification": {
                "TrainingImage": config.require("image"),
                "TrainingInputMode": "File",
            },
            "HyperParameters": {"layers": config.get("epochs") or "10"},
            "OutputDataConfig": {"S3OutputPath": config.require("models")},
            "ResourceConfig": {
                "InstanceType": "ml.m5.large",
                "InstanceCount": 1,
                "VolumeSizeInGB": 10,
            },
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }
    ),
)
trained = sj.ServiceJobCompletion("trained", jobs=[train.job_arn, other.job_arn])
read = sj.get_service_job_output(job=trained.results[0].job)

pulumi.export("queue", training.job_queue_arn)
pulumi.export("job", train.job_arn)
pulumi.export("status", read.status)
pulumi.export("model", trained.results[0].model_artifacts)
