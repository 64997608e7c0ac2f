"""What the example's training job needs around it: code and data in a bucket, and a role to run as.

On this machine the stack's config names them: the emulator needs no role, and `make up` has filled
the bucket. On AWS (`on_aws: "true"` in the stack's config) pulumi-aws makes them; only then is it
imported, so that the local stack does without it.
"""

import json
from dataclasses import dataclass
from typing import Any

import pulumi

FILES = {"code/train.py": "examples/train.py", "data/penguins.csv": "examples/data/penguins.csv"}
"""The objects that the job reads, and the files they are made from."""


@dataclass(frozen=True)
class TrainingHome:
    """A bucket with `code/` and `data/`, written to under `models/`, and the role that may."""

    bucket: pulumi.Input[str]
    role_arn: pulumi.Input[str]

    def channel(self, name: str, prefix: str) -> dict[str, Any]:
        """Name a folder of the bucket that the container sees as /opt/ml/input/data/<name>."""
        uri = pulumi.Output.concat("s3://", self.bucket, "/", prefix)
        source = {"S3DataType": "S3Prefix", "S3Uri": uri}
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def training_home(config: pulumi.Config) -> TrainingHome:
    """Give the home that the stack's config asks for."""
    if config.get_bool("on_aws"):
        return _made_on_aws(config.require("image"))
    return TrainingHome(config.require("bucket"), config.require("role_arn"))


def _made_on_aws(image: str) -> TrainingHome:
    """Make it; whoever uses bucket or role waits for the objects and for the role's policy."""
    import pulumi_aws as aws  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415 - see above

    bucket = aws.s3.Bucket("example", force_destroy=True)
    objects = [
        aws.s3.BucketObjectv2(key, bucket=bucket.bucket, key=key, source=pulumi.FileAsset(path))
        for key, path in FILES.items()
    ]
    role = aws.iam.Role("execution", assume_role_policy=json.dumps(TRUST))
    policy = aws.iam.RolePolicy(
        "may-train",
        role=role.name,
        policy=bucket.arn.apply(lambda arn: json.dumps(execution_policy(arn, image))),
    )
    return TrainingHome(
        bucket=_once_made(bucket.bucket, objects), role_arn=_once_made(role.arn, [policy])
    )


def _once_made(value: pulumi.Output[Any], resources: list[pulumi.CustomResource]) -> Any:
    return pulumi.Output.all(value, *(each.id for each in resources)).apply(lambda all_: all_[0])


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def execution_policy(bucket_arn: str, image: str) -> dict[str, Any]:
    """Give the least that SageMaker needs to run the job: its bucket, its log, its image.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
    """
    account, _, _, region, *_ = image.split(".")
    repository = image.split("/", 1)[1].split(":", maxsplit=1)[0]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(["s3:ListBucket"], bucket_arn),
            _allow(["s3:GetObject"], f"{bucket_arn}/code/*", f"{bucket_arn}/data/*"),
            _allow(["s3:PutObject"], f"{bucket_arn}/models/*"),
            _allow(
                [
                    "logs:CreateLogGroup",
                    "logs:CreateLogStream",
                    "logs:DescribeLogStreams",
                    "logs:PutLogEvents",
                ],
                "arn:aws:logs:*:*:log-group:/aws/sagemaker/TrainingJobs*",
            ),
            {
                **_allow(["cloudwatch:PutMetricData"], "*"),
                "Condition": {
                    "StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "aws/sagemaker/*"]}
                },
            },
            _allow(["ecr:GetAuthorizationToken"], "*"),
            _allow(
                [
                    "ecr:BatchCheckLayerAvailability",
                    "ecr:BatchGetImage",
                    "ecr:GetDownloadUrlForLayer",
                ],
                f"arn:aws:ecr:{region}:{account}:repository/{repository}",
            ),
        ],
    }


def _allow(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}
