"""Warnings about queues, environments, policies and shares: what no page of AWS's says it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.checks.values.lookups import (
    each_at,
    items_at,
    may_be_given,
    repeated_at,
    text_at,
    whole_number_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Properties = Mapping[str, Any]

_MOST_LIMITS = 5
_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
)


def share_identifiers_are_in_aws_words(properties: Properties) -> Iterator[str]:
    """AWS's pages have share identifiers of letters, digits, hyphens and underscores only.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    https://docs.aws.amazon.com/batch/latest/userguide/create-sagemaker-job-queue.html
    """
    for path, share in each_at(properties, "fairshare_policy.share_distribution"):
        name = text_at(share, "share_identifier")
        if name is not None and not re.fullmatch(r"[A-Za-z0-9_-]*\*?", name):
            yield (
                f"{path}.share_identifier has other characters than letters, digits, "
                "hyphens and underscores, of which no page of AWS's says that Batch takes them"
            )


def time_limits_are_for_known_reasons(properties: Properties) -> Iterator[str]:
    """A time limit counts where its reason is the one for which a training job waits.

    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
    """
    for path, action in each_at(properties, "job_state_time_limit_actions"):
        reason = text_at(action, "reason")
        if reason is not None and reason not in _LIMIT_REASONS:
            yield (
                f"{path}.reason is none for which AWS's pages say that a training job waits, so "
                f"the limit may never count; those are {', '.join(_LIMIT_REASONS)}"
            )


def environments_have_few_limits(properties: Properties) -> Iterator[str]:
    """A share has at most five limits; of an environment no page of AWS's says how many.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """
    count = len(items_at(properties, "capacity_limits"))
    if count > _MOST_LIMITS:
        yield (
            f"capacity_limits has {count} limits: a quota share can have {_MOST_LIMITS}, and no "
            "page of AWS's says that an environment can have more"
        )


def limits_are_whole(properties: Properties) -> Iterator[str]:
    """A limit counts by its number and its unit, neither of which Batch's API requires.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    for path, limit in each_at(properties, "capacity_limits"):
        for name in ("max_capacity", "capacity_unit"):
            if isinstance(limit, dict) and not may_be_given(limit, name):
                yield (
                    f"{path}.{name} is left out, and no page of AWS's says what a limit "
                    "without it means"
                )


def limit_units_are_distinct(properties: Properties) -> Iterator[str]:
    """A limit is one of all instances, or of one type; no page of AWS's has a unit twice.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    for repeated in repeated_at(properties, "capacity_limits", "capacity_unit"):
        yield (
            f"{repeated} is the unit of an earlier limit too, and no page of AWS's says which "
            "of them counts"
        )


def shares_have_capacity(properties: Properties) -> Iterator[str]:
    """A limit of a share is at least 1 in CloudFormation; Batch's own pages have no bound.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-batch-quotashare-quotasharecapacitylimit.html
    """
    for path, limit in each_at(properties, "capacity_limits"):
        if whole_number_at(limit, "max_capacity") == 0:
            yield f"{path}.max_capacity is 0, and AWS's CloudFormation asks for at least 1"


QUEUE_WARNINGS: Mapping[str, tuple[Callable[[Properties], Iterator[str]], ...]] = {
    "CreateJobQueue": (time_limits_are_for_known_reasons,),
    "CreateServiceEnvironment": (
        environments_have_few_limits,
        limits_are_whole,
        limit_units_are_distinct,
    ),
    "CreateSchedulingPolicy": (share_identifiers_are_in_aws_words,),
    "CreateQuotaShare": (shares_have_capacity, limit_units_are_distinct),
}
