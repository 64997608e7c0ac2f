"""Requests that AWS would refuse, hours later or at once, each with the path and the reason.

From AWS's documents and from the threads of people whom such a request cost a day.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from training_requests import JOB, PAYLOAD, REMOVED, ROLE, with_payload

KIND = "ml.m5.large"

LONG = "x" * 300


class Bad(NamedTuple):
    """A request for `operation`, and what must be said of it where."""

    request: dict[str, Any]
    path: str
    reason: str
    operation: str = "SubmitServiceJob"


def job(path: str, reason: str, **arguments: Any) -> Bad:
    """Spoil the job's own arguments."""
    return Bad({**JOB, **arguments}, path, reason)


def payload(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil the payload."""
    return Bad(with_payload(**changes), f"service_request_payload.{path}", reason)


CHANNEL = PAYLOAD["InputDataConfig"][0]

GROUP = {"InstanceGroupName": "a", "InstanceType": KIND, "InstanceCount": 1.0}

GROUPS = {"InstanceGroups": [GROUP]}

REGION_QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"

SPOT = {"EnableManagedSpotTraining": True}


def tag(key: str) -> dict[str, str]:
    """Write a tag of a payload."""
    return {"Key": key, "Value": ""}


BAD_JOBS = (
    job("job_name", "1 to 128 letters", job_name="my job"),
    job("job_name", "1 to 128 letters", job_name=""),
    job("job_name", "1 to 128 letters", job_name="a" * 129),
    job("job_name", "1 to 128 letters", job_name="träin"),
    job("job_name", "must be a string, got a number", job_name=7.0),
    job("job_queue", "the name or the ARN of a job-queue", job_queue="my queue"),
    job(
        "job_queue",
        "the name or the ARN of a job-queue",
        job_queue="arn:aws:batch:eu-west-1:123456789012:service-environment/gpus",
    ),
    job("job_queue", "is required", job_queue=None),
    job("service_job_type", "must be one of SAGEMAKER_TRAINING", service_job_type="SAGEMAKER"),
    job("scheduling_priority", "from 0 to 9999", scheduling_priority=-1.0),
    job("scheduling_priority", "from 0 to 9999", scheduling_priority=10000.0),
    job("scheduling_priority", "must be an integer", scheduling_priority=1.5),
    job("scheduling_priority", "must be an integer, got a string", scheduling_priority="5"),
    job("scheduling_priority", "must be an integer, got a boolean", scheduling_priority=True),
    job("retry_strategy.attempts", "from 1 to 10", retry_strategy={"attempts": 0.0}),
    job("retry_strategy.attempts", "from 1 to 10", retry_strategy={"attempts": 11.0}),
    job(
        "retry_strategy.evaluate_on_exit",
        "at most 5 conditions",
        retry_strategy={"attempts": 2.0, "evaluate_on_exit": [{"action": "EXIT"}] * 6},
    ),
    job(
        "retry_strategy.evaluate_on_exit[0].action",
        "did you mean RETRY?",
        retry_strategy={"attempts": 2.0, "evaluate_on_exit": [{"action": "retries"}]},
    ),
    job(
        "retry_strategy.evaluate_on_exit[0].onStatusReason",
        "did you mean on_status_reason?",
        retry_strategy={"attempts": 2.0, "evaluate_on_exit": [{"onStatusReason": "*"}]},
    ),
    job(
        "retry_strategy.evaluate_on_exit[0].on_status_reason",
        "at most 512 characters",
        retry_strategy={"attempts": 2.0, "evaluate_on_exit": [{"on_status_reason": LONG * 2}]},
    ),
    job("timeout_config.seconds", "is not known", timeout_config={"seconds": 5.0}),
    job("timeout_config", "must be an object, got a number", timeout_config=3600.0),
    job(
        "timeout_config.attempt_duration_seconds",
        "at least 1",
        timeout_config={"attempt_duration_seconds": 0.0},
    ),
    job(
        "share_identifier",
        "can't be given with quota_share_name",
        share_identifier="vision",
        quota_share_name="vision",
    ),
    job("share_identifier", "1 to 255 characters", share_identifier=LONG),
    job("quota_share_name", "1 to 128 letters", quota_share_name="a/b"),
    job("client_token", "from 1 to 64 characters", client_token="t" * 65),
    job("tags", "at most 46 tags", tags={f"t{number}": "" for number in range(48)}),
    job("tags", "none of them named sjresource:", tags={"AWS:x": ""}),
    job("tags.team", "to 256 characters, got 300", tags={"team": LONG}),
    job("tags", "digits, spaces", tags={"te*am": ""}),
    job("tags.team", "must be a string, got a number", tags={"team": 7.0}),
    job("service_request_payload", "is required", service_request_payload=None),
    job("service_request_payload", "not JSON", service_request_payload="{'RoleArn': 1}"),
    job("service_request_payload", "got a list", service_request_payload="[]"),
)

BAD_PAYLOADS = (
    payload("roleArn", "did you mean RoleArn?", roleArn=ROLE),
    payload("RoleArn", "is required", RoleArn=REMOVED),
    payload("RoleArn", "from 20 to 2048 characters", RoleArn="training-role"),
    payload("RoleArn", "a form that matches arn:aws", RoleArn="arn:aws:iam::1234:role/training"),
    payload("TrainingJobName", "a form that matches", TrainingJobName="my_job"),
    payload("TrainingJobName", "characters, got 64", TrainingJobName="j" * 64),
    payload(
        "HyperParameters.epochs", "must be a string, got a number", HyperParameters__epochs=3.0
    ),
    payload("HyperParameters.debug", "write it as text", HyperParameters__debug=True),
    payload(
        "HyperParameters",
        "from 0 to 100 entries",
        HyperParameters=dict.fromkeys(map(str, range(101)), ""),
    ),
    payload("HyperParameters.note", "from 0 to 2500 characters", HyperParameters__note="x" * 2501),
    payload(
        "AlgorithmSpecification",
        "exactly one of TrainingImage and AlgorithmName, got both",
        AlgorithmSpecification__AlgorithmName="algorithm",
    ),
    payload(
        "AlgorithmSpecification",
        "exactly one of TrainingImage and AlgorithmName, got neither",
        AlgorithmSpecification__TrainingImage=REMOVED,
    ),
    payload("AlgorithmSpecification", "is required, unless", AlgorithmSpecification=REMOVED),
    payload(
        "AlgorithmSpecification.TrainingInputMode",
        "must be one of Pipe, File, FastFile",
        AlgorithmSpecification__TrainingInputMode="file",
    ),
    payload(
        "AlgorithmSpecification.ContainerEntrypoint",
        "must be a list, got a string",
        AlgorithmSpecification__ContainerEntrypoint="python train.py",
    ),
    payload("OutputDataConfig.S3OutputPath", "is required", OutputDataConfig={}),
    payload(
        "OutputDataConfig.S3OutputPath", "(https|s3)", OutputDataConfig__S3OutputPath="/models"
    ),
    payload(
        "OutputDataConfig.S3OutputPat",
        "did you mean S3OutputPath?",
        OutputDataConfig__S3OutputPat="x",
    ),
    payload("InputDataConfig", "from 1 to 20 items, got 21", InputDataConfig=[CHANNEL] * 21),
    payload("InputDataConfig", "got an object", InputDataConfig=CHANNEL),
    payload(
        "InputDataConfig[1].ChannelName",
        "the name of an earlier one",
        InputDataConfig=[CHANNEL, CHANNEL],
    ),
    payload("InputDataConfig[0].ChannelName", "a form that", InputDataConfig__0__ChannelName="a b"),
    payload("InputDataConfig[0].DataSource", "exactly one of", InputDataConfig__0__DataSource={}),
    payload(
        "InputDataConfig[0].DataSource.S3DataSource.S3DataType",
        "only with the input mode Pipe",
        InputDataConfig__0__DataSource__S3DataSource__S3DataType="AugmentedManifestFile",
    ),
    payload(
        "InputDataConfig[0].DataSource.S3DataSource.InstanceGroupNames[0]",
        "must be the name of one of",
        InputDataConfig__0__DataSource__S3DataSource__InstanceGroupNames=["b"],
    ),
    payload("ResourceConfig", "is required, unless", ResourceConfig=REMOVED),
    payload(
        "ResourceConfig.InstanceType", "is required, unless", ResourceConfig={"InstanceCount": 1.0}
    ),
    payload(
        "ResourceConfig.InstanceType", "did you mean ml.", ResourceConfig__InstanceType="m5.large"
    ),
    payload("ResourceConfig.InstanceType", "botocore", ResourceConfig__InstanceType="ml.z9.huge"),
    payload("ResourceConfig.InstanceCount", "got a string", ResourceConfig__InstanceCount="2"),
    payload(
        "ResourceConfig.InstanceCount", "must be an integer", ResourceConfig__InstanceCount=1.5
    ),
    payload("ResourceConfig.InstanceCount", "at least 0", ResourceConfig__InstanceCount=-1.0),
    payload("ResourceConfig.InstanceCount", "2147483647", ResourceConfig__InstanceCount=1e12),
    payload(
        "ResourceConfig.InstanceType",
        "can't be given with InstanceGroups",
        ResourceConfig__InstanceGroups=[GROUP],
    ),
    payload(
        "ResourceConfig.InstanceGroups[1].InstanceGroupName",
        "the name of an earlier one",
        ResourceConfig={"InstanceGroups": [GROUP, GROUP]},
    ),
    payload(
        "ResourceConfig.SelectedInstanceType",
        "only be read",
        ResourceConfig__SelectedInstanceType=KIND,
    ),
    payload(
        "StoppingCondition.MaxRuntimeInSeconds",
        "at least 1",
        StoppingCondition__MaxRuntimeInSeconds=0.0,
    ),
    payload(
        "StoppingCondition.MaxRuntimeInSeconds",
        "28 days",
        StoppingCondition__MaxRuntimeInSeconds=2.5e6,
    ),
    payload("StoppingCondition.MaxWaitTimeInSeconds", "is required with", **SPOT),
    payload(
        "StoppingCondition.MaxWaitTimeInSeconds",
        "at least MaxRuntimeInSeconds",
        **SPOT,
        StoppingCondition__MaxWaitTimeInSeconds=599.0,
    ),
    payload(
        "StoppingCondition.MaxWaitTimeInSeconds",
        "a day, where that is not given",
        **SPOT,
        StoppingCondition={"MaxWaitTimeInSeconds": 3600.0},
    ),
    payload(
        "StoppingCondition.MaxWaitTimeInSeconds",
        "only be given with EnableManagedSpotTraining",
        StoppingCondition__MaxWaitTimeInSeconds=3600.0,
    ),
    payload(
        "StoppingCondition.MaxWaitTimeInSeconds",
        "only be given with EnableManagedSpotTraining",
        EnableManagedSpotTraining=False,
        StoppingCondition__MaxWaitTimeInSeconds=3600.0,
    ),
    payload("VpcConfig.Subnets", "is required", VpcConfig={"SecurityGroupIds": ["sg-1"]}),
    payload("VpcConfig.SecurityGroupIds", "is required", VpcConfig={"Subnets": ["subnet-1"]}),
    payload(
        "VpcConfig.Subnets",
        "from 1 to 16 items",
        VpcConfig={"SecurityGroupIds": ["a"], "Subnets": ["subnet-1"] * 17},
    ),
    payload("Environment.my-name", "a name that matches", Environment={"my-name": "x"}),
    payload("Environment.X", "must be a string, got a list", Environment={"X": []}),
    payload("Tags", "must be a list, got an object", Tags={"team": "vision"}),
    payload("Tags[0].Value", "is required", Tags=[{"Key": "team"}]),
    payload("Tags[0].Key", "a form that", Tags=[{"Key": "te*am", "Value": ""}]),
    payload(
        "EnableNetworkIsolation", "must be a boolean, got a string", EnableNetworkIsolation="true"
    ),
    payload("CheckpointConfig.S3Uri", "is required", CheckpointConfig={"LocalPath": "/opt/ml/c"}),
    payload(
        "ProfilerConfig.ProfilingIntervalInMilliseconds",
        "100, 200, 500",
        ProfilerConfig={"ProfilingIntervalInMilliseconds": 250.0},
    ),
    payload("Tags[1].Key", "an earlier tag", Tags=[tag("team"), tag("team")]),
    payload("Tags[0].Key", "does not begin with aws:", Tags=[tag("AWS:team")]),
    payload(
        "AlgorithmSpecification.ContainerEntrypoint[1]",
        "must not be null",
        AlgorithmSpecification__ContainerEntrypoint=["python", None],
    ),
    payload("InputDataConfig[1]", "must not be null", InputDataConfig=[CHANNEL, None]),
    payload(
        "VpcConfig",
        "is required with the AlgorithmSpecification.TrainingImageConfig",
        AlgorithmSpecification__TrainingImageConfig={"TrainingRepositoryAccessMode": "Vpc"},
    ),
    payload(
        "OutputDataConfig.KmsKeyId",
        "S3 Express One Zone",
        OutputDataConfig={
            "S3OutputPath": "s3://models--usw2-az1--x-s3/models",
            "KmsKeyId": "alias/models",
        },
    ),
    payload(
        "DebugHookConfig.CollectionConfigurations[1].CollectionName",
        "an earlier one",
        DebugHookConfig={
            "S3OutputPath": "s3://bucket/tensors",
            "CollectionConfigurations": [{"CollectionName": "losses"}] * 2,
        },
    ),
    Bad(
        {**with_payload(RoleArn=ROLE.replace("aws", "aws-cn")), "job_queue": REGION_QUEUE},
        "service_request_payload.RoleArn",
        "the partition aws-cn",
    ),
    Bad(
        {
            **with_payload(
                OutputDataConfig__KmsKeyId="arn:aws:kms:us-east-1:123456789012:key/1234"
            ),
            "job_queue": REGION_QUEUE,
        },
        "service_request_payload.OutputDataConfig.KmsKeyId",
        "the job runs in eu-west-1",
    ),
)
