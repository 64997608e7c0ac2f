"""Jobs that AWS takes, in the forms that its documents and the SageMaker SDK give them."""

from __future__ import annotations

import json
from typing import Any

from training_requests import IDENTITY, ROLE

IMAGE = "763104351884.dkr.ecr.us-west-2.amazonaws.com/pytorch-training:2.5-gpu-py311"
BUCKET = "s3://amzn-s3-demo-bucket"


def s3_channel(name: str, prefix: str, **members: Any) -> dict[str, Any]:
    """Write a channel of everything under a prefix."""
    source = {
        "S3DataType": "S3Prefix",
        "S3Uri": f"{BUCKET}/{prefix}",
        "S3DataDistributionType": "FullyReplicated",
    }
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}, **members}


def payload(**members: Any) -> dict[str, Any]:
    """Write a request with what every one has."""
    return {
        "TrainingJobName": "my-training-job",
        "RoleArn": ROLE,
        "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": IMAGE},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 30,
        },
        "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/output"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **members,
    }


def job(request: Any, **arguments: Any) -> dict[str, Any]:
    """Put a payload into a job."""
    return {
        "identity": IDENTITY,
        "job_name": "my-batch-sm-job",
        "job_queue": "my-sm-training-fifo-jq",
        "service_job_type": "SAGEMAKER_TRAINING",
        "service_request_payload": request,
        **arguments,
    }


HELLO = payload(
    AlgorithmSpecification={
        "TrainingInputMode": "File",
        "TrainingImage": IMAGE,
        "ContainerEntrypoint": ["echo", "hello world"],
    },
    ResourceConfig={"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 30},
)
MODEL_TRAINER = payload(
    AlgorithmSpecification={
        "TrainingInputMode": "File",
        "TrainingImage": IMAGE,
        "ContainerEntrypoint": ["/bin/bash"],
        "ContainerArguments": [
            "-c",
            "cd /opt/ml/input/data/sm_drivers && chmod +x sm_train.sh && ./sm_train.sh",
        ],
    },
    InputDataConfig=[
        s3_channel("train", "data", ContentType="text/csv", CompressionType="None"),
        s3_channel("code", "my-training-job/input/code", InputMode="File"),
        s3_channel("sm_drivers", "my-training-job/input/sm_drivers", InputMode="File"),
    ],
    HyperParameters={"epochs": "3", "model": '"resnet50"', "layers": "[64, 128]"},
    Environment={"SAGEMAKER_PROGRAM": "train.py", "EMPTY": "", "TEXT": "two\nlines"},
    Tags=[{"Key": "project", "Value": "vision"}, {"Key": "größe", "Value": "10"}],
    EnableNetworkIsolation=False,
    EnableInterContainerTrafficEncryption=False,
)
GROUPS = [
    {"InstanceGroupName": "gpus", "InstanceType": "ml.p4d.24xlarge", "InstanceCount": 1},
    {"InstanceGroupName": "cpus", "InstanceType": "ml.c5n.18xlarge", "InstanceCount": 2},
]
HETEROGENEOUS = payload(
    ResourceConfig={"InstanceGroups": GROUPS, "VolumeSizeInGB": 100},
    InputDataConfig=[
        {
            "ChannelName": "train",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "S3Prefix",
                    "S3Uri": f"{BUCKET}/data",
                    "InstanceGroupNames": ["cpus"],
                }
            },
        }
    ],
)
SPOT = payload(
    EnableManagedSpotTraining=True,
    CheckpointConfig={"S3Uri": f"{BUCKET}/checkpoints", "LocalPath": "/opt/ml/checkpoints"},
    StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 3600},
    RetryStrategy={"MaximumRetryAttempts": 2},
)
FILE_SYSTEM = payload(
    InputDataConfig=[
        {
            "ChannelName": "lustre",
            "DataSource": {
                "FileSystemDataSource": {
                    "FileSystemId": "fs-0123456789abcdef0",
                    "FileSystemAccessMode": "ro",
                    "FileSystemType": "FSxLustre",
                    "DirectoryPath": "/fsx/data",
                }
            },
        }
    ],
    VpcConfig={"SecurityGroupIds": ["sg-0123456789"], "Subnets": ["subnet-0123456789"]},
)
AUGMENTED = payload(
    AlgorithmSpecification={"TrainingInputMode": "Pipe", "TrainingImage": IMAGE},
    InputDataConfig=[
        {
            "ChannelName": "train",
            "RecordWrapperType": "RecordIO",
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": "AugmentedManifestFile",
                    "S3Uri": f"{BUCKET}/train.manifest",
                    "AttributeNames": ["source-ref", "label"],
                }
            },
        }
    ],
)
BUILT_IN = payload(
    AlgorithmSpecification={
        "TrainingInputMode": "File",
        "AlgorithmName": "arn:aws:sagemaker:us-west-2:123456789012:algorithm/my-algorithm",
        "MetricDefinitions": [{"Name": "validation:rmse", "Regex": ".*rmse:([0-9\\.]+).*"}],
    },
    HyperParameters={"max_depth": "5", "eta": "0.2", "num_round": "50"},
    OutputDataConfig={
        "S3OutputPath": f"{BUCKET}/output",
        "KmsKeyId": "arn:aws:kms:us-west-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
        "CompressionType": "NONE",
    },
)
WATCHED = payload(
    DebugHookConfig={"S3OutputPath": f"{BUCKET}/tensors"},
    DebugRuleConfigurations=[
        {
            "RuleConfigurationName": "LossNotDecreasing",
            "RuleEvaluatorImage": "895741380848.dkr.ecr.us-west-2.amazonaws.com/rules:latest",
            "RuleParameters": {"rule_to_invoke": "LossNotDecreasing"},
        }
    ],
    ProfilerConfig={
        "S3OutputPath": f"{BUCKET}/profiler",
        "ProfilingIntervalInMilliseconds": 500,
    },
    TensorBoardOutputConfig={"S3OutputPath": f"{BUCKET}/tensorboard"},
    ExperimentConfig={"ExperimentName": "experiment", "RunName": "run-1"},
    RemoteDebugConfig={"EnableRemoteDebug": True},
    InfraCheckConfig={"EnableInfraCheck": True},
)
WARM = payload(
    ResourceConfig={
        "InstanceType": "ml.p5.48xlarge",
        "InstanceCount": 4,
        "KeepAlivePeriodInSeconds": 1800,
        "TrainingPlanArn": "arn:aws:sagemaker:us-west-2:123456789012:training-plan/plan",
    },
    StoppingCondition={"MaxRuntimeInSeconds": 28 * 86400, "MaxPendingTimeInSeconds": 7200},
)
PRIVATE_IMAGE = payload(
    AlgorithmSpecification={
        "TrainingInputMode": "FastFile",
        "TrainingImage": "registry.example.com/team/image:1",
        "TrainingImageConfig": {
            "TrainingRepositoryAccessMode": "Vpc",
            "TrainingRepositoryAuthConfig": {
                "TrainingRepositoryCredentialsProviderArn": (
                    "arn:aws:lambda:us-west-2:123456789012:function:credentials"
                )
            },
        },
    },
    VpcConfig={"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]},
)
SERVERLESS = {
    "RoleArn": ROLE,
    "OutputDataConfig": {"S3OutputPath": f"{BUCKET}/output"},
    "ServerlessJobConfig": {
        "BaseModelArn": (
            "arn:aws:sagemaker:us-west-2:aws:hub-content/SageMakerPublicHub/Model/a-model/1.0.0"
        ),
        "JobType": "FineTuning",
    },
}

REASON = "Received status from SageMaker:"

GOOD_JOBS: dict[str, dict[str, Any]] = {
    # https://docs.aws.amazon.com/batch/latest/userguide/service-job-payload.html
    "hello world": job(HELLO),
    # https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html
    "getting started": job(
        HELLO,
        retry_strategy={"attempts": 1},
        timeout_config={"attempt_duration_seconds": 60},
    ),
    # https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
    "retries by reason": job(
        HELLO,
        retry_strategy={
            "attempts": 5,
            "evaluate_on_exit": [
                {"action": "RETRY", "on_status_reason": f"{REASON} InternalServerError*"},
                {"action": "EXIT", "on_status_reason": f"{REASON} ValidationException*"},
                {"action": "EXIT", "on_status_reason": "*"},
            ],
        },
    ),
    # https://github.com/aws/sagemaker-python-sdk (sagemaker-train, aws_batch and ModelTrainer)
    "ModelTrainer in a queue": job(
        json.dumps(MODEL_TRAINER),
        retry_strategy={
            "attempts": 1,
            "evaluate_on_exit": [
                {"action": "Retry", "on_status_reason": f"{REASON} AlgorithmError: *"},
                {"action": "EXIT", "on_status_reason": "*"},
            ],
        },
        timeout_config={"attempt_duration_seconds": 86400},
        scheduling_priority=1,
        quota_share_name="test-quota-share",
        preemption_configuration={"preemption_retries_before_termination": 0},
        tags={"batch-key": "batch-value", "owner.email": "somebody@example.com"},
    ),
    "ModelTrainer with a share": job(MODEL_TRAINER, share_identifier="test-share-id"),
    "a queue by its ARN": job(
        HELLO, job_queue="arn:aws-us-gov:batch:us-gov-west-1:123456789012:job-queue/q"
    )
    | {
        "service_request_payload": {
            **HELLO,
            "RoleArn": ROLE.replace("aws", "aws-us-gov", 1),
            "AlgorithmSpecification": {
                "TrainingInputMode": "File",
                "TrainingImage": "442386744353.dkr.ecr.us-gov-west-1.amazonaws.com/pytorch:2.5",
            },
        }
    },
    # https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster-configure.html
    "heterogeneous cluster": job(HETEROGENEOUS),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
    "managed spot": job(SPOT),
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FileSystemDataSource.html
    "file system in a VPC": job(FILE_SYSTEM),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/augmented-manifest.html
    "augmented manifest": job(AUGMENTED),
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AlgorithmSpecification.html
    "algorithm resource": job(BUILT_IN),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/debugger-createtrainingjob-api.html
    "debugger and profiler": job(WATCHED),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
    "warm pool on a training plan": job(WARM),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/docker-containers-adapt-your-own-private-registry.html
    "private registry": job(PRIVATE_IMAGE),
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ServerlessJobConfig.html
    "serverless": job(SERVERLESS),
}
