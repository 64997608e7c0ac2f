"""Jobs whose parts don't go together, each with the path and the reason: sizes, instances, data."""

from __future__ import annotations

from typing import Any

from bad_requests import CHANNEL, GROUPS, KIND, REGION_QUEUE, Bad, job, payload
from training_requests import PAYLOAD, REMOVED, with_payload

MANIFEST = {
    "S3DataType": "S3Prefix",
    "S3Uri": "s3://bucket/train",
    "InstanceGroupNames": ["a"],
}

SIZED = {"VolumeSizeInGB": 1.0}

ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com/training:1"

PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan"

PREFERRED = {"InstanceType": KIND, "InstanceCount": 1.0}

SERVERLESS = {
    "BaseModelArn": (
        "arn:aws:sagemaker:eu-west-1:aws:hub-content/SageMakerPublicHub/Model/model/1.0.0"
    ),
    "JobType": "FineTuning",
}


def sized(text: str) -> dict[str, Any]:
    """Put a text twice into the payload's hyperparameters."""
    return {"service_request_payload": {**PAYLOAD, "HyperParameters": {"a": text, "b": text}}}


def of_image(reason: str, image: str) -> Bad:
    """Spoil the image of a job whose queue is in eu-west-1."""
    request = with_payload(AlgorithmSpecification__TrainingImage=image)
    path = "service_request_payload.AlgorithmSpecification.TrainingImage"
    return Bad({**request, "job_queue": REGION_QUEUE}, path, reason)


def preferring(
    path: str, reason: str, counts: tuple[float | None, ...], count: float | None
) -> Bad:
    """Prefer two types, with these counts, and one count for the job."""
    kinds = ("ml.g5.xlarge", "ml.g6.xlarge")
    preferences = [
        {"InstanceType": kind, **({"InstanceCount": each} if each else {})}
        for kind, each in zip(kinds, counts, strict=True)
    ]
    resources = {**SIZED, "InstancePreferences": preferences}
    if count:
        resources["InstanceCount"] = count
    return payload(f"ResourceConfig.{path}", reason, ResourceConfig=resources)


LARGE = dict.fromkeys((f"parameter-{number}" for number in range(99)), "x" * 100)

LARGE_TAGS = {f"{number}-{'k' * 120}": "v" * 250 for number in range(46)}

BAD_SIZES = (
    job(
        "service_request_payload",
        "as it is sent, and Batch takes at most 10.0 KiB (10240 bytes); the largest is in "
        "HyperParameters (11.4 KiB)",
        service_request_payload={**PAYLOAD, "HyperParameters": LARGE},
    ),
    job("service_request_payload", "HyperParameters (9.8 KiB)", **sized("ü" * 2500)),
    job("tags", "has most of a request of", tags=LARGE_TAGS, **sized('"' * 2000)),
)

BAD_INSTANCES = (
    payload(
        "ResourceConfig.VolumeSizeInGB",
        "is required: the type at ResourceConfig.InstanceType has no storage",
        ResourceConfig__VolumeSizeInGB=REMOVED,
    ),
    payload(
        "ResourceConfig.VolumeSizeInGB",
        "is required: the type at ResourceConfig.InstanceGroups[0].InstanceType has no",
        ResourceConfig=GROUPS,
    ),
    payload(
        "ResourceConfig.VolumeKmsKeyId",
        "the type at ResourceConfig.InstanceType has its own storage",
        ResourceConfig__InstanceType="ml.g5.xlarge",
        ResourceConfig__VolumeKmsKeyId="alias/volumes",
    ),
    payload(
        "ResourceConfig.KeepAlivePeriodInSeconds",
        "can't be more than 0 with InstanceGroups",
        ResourceConfig={**SIZED, **GROUPS, "KeepAlivePeriodInSeconds": 60.0},
    ),
    payload(
        "ResourceConfig.KeepAlivePeriodInSeconds",
        "can't be more than 0 with EnableManagedSpotTraining",
        ResourceConfig__KeepAlivePeriodInSeconds=60.0,
        EnableManagedSpotTraining=True,
        StoppingCondition__MaxWaitTimeInSeconds=600.0,
    ),
    preferring("InstancePreferences[0].InstanceCount", "for all preferences", (1, None), 2.0),
    preferring("InstancePreferences[1].InstanceCount", "is required, since other", (1, None), None),
    preferring("InstanceCount", "unless each of InstancePreferences", (None, None), None),
    payload(
        "ResourceConfig.InstancePreferences[1].InstanceType",
        "the type of an earlier preference",
        ResourceConfig={
            **SIZED,
            "InstanceCount": 1.0,
            "InstancePreferences": [{"InstanceType": KIND}] * 2,
        },
    ),
    payload(
        "ResourceConfig.InstancePreferences",
        "can't be given with InstanceGroups",
        ResourceConfig={**SIZED, **GROUPS, "InstancePreferences": [PREFERRED]},
    ),
    payload(
        "ResourceConfig.InstancePreferences[0].TrainingPlanArns",
        "can't be given with ResourceConfig.TrainingPlanArn",
        ResourceConfig={
            **SIZED,
            "TrainingPlanArn": PLAN,
            "InstancePreferences": [{**PREFERRED, "TrainingPlanArns": [PLAN]}],
        },
    ),
    payload(
        "ResourceConfig.InstancePlacementConfig.PlacementSpecifications[0].InstanceCount",
        "at least 1",
        ResourceConfig__InstancePlacementConfig={
            "PlacementSpecifications": [{"InstanceCount": 0.0}]
        },
    ),
    payload(
        "ResourceConfig.VolumeSizeInGB",
        "can't be given with ServerlessJobConfig",
        ServerlessJobConfig=SERVERLESS,
    ),
    payload(
        "ServerlessJobConfig.EvaluationType",
        "is required with the JobType Evaluation",
        ServerlessJobConfig={**SERVERLESS, "JobType": "Evaluation"},
        ResourceConfig=REMOVED,
    ),
)

BAD_CHANNELS = (
    payload(
        "InputDataConfig[0].CompressionType",
        "None or left out with the input mode File",
        InputDataConfig__0__CompressionType="Gzip",
    ),
    payload(
        "InputDataConfig[0].RecordWrapperType",
        "None or left out with the input mode File",
        AlgorithmSpecification__TrainingInputMode="Pipe",
        InputDataConfig__0__InputMode="File",
        InputDataConfig__0__RecordWrapperType="RecordIO",
    ),
    payload(
        "InputDataConfig[1].DataSource.S3DataSource.InstanceGroupNames",
        "since another channel names its instance groups",
        ResourceConfig={**SIZED, **GROUPS},
        InputDataConfig=[
            {"ChannelName": "named", "DataSource": {"S3DataSource": MANIFEST}},
            CHANNEL,
        ],
    ),
    payload(
        "VpcConfig",
        "is required: InputDataConfig[0] reads a file system",
        InputDataConfig__0__DataSource={
            "FileSystemDataSource": {
                "FileSystemId": "fs-0123456789abcdef0",
                "FileSystemAccessMode": "ro",
                "FileSystemType": "EFS",
                "DirectoryPath": "/data",
            }
        },
    ),
)

BAD_IMAGES = (
    of_image("is in the ECR of us-east-1, but the job runs in eu-west-1", ECR),
    of_image("is in the partition aws-cn, the job's is aws", ECR.replace("us-east", "cn-north")),
    of_image("is in the partition aws-us-gov", ECR.replace("us-east", "us-gov-west")),
    of_image("is in the ECR of us-east-1", ECR.replace(".ecr.", ".ecr-fips.")),
    of_image(
        "is in the ECR of us-east-1", "111122223333.dkr-ecr.us-east-1.on.aws/training@sha256:0"
    ),
    of_image(
        "must be at eu-west-1.amazonaws.com, got eu-west-1.amazonaws.com.cn",
        "111122223333.dkr.ecr.eu-west-1.amazonaws.com.cn/training",
    ),
)

BAD_COMBINATIONS = (*BAD_SIZES, *BAD_INSTANCES, *BAD_CHANNELS, *BAD_IMAGES)
