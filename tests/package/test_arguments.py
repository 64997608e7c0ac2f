from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from sjresource import args
from sjresource.aws.models import input_shape

SHAPES = {
    "CapacityLimitArgs": ("CreateServiceEnvironment", "capacityLimits"),
    "EvaluateOnExitArgs": ("SubmitServiceJob", "retryStrategy", "evaluateOnExit"),
    "FairsharePolicyArgs": ("CreateSchedulingPolicy", "fairsharePolicy"),
    "JobPreemptionConfigurationArgs": ("SubmitServiceJob", "preemptionConfiguration"),
    "JobStateTimeLimitActionArgs": ("CreateJobQueue", "jobStateTimeLimitActions"),
    "QuotaShareCapacityLimitArgs": ("CreateQuotaShare", "capacityLimits"),
    "QuotaSharePolicyArgs": ("CreateSchedulingPolicy", "quotaSharePolicy"),
    "ResourceSharingConfigurationArgs": ("CreateQuotaShare", "resourceSharingConfiguration"),
    "RetryStrategyArgs": ("SubmitServiceJob", "retryStrategy"),
    "ServiceEnvironmentOrderArgs": ("CreateJobQueue", "serviceEnvironmentOrder"),
    "ShareDistributionArgs": ("CreateSchedulingPolicy", "fairsharePolicy", "shareDistribution"),
    "SharePreemptionConfigurationArgs": ("CreateQuotaShare", "preemptionConfiguration"),
    "TimeoutConfigArgs": ("SubmitServiceJob", "timeoutConfig"),
}
OURS = {"TimeoutsArgs"}


def structure(operation: str, *path: str) -> Any:
    """Follow members from an operation's request to a structure, through lists."""
    shape: Any = input_shape(operation)
    for step in path:
        shape = shape.members[step]
        shape = shape.member if shape.type_name == "list" else shape
    return shape


@pytest.mark.parametrize("name", SHAPES)
def test_nested_arguments_have_the_members_of_botocores_shapes(name: str) -> None:
    """No more, no fewer, and the same ones required: an editor offers what AWS takes."""
    typed, shape = getattr(args, name), structure(*SHAPES[name])

    assert set(typed.__annotations__) == {xform_name(member) for member in shape.members}
    assert typed.__required_keys__ == {xform_name(member) for member in shape.required_members}


def test_every_nested_argument_is_compared() -> None:
    """A new one belongs into the table."""
    names = {name for name in vars(args) if name.endswith("Args") and name[0] != "_"}

    assert names == {*SHAPES, *OURS}
