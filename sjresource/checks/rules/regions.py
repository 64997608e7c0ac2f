"""ARNs and training images in a job that cannot be right in the region where the job runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import parse_arn
from sjresource.checks.values.job_arguments import PAYLOAD, in_payload
from sjresource.checks.values.lookups import each_at, text_at, value_at
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.job_arguments import JobArguments, Payload

_TRAINING_IMAGE = "AlgorithmSpecification.TrainingImage"

_REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z]+(-[a-z]+)+-\d+)\.(?P<domain>[a-z0-9.-]+)/"
)
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"""

_DOMAIN = "amazonaws.com"
_DOMAIN_OF_CHINA = "amazonaws.com.cn"

_REGIONAL = frozenset({"sagemaker", "kms", "lambda"})
"""Services whose resources a training job can use from its own region only."""

_PARTITIONS = ((r"cn-", "aws-cn"), (r"us-gov-", "aws-us-gov"), (r"[a-z]{2}-[a-z]+-\d", "aws"))
"""Partitions that a region's name determines for certain; those of closed regions are not here."""

_NAMED_BY_USERS = frozenset(
    {"HyperParameters", "Environment", "Tags", "ContainerEntrypoint", "ContainerArguments"}
)


class Registry(NamedTuple):
    """A registry of Amazon ECR: its account, its region and its domain."""

    account: str
    region: str
    domain: str


def arns_are_of_the_jobs_region(job: JobArguments) -> Iterator[Problem]:
    """ARNs are of the job's partition, and of its region where AWS looks in that only.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
    """
    region, partition = _place_of(job)
    for path, text in _arns(job.payload, PAYLOAD):
        found = parse_arn(text)
        if found is None:
            continue
        if partition and found.partition != partition:
            reason = f"is an ARN of the partition {found.partition}, the job's is {partition}"
            yield Problem(path, reason)
        elif region and found.service in _REGIONAL and found.region not in ("", region):
            yield Problem(path, f"is an ARN of {found.region}, but the job runs in {region}")


def images_are_of_the_jobs_region(job: JobArguments) -> Iterator[Problem]:
    """SageMaker pulls a training image from the ECR of its own region only.

    https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    https://github.com/aws-samples/mlops-amazon-sagemaker/issues/9
    https://github.com/aws/sagemaker-pytorch-inference-toolkit/pull/7
    """
    region, partition = _place_of(job)
    registry = _registry(value_at(job.payload, _TRAINING_IMAGE))
    if registry is None:
        return
    of_registry = _partition_of(registry.region)
    if of_registry and partition and of_registry != partition:
        reason = f"is in the partition {of_registry}, the job's is {partition}"
        yield in_payload(_TRAINING_IMAGE, reason)
    elif region and registry.region != region:
        reason = f"is in the ECR of {registry.region}, but the job runs in {region}"
        yield in_payload(_TRAINING_IMAGE, reason)
    elif registry.domain in (_DOMAIN, _DOMAIN_OF_CHINA):
        right = _DOMAIN_OF_CHINA if of_registry == "aws-cn" else _DOMAIN
        if registry.domain != right:
            reason = (
                f"must be at {registry.region}.{right}, got {registry.region}.{registry.domain}"
            )
            yield in_payload(_TRAINING_IMAGE, reason)


def aws_images_are_where_aws_has_them(job: JobArguments) -> Iterator[str]:
    """AWS's own images are in other accounts in other regions.

    https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    """
    region, _ = _place_of(job)
    registry = _registry(value_at(job.payload, _TRAINING_IMAGE))
    there = _accounts_instead(registry.account, registry.region) if registry else ()
    if registry and there:
        yield (
            f"{PAYLOAD}.{_TRAINING_IMAGE} is in AWS's account {registry.account}, which is not "
            f"known to have images in {registry.region}; there they are in {' or '.join(there)}"
        )
    for path, image in _evaluators(job.payload):
        registry = _registry(image)
        if registry and region and registry.region != region:
            yield f"{path} is in the ECR of {registry.region}, but the job runs in {region}"


def _place_of(job: JobArguments) -> tuple[str | None, str | None]:
    """Return the region and the partition in which a job runs; None for what is not known.

    A job runs where its queue is: in the region of the queue's ARN, else in the stack's.
    """
    arn = parse_arn(text_at(job.properties, "job_queue") or "")
    if arn:
        return arn.region, arn.partition
    return job.stack_region, _partition_of(job.stack_region)


def _partition_of(region: str | None) -> str | None:
    """Return the partition that a region's name determines for certain."""
    for pattern, partition in _PARTITIONS:
        if re.match(pattern, region or ""):
            return partition
    return None


def _arns(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield each ARN under a member of AWS's; skip members whose content users name freely."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in _NAMED_BY_USERS:
                yield from _arns(item, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for position, item in enumerate(value):
            yield from _arns(item, f"{path}[{position}]")
    elif isinstance(value, str) and value.startswith("arn:"):
        yield path, value


def _evaluators(payload: Payload) -> Iterator[tuple[str, Any]]:
    for rules in ("DebugRuleConfigurations", "ProfilerRuleConfigurations"):
        for path, rule in each_at(payload, rules):
            yield f"{PAYLOAD}.{path}.RuleEvaluatorImage", value_at(rule, "RuleEvaluatorImage")


def _registry(image: Any) -> Registry | None:
    found = _REGISTRY.match(image) if isinstance(image, str) else None
    return Registry(found["account"], found["region"], found["domain"]) if found else None


# The accounts in which AWS keeps its training images: different ones in different regions, as AWS's
# SageMaker SDK has them (its image_uri_config). Nothing is said of a region that is not here.
# https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html

_DEEP_LEARNING = "763104351884"

_OF_DEEP_LEARNING = {
    **dict.fromkeys(
        (
            *("ap-northeast-1", "ap-northeast-2", "ap-south-1", "ap-southeast-1"),
            *("ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1"),
            *("eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1"),
            "us-west-2",
        ),
        _DEEP_LEARNING,
    ),
    "af-south-1": "626614931356",
    "ap-east-1": "871362719292",
    "ap-northeast-3": "364406365360",
    "ap-south-2": "772153158452",
    "ap-southeast-3": "907027046896",
    "ap-southeast-4": "457447274322",
    "ca-west-1": "204538143572",
    "cn-north-1": "727897471807",
    "cn-northwest-1": "727897471807",
    "eu-central-2": "380420809688",
    "eu-south-1": "692866216735",
    "eu-south-2": "503227376785",
    "il-central-1": "780543022126",
    "me-central-1": "914824155844",
    "me-south-1": "217643126080",
    "us-gov-west-1": "442386744353",
}
"""The Deep Learning Containers: PyTorch, TensorFlow, Hugging Face and others."""

_OF_ALGORITHMS = {
    "ap-east-1": ("651117190479", "286214385809"),
    "ap-northeast-1": ("354813040037", "351501993468", "501404015308", "633353088612"),
    "ap-northeast-2": ("366743142698", "835164637446", "306986355934", "204372634319"),
    "ap-south-1": ("720646828776", "991648021394"),
    "ap-southeast-1": ("121021644041", "475088953585"),
    "ap-southeast-2": ("783357654285", "712309505854", "544295431143", "514117268639"),
    "ca-central-1": ("341280168497", "469771592824"),
    "cn-north-1": ("450853457545", "390948362332"),
    "cn-northwest-1": ("451049120500", "387376663083"),
    "eu-central-1": ("492215442770", "664544806723", "813361260812", "495149712605"),
    "eu-north-1": ("662702820516", "669576153137"),
    "eu-west-1": ("141502667606", "438346466558", "685385470294", "224300973850"),
    "eu-west-2": ("764974769150", "644912444149"),
    "eu-west-3": ("659782779980", "749696950732"),
    "me-south-1": ("801668240914", "249704162688"),
    "sa-east-1": ("737474898029", "855470959533"),
    "us-east-1": ("683313688378", "382416733822", "811284229777", "522234722520"),
    "us-east-2": ("257758044811", "404615174143", "825641698319", "566113047672"),
    "us-gov-west-1": ("414596584902", "226302683700"),
    "us-west-1": ("746614075791", "632365934929"),
    "us-west-2": ("246618743249", "174872318107", "433757028032", "156387875391"),
}
"""scikit-learn and XGBoost, then the built-in algorithms: these are in one account or in three."""


def _accounts_instead(account: str, region: str) -> tuple[str, ...]:
    """Return the accounts in which AWS has, in `region`, the images of `account`.

    Empty if it is the same account there, if the account is not one of AWS's, or if the region is
    newer than the tables.
    """
    there = _of_the_same_kind(account, region)
    return () if account in there else there


def _of_the_same_kind(account: str, region: str) -> tuple[str, ...]:
    if account in _OF_DEEP_LEARNING.values():
        return (_OF_DEEP_LEARNING[region],) if region in _OF_DEEP_LEARNING else ()
    for accounts in _OF_ALGORITHMS.values():
        if account in accounts:
            there = _OF_ALGORITHMS.get(region, ())
            return there[:1] if account == accounts[0] else there[1:]
    return ()
