"""Requests as AWS makes them: in its guides, for its command line, in its SDK's tests.

Values are replaced where they are somebody's; shapes are as they were.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from good_requests import BUCKET, IMAGE, REASON, job, payload, s3_channel
from training_requests import ROLE

EAST = "arn:aws:batch:us-east-1:123456789012:job-queue/my-sagemaker-job-queue"
"""The examples' images are in us-east-1, and a job runs where its queue is."""

KIND = "ml.m5.2xlarge"

GUIDE = {
    "TrainingJobName": "sagemaker-training-job-example",
    "AlgorithmSpecification": {
        "TrainingImage": (
            "123456789012.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:1.8.0-cpu-py3"
        ),
        "TrainingInputMode": "File",
        "ContainerEntrypoint": ["sleep", "1"],
    },
    "RoleArn": "arn:aws:iam::123456789012:role/SageMakerExecutionRole",
    "OutputDataConfig": {"S3OutputPath": "s3://example-bucket/model-output/"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
}


def of_model_trainer(resources: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write what the SDK's ModelTrainer makes of a command, with its defaults."""
    drivers = s3_channel("sm_drivers", "model-trainer/input/sm_drivers", InputMode="File")
    return payload(
        AlgorithmSpecification={
            "TrainingInputMode": "File",
            "TrainingImage": IMAGE,
            "ContainerEntrypoint": ["/bin/bash"],
            "ContainerArguments": [
                "-c",
                "cd /opt/ml/input/data/sm_drivers && chmod +x sm_train.sh && ./sm_train.sh",
            ],
        },
        ResourceConfig={"VolumeSizeInGB": 30, **resources},
        **{"InputDataConfig": [drivers], **members},
    )


def algorithm(image: str, mode: str, *channels: dict[str, Any], **members: Any) -> dict[str, Any]:
    """Write a built-in algorithm's request, as its notebooks do."""
    return payload(
        AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": mode},
        InputDataConfig=list(channels),
        **members,
    )


def of_groups(channel: dict[str, Any], *groups: str) -> dict[str, Any]:
    """Send a channel's data to instance groups."""
    source = {**channel["DataSource"]["S3DataSource"], "InstanceGroupNames": list(groups)}
    return {**channel, "DataSource": {"S3DataSource": source}}


XGBOOST = algorithm(
    "246618743249.dkr.ecr.us-west-2.amazonaws.com/sagemaker-xgboost:1.7-1",
    "File",
    s3_channel(
        "train", "train", ContentType="csv", CompressionType="None", RecordWrapperType="None"
    ),
    s3_channel("validation", "validation", ContentType="csv", CompressionType="None"),
    HyperParameters={"max_depth": "5", "objective": "reg:linear", "num_round": "50"},
)
IMAGES = algorithm(
    "433757028032.dkr.ecr.us-west-2.amazonaws.com/image-classification:1",
    "Pipe",
    s3_channel(
        "train",
        "train.rec.gz",
        ContentType="application/x-recordio",
        CompressionType="Gzip",
        RecordWrapperType="RecordIO",
    ),
    ResourceConfig={"InstanceType": "ml.p3.2xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50},
)
LINEAR = algorithm(
    "174872318107.dkr.ecr.us-west-2.amazonaws.com/linear-learner:1",
    "FastFile",
    s3_channel("train", "train", RecordWrapperType="None"),
    s3_channel("test", "test", InputMode="File"),
)
GROUPS = {
    "InstanceGroups": [
        {"InstanceGroupName": "training", "InstanceType": "ml.g5.xlarge", "InstanceCount": 2},
        {"InstanceGroupName": "processing", "InstanceType": "ml.t3.xlarge", "InstanceCount": 1},
    ]
}
DAYS = payload(
    ResourceConfig={"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 8},
    StoppingCondition={"MaxRuntimeInSeconds": 5 * 86400},
    CheckpointConfig={"S3Uri": f"{BUCKET}/checkpoints"},
)
PLAN = "arn:aws:sagemaker:us-west-2:123456789012:training-plan/plan-a"

REAL_JOBS: dict[str, dict[str, Any]] = {
    # https://docs.aws.amazon.com/batch/latest/userguide/service-job-submit.html
    "submit-service-job": job(
        json.dumps(GUIDE),
        job_name="my-sagemaker-training-job",
        job_queue=EAST,
        client_token="unique-token-12345",
    ),
    # https://docs.aws.amazon.com/batch/latest/userguide/submit-job-quota-share.html
    "submit-service-job to a quota share": job(
        json.dumps(GUIDE),
        job_queue=EAST,
        quota_share_name="my_quota_share",
        timeout_config={"attempt_duration_seconds": 3600},
        scheduling_priority=5,
        preemption_configuration={"preemption_retries_before_termination": 3},
    ),
    # https://docs.aws.amazon.com/batch/latest/userguide/service-job-retries.html
    "retries with leading asterisks": job(
        GUIDE,
        job_queue=EAST,
        retry_strategy={
            "attempts": 3,
            "evaluate_on_exit": [
                {"action": "RETRY", "on_status_reason": "*OutOfMemory*"},
                {"action": "EXIT", "on_status_reason": "*"},
            ],
        },
    ),
    # https://github.com/aws/sagemaker-python-sdk (sagemaker-train/tests/integ/train/aws_batch)
    "the SDK's integration test": job(
        of_model_trainer({"InstanceType": KIND, "InstanceCount": 1}),
        job_name="pysdk_integ_test_job",
        retry_strategy={
            "attempts": 1,
            "evaluate_on_exit": [
                {"action": "Retry", "on_status_reason": f"{REASON} AlgorithmError: *"},
                {"action": "Exit", "on_status_reason": "*"},
            ],
        },
        scheduling_priority=1,
        tags={"pysdk-integ-test-tag-key": "pysdk-integ-test-tag-value"},
        quota_share_name="pysdk-test-quota-share-1a2b3c4d",
        preemption_configuration={"preemption_retries_before_termination": 0},
        timeout_config={"attempt_duration_seconds": 86400},
    ),
    # The SDK's default timeout of an attempt, for a run of days.
    "a run of days under the SDK's default": job(
        DAYS, timeout_config={"attempt_duration_seconds": 86400}
    ),
    # https://github.com/aws/sagemaker-python-sdk (tests/integ/train/shallow)
    "preferences with one count": job(
        of_model_trainer(
            {
                "InstanceCount": 1,
                "InstancePreferences": [
                    {"InstanceType": "ml.m5.large"},
                    {"InstanceType": "ml.m5.xlarge"},
                ],
            }
        )
    ),
    "preferences with counts and a plan": job(
        of_model_trainer(
            {
                "InstancePreferences": [
                    {
                        "InstanceType": "ml.p5.48xlarge",
                        "InstanceCount": 1,
                        "TrainingPlanArns": [PLAN],
                    },
                    {"InstanceType": "ml.p4d.24xlarge", "InstanceCount": 2},
                ]
            },
            StoppingCondition={"MaxRuntimeInSeconds": 3600, "MaxPendingTimeInSeconds": 7200},
        )
    ),
    # https://github.com/aws/sagemaker-python-sdk/pull/6116
    "every channel names its groups": job(
        of_model_trainer(
            GROUPS,
            InputDataConfig=[
                of_groups(s3_channel("data", "data"), "processing"),
                of_groups(s3_channel("code", "code"), "training", "processing"),
                of_groups(s3_channel("sm_drivers", "drivers"), "training", "processing"),
            ],
        )
    ),
    "no channel names a group": job(
        of_model_trainer(GROUPS, InputDataConfig=[s3_channel("data", "data")])
    ),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
    "XGBoost": job(XGBOOST),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/image-classification.html
    "image classification, piped": job(IMAGES),
    "linear learner, as files that are streamed": job(LINEAR),
    # https://docs.aws.amazon.com/sagemaker/latest/dg/cmn-info-instance-types.html
    "storage in the instance, and no size": job(
        payload(ResourceConfig={"InstanceType": "ml.g5.12xlarge", "InstanceCount": 1})
    ),
    "an encrypted volume": job(
        payload(
            ResourceConfig={
                "InstanceType": "ml.c5.18xlarge",
                "InstanceCount": 1,
                "VolumeSizeInGB": 100,
                "VolumeKmsKeyId": "1234abcd-12ab-34cd-56ef-1234567890ab",
            }
        )
    ),
    # The container's image may be in any account of the job's region.
    "an image of another team": job(
        payload(
            AlgorithmSpecification={
                "TrainingImage": (
                    "111122223333.dkr.ecr.us-west-2.amazonaws.com/team/train@sha256:" + "0" * 64
                ),
                "TrainingInputMode": "File",
            }
        )
    ),
    "an on-demand run that says so": job(payload(EnableManagedSpotTraining=False)),
    "an image in China": job(
        {
            **payload(),
            "RoleArn": ROLE.replace("aws", "aws-cn", 1),
            "AlgorithmSpecification": {
                "TrainingImage": (
                    "727897471807.dkr.ecr.cn-north-1.amazonaws.com.cn/pytorch-training:2.5"
                ),
                "TrainingInputMode": "File",
            },
        },
        job_queue="arn:aws-cn:batch:cn-north-1:123456789012:job-queue/training",
    ),
}


class QueueSideRequest(NamedTuple):
    """A request for something that jobs need."""

    operation: str
    request: dict[str, Any]


def environment(unit: str, capacity: int) -> QueueSideRequest:
    """Write an environment of one limit."""
    request = {
        "service_environment_name": "my-service-env",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": [{"max_capacity": capacity, "capacity_unit": unit}],
    }
    return QueueSideRequest("CreateServiceEnvironment", request)


def share(**sharing: Any) -> QueueSideRequest:
    """Write a quota share."""
    request = {
        "quota_share_name": "my_quota_share",
        "job_queue": "my-qm-sagemaker-jq",
        "capacity_limits": [{"max_capacity": 10, "capacity_unit": KIND}],
        "resource_sharing_configuration": sharing,
        "preemption_configuration": {"in_share_preemption": "ENABLED"},
        "state": "ENABLED",
    }
    return QueueSideRequest("CreateQuotaShare", request)


def policy(**kind: Any) -> QueueSideRequest:
    """Write a scheduling policy."""
    return QueueSideRequest("CreateSchedulingPolicy", {"name": "my-policy", **kind})


def queue(**members: Any) -> QueueSideRequest:
    """Write a queue."""
    request = {
        "job_queue_name": "my-sm-training-fifo-jq",
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1,
        "service_environment_order": [{"order": 1, "service_environment": "my-service-env"}],
        **members,
    }
    return QueueSideRequest("CreateJobQueue", request)


LIMIT = {"state": "RUNNABLE", "max_time_seconds": 600, "action": "TERMINATE"}

REAL_QUEUE_SIDE: dict[str, QueueSideRequest] = {
    # https://docs.aws.amazon.com/batch/latest/userguide/getting-started-sagemaker.html
    "an environment": environment("NUM_INSTANCES", 5),
    "a queue": queue(),
    # https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    "an environment for quota management": environment("ml.g6.xlarge", 5),
    "a policy for quota management": policy(
        quota_share_policy={"idle_resource_assignment_strategy": "FIFO"}
    ),
    "a queue for quota management": queue(
        scheduling_policy_arn="arn:aws:batch:us-west-2:123456789012:scheduling-policy/my-policy",
        job_state_time_limit_actions=[
            {**LIMIT, "reason": "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE"},
            {**LIMIT, "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"},
        ],
    ),
    # https://docs.aws.amazon.com/batch/latest/userguide/create-quota-shares.html
    "a share that reserves": share(strategy="RESERVE"),
    "a share that borrows without limit": share(strategy="LEND_AND_BORROW"),
    "a share that borrows": share(strategy="LEND_AND_BORROW", borrow_limit=200),
    # https://docs.aws.amazon.com/batch/latest/userguide/create-sagemaker-job-queue.html
    "shares of teams": policy(
        fairshare_policy={
            "share_decay_seconds": 3600,
            "share_distribution": [
                {"share_identifier": "team-a", "weight_factor": 1.0},
                {"share_identifier": "team_b*", "weight_factor": 0.5},
            ],
        }
    ),
    # https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
    "a policy with a name alone": policy(),
}
