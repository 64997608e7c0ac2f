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


def queue(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a job queue."""
    order = [{"order": 1.0, "service_environment": "capacity"}]
    right = {
        "job_queue_name": "training",
        "job_queue_type": "SAGEMAKER_TRAINING",
        "priority": 1.0,
        "service_environment_order": order,
    }
    return Bad({**right, **changes}, path, reason, "CreateJobQueue")


def environment(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a service environment."""
    right = {
        "service_environment_name": "capacity",
        "service_environment_type": "SAGEMAKER_TRAINING",
        "capacity_limits": [{"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"}],
    }
    return Bad({**right, **changes}, path, reason, "CreateServiceEnvironment")


def policy(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a scheduling policy."""
    return Bad({"name": "policy", **changes}, path, reason, "CreateSchedulingPolicy")


def share(path: str, reason: str, **changes: Any) -> Bad:
    """Spoil a quota share."""
    right = {
        "quota_share_name": "vision",
        "job_queue": "training",
        "capacity_limits": [{"max_capacity": 1.0, "capacity_unit": KIND}],
        "resource_sharing_configuration": {"strategy": "RESERVE"},
        "preemption_configuration": {"in_share_preemption": "DISABLED"},
    }
    return Bad({**right, **changes}, path, reason, "CreateQuotaShare")


def fair(**policy_members: Any) -> dict[str, Any]:
    """Write a fair-share policy."""
    return {"fairshare_policy": policy_members}


def action(**changes: Any) -> list[dict[str, Any]]:
    """Write one time-limit action."""
    right = {
        "reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        "state": "RUNNABLE",
        "max_time_seconds": 600.0,
        "action": "TERMINATE",
    }
    return [{**right, **changes}]


CHANNEL = PAYLOAD["InputDataConfig"][0]
MANIFEST = {
    "S3DataType": "S3Prefix",
    "S3Uri": "s3://bucket/train",
    "InstanceGroupNames": ["a"],
}
SIZED = {"VolumeSizeInGB": 1.0}
ECR = "111122223333.dkr.ecr.us-east-1.amazonaws.com/training:1"
GROUP = {"InstanceGroupName": "a", "InstanceType": KIND, "InstanceCount": 1.0}
GROUPS = {"InstanceGroups": [GROUP]}
REGION_QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"
SPOT = {"EnableManagedSpotTraining": True}

PLAN = "arn:aws:sagemaker:eu-west-1:123456789012:training-plan/plan"
PREFERRED = {"InstanceType": KIND, "InstanceCount": 1.0}
SERVERLESS = {
    "BaseModelArn": (
        "arn:aws:sagemaker:eu-west-1:aws:hub-content/SageMakerPublicHub/Model/model/1.0.0"
    ),
    "JobType": "FineTuning",
}


def tag(key: str) -> dict[str, str]:
    """Write a tag of a payload."""
    return {"Key": key, "Value": ""}


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


BAD_JOBS = (
    job("job_name", "1 to 128 letters", job_name="my job"),
    job("job_name", "1 to 128 letters", job_name=""),
    job("job_queue", "the name or the ARN of a job-queue", job_queue="my queue"),
    job(
        "job_queue",
        "the name or the ARN of a job-queue",
        job_queue="arn:aws:batch:eu-west-1:123456789012:service-environment/gpus",
    ),
    job("job_queue", "is required", job_queue=None),
    job("service_job_type", "must be one of SAGEMAKER_TRAINING", service_job_type="SAGEMAKER"),
    job("scheduling_priority", "from 0 to 9999", scheduling_priority=-1.0),
    job("scheduling_priority", "must be an integer, got a string", scheduling_priority="5"),
    job("scheduling_priority", "must be an integer, got a boolean", scheduling_priority=True),
    job("retry_strategy.attempts", "from 1 to 10", retry_strategy={"attempts": 0.0}),
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
    job("tags", "at most 47 tags", tags={f"t{number}": "" for number in range(48)}),
    job("tags", "none of them named sjresource:", tags={"AWS:x": ""}),
    job("tags.team", "to 256 characters, got 300", tags={"team": LONG}),
    job("tags", "digits, spaces", tags={"te*am": ""}),
    job("tags.team", "must be a string, got a number", tags={"team": 7.0}),
    job("service_request_payload", "is required", service_request_payload=None),
    job("service_request_payload", "not JSON", service_request_payload="{'RoleArn': 1}"),
    job("service_request_payload", "got a list", service_request_payload="[]"),
)

LARGE = dict.fromkeys((f"parameter-{number}" for number in range(99)), "x" * 100)
LARGE_TAGS = {f"{number}-{'k' * 120}": "v" * 250 for number in range(47)}

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
        "is required: ml.m5.large has no storage",
        ResourceConfig__VolumeSizeInGB=REMOVED,
    ),
    payload(
        "ResourceConfig.VolumeSizeInGB",
        "is required: ml.m5.large has no storage",
        ResourceConfig=GROUPS,
    ),
    payload(
        "ResourceConfig.VolumeKmsKeyId",
        "ml.g5.xlarge has its storage in the instance",
        ResourceConfig__InstanceType="ml.g5.xlarge",
        ResourceConfig__VolumeKmsKeyId="alias/volumes",
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
    *BAD_SIZES,
    *BAD_INSTANCES,
    *BAD_CHANNELS,
    *BAD_IMAGES,
    payload("Tags[1].Key", "an earlier tag", Tags=[tag("team"), tag("team")]),
    payload("Tags[0].Key", "can't begin with aws:", Tags=[tag("AWS:team")]),
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

BAD_QUEUE_SIDE = (
    queue("job_queue_name", "1 to 128 letters", job_queue_name="a.b"),
    queue("job_queue_name", "a letter or digit is first", job_queue_name="-training"),
    queue("job_queue_name", "a letter or digit is first", job_queue_name="_training"),
    queue("job_queue_type", "must be SAGEMAKER_TRAINING", job_queue_type="ECS"),
    queue("priority", "from 0 to 1000", priority=1001.0),
    queue("priority", "is required", priority=None),
    queue("state", "must be one of ENABLED, DISABLED", state="enabled"),
    queue("service_environment_order", "at least 1", service_environment_order=[]),
    queue(
        "service_environment_order[0].serviceEnvironment",
        "did you mean service_environment?",
        service_environment_order=[{"order": 1.0, "serviceEnvironment": "a"}],
    ),
    queue(
        "service_environment_order[1].order",
        "an earlier one",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {"order": 1.0, "service_environment": "b"},
        ],
    ),
    queue(
        "service_environment_order",
        "a queue has one service environment, got 2",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {"order": 2.0, "service_environment": "b"},
        ],
    ),
    queue(
        "service_environment_order[1].service_environment",
        "named before",
        service_environment_order=[
            {"order": 1.0, "service_environment": "a"},
            {
                "order": 2.0,
                "service_environment": "arn:aws:batch:eu-west-1:123456789012:service-environment/a",
            },
        ],
    ),
    queue("scheduling_policy_arn", "the ARN of a scheduling-policy", scheduling_policy_arn="fair"),
    queue(
        "job_state_time_limit_actions[0].max_time_seconds",
        "from 600 to 86400",
        job_state_time_limit_actions=action(max_time_seconds=60.0),
    ),
    queue(
        "job_state_time_limit_actions[0].action",
        "must be TERMINATE",
        job_state_time_limit_actions=action(action="CANCEL"),
    ),
    queue(
        "job_state_time_limit_actions[0].reason",
        "must be one of CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
        job_state_time_limit_actions=action(reason="too slow"),
    ),
    queue("timeouts.create", "must be seconds", timeouts={"create": "5m"}),
    queue("timeouts.read", "there are create, update, delete", timeouts={"read": 5.0}),
    environment("capacity_limits", "is required", capacity_limits=[]),
    environment(
        "capacity_limits",
        "1 to 5 limits",
        capacity_limits=[
            {"max_capacity": 1.0, "capacity_unit": f"ml.m5.{number}xlarge"} for number in range(6)
        ],
    ),
    environment(
        "capacity_limits[0].capacity_unit", "is required", capacity_limits=[{"max_capacity": 1.0}]
    ),
    environment(
        "capacity_limits[0].capacity_unit",
        "NUM_INSTANCES or, under quota management",
        capacity_limits=[{"max_capacity": 1.0, "capacity_unit": "GPUS"}],
    ),
    environment(
        "capacity_limits[1].capacity_unit",
        "an earlier limit",
        capacity_limits=[{"max_capacity": 1.0, "capacity_unit": KIND}] * 2,
    ),
    environment(
        "capacity_limits[0].capacity_unit",
        "stands alone",
        capacity_limits=[
            {"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"},
            {"max_capacity": 1.0, "capacity_unit": KIND},
        ],
    ),
    environment("capacity_limits[0]", "must not be null", capacity_limits=[None]),
    environment(
        "service_environment_name", "a letter or digit is first", service_environment_name="-gpus"
    ),
    environment("service_environment_type", "must be one of", service_environment_type="EC2"),
    policy(
        "fairshare_policy",
        "can't be given with quota_share_policy",
        **fair(),
        quota_share_policy={"idle_resource_assignment_strategy": "FIFO"},
    ),
    policy("name", "a letter or digit is first", name="_fair"),
    policy("fairshare_policy.share_decay_seconds", "to 604800", **fair(share_decay_seconds=1e6)),
    policy(
        "fairshare_policy.compute_reservation", "from 0 to 99", **fair(compute_reservation=100.0)
    ),
    policy(
        "fairshare_policy.share_distribution[0].weight_factor",
        "from 0.0001 to 999.9999",
        **fair(share_distribution=[{"share_identifier": "a", "weight_factor": 0.0}]),
    ),
    policy(
        "fairshare_policy.share_distribution[1].share_identifier",
        "overlaps",
        **fair(share_distribution=[{"share_identifier": "UserA*"}, {"share_identifier": "UserA1"}]),
    ),
    policy(
        "quota_share_policy.idle_resource_assignment_strategy",
        "must be one of FIFO",
        quota_share_policy={"idle_resource_assignment_strategy": "LIFO"},
    ),
    share("job_queue", "the name or the ARN", job_queue="a b"),
    share("quota_share_name", "a letter or digit is first", quota_share_name="-vision"),
    share("preemption_configuration", "is required", preemption_configuration=None),
    share(
        "capacity_limits[0].capacity_unit",
        "must be an instance type",
        capacity_limits=[{"max_capacity": 1.0, "capacity_unit": "NUM_INSTANCES"}],
    ),
    share(
        "resource_sharing_configuration.borrow_limit",
        "only be given with the strategy LEND_AND_BORROW",
        resource_sharing_configuration={"strategy": "LEND", "borrow_limit": 10.0},
    ),
    share(
        "resource_sharing_configuration.borrow_limit",
        "or -1 (unlimited)",
        resource_sharing_configuration={"strategy": "LEND_AND_BORROW", "borrow_limit": -2.0},
    ),
    share(
        "resource_sharing_configuration.strategy",
        "did you mean LEND_AND_BORROW?",
        resource_sharing_configuration={"strategy": "lend-and-borrow"},
    ),
)
