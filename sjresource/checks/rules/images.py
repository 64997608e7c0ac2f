"""Training images of Amazon ECR that a job can't pull where it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.checks.rules.foreign_arns import partition_of, place_of
from sjresource.checks.rules.image_registries import accounts_instead
from sjresource.checks.values.lookups import items_at, value_at
from sjresource.checks.values.rule import PAYLOAD, in_payload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.checks.values.rule import Payload, Request
    from sjresource.problem import Problem

_TRAINING_IMAGE = "AlgorithmSpecification.TrainingImage"

_REGISTRY = re.compile(
    r"(?P<account>\d{12})\.dkr[.-]ecr(-fips)?\.(?P<region>[a-z]+(-[a-z]+)+-\d+)\.(?P<suffix>[a-z0-9.-]+)/"
)
"""https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html"""

_OF_CHINA = "amazonaws.com.cn"
_OF_AWS = "amazonaws.com"


class Registry(NamedTuple):
    """A registry of Amazon ECR: whose it is, and where."""

    account: str
    region: str
    suffix: str


def images_are_of_the_jobs_region(
    request: Request, payload: Payload, region: str | None = None
) -> Iterator[Problem]:
    """SageMaker pulls a training image from the ECR of its own region only.

    https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    https://github.com/aws-samples/mlops-amazon-sagemaker/issues/9
    https://github.com/aws/sagemaker-pytorch-inference-toolkit/pull/7
    """
    region, partition = place_of(request, region)
    registry = _registry(value_at(payload, _TRAINING_IMAGE))
    if registry is None:
        return
    of_registry = partition_of(registry.region)
    if of_registry and partition and of_registry != partition:
        reason = f"is in the partition {of_registry}, the job's is {partition}"
        yield in_payload(_TRAINING_IMAGE, reason)
    elif region and registry.region != region:
        reason = f"is in the ECR of {registry.region}, but the job runs in {region}"
        yield in_payload(_TRAINING_IMAGE, reason)
    elif registry.suffix in (_OF_AWS, _OF_CHINA):
        right = _OF_CHINA if of_registry == "aws-cn" else _OF_AWS
        if registry.suffix != right:
            reason = (
                f"must be at {registry.region}.{right}, got {registry.region}.{registry.suffix}"
            )
            yield in_payload(_TRAINING_IMAGE, reason)


def aws_images_are_where_aws_has_them(
    request: Request, payload: Payload, region: str | None = None
) -> Iterator[str]:
    """AWS's own images are in other accounts in other regions.

    https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
    """
    region, _ = place_of(request, region)
    registry = _registry(value_at(payload, _TRAINING_IMAGE))
    there = accounts_instead(registry.account, registry.region) if registry else ()
    if registry and there:
        yield (
            f"{PAYLOAD}.{_TRAINING_IMAGE} is in AWS's account {registry.account}, which is not "
            f"known to have images in {registry.region}; there they are in {' or '.join(there)}"
        )
    for path, image in _evaluators(payload):
        registry = _registry(image)
        if registry and region and registry.region != region:
            yield f"{path} is in the ECR of {registry.region}, but the job runs in {region}"


def _evaluators(payload: Payload) -> Iterator[tuple[str, Any]]:
    for rules in ("DebugRuleConfigurations", "ProfilerRuleConfigurations"):
        for position, rule in enumerate(items_at(payload, rules)):
            path = f"{PAYLOAD}.{rules}[{position}].RuleEvaluatorImage"
            yield path, value_at(rule, "RuleEvaluatorImage")


def _registry(image: Any) -> Registry | None:
    found = _REGISTRY.match(image) if isinstance(image, str) else None
    return Registry(found["account"], found["region"], found["suffix"]) if found else None
