"""How the arguments of queues, environments, policies and shares depend on each other.

The counterpart of `job_rules`: what AWS only says in words, with the page that says it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.payload import is_unknown
from sjresource.checks.values.lookups import is_given, items_at, may_be_given, repeated, value_at
from sjresource.checks.values.shapes import must_be_one_of
from sjresource.problem import Problem
from sjresource.vocabulary import NUM_INSTANCES, SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Properties = Mapping[str, Any]
    Rule = Callable[[Properties], Iterator[Problem]]


def queue_is_for_training(properties: Properties) -> Iterator[Problem]:
    """Service jobs need a queue of this type; other types are pulumi-aws's.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateJobQueue.html
    """
    found = value_at(properties, "job_queue_type")
    if isinstance(found, str) and not is_unknown(found) and found != SAGEMAKER_TRAINING:
        yield Problem("job_queue_type", f"must be {SAGEMAKER_TRAINING}, the type for service jobs")


def environments_are_distinct(properties: Properties) -> Iterator[Problem]:
    """Each environment has one place in the order.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceEnvironmentOrder.html
    """
    path = "service_environment_order"
    if not may_be_given(properties, path):
        yield Problem(path, "is required: a queue of this type has service environments")
    order = items_at(properties, path)
    for position in repeated(order, "order"):
        yield Problem(f"{path}[{position}].order", "is the place of an earlier one too")
    names = [{"name": _name(item)} for item in order]
    for position in repeated(names, "name"):
        yield Problem(
            f"{path}[{position}].service_environment", "is an environment that is named before"
        )


def queues_have_one_environment(properties: Properties) -> Iterator[Problem]:
    """A queue has one service environment, though it is given as a list.

    https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
    """
    path = "service_environment_order"
    count = len(items_at(properties, path))
    if count > 1:
        yield Problem(path, f"must have one item: a queue has one service environment, got {count}")


def limit_actions_terminate(properties: Properties) -> Iterator[Problem]:
    """A training job at the head of the queue can be terminated, not cancelled.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobStateTimeLimitAction.html
    https://docs.aws.amazon.com/batch/latest/userguide/sm_job_stuck_in_runnable.html
    """
    path = "job_state_time_limit_actions"
    for position, action in enumerate(items_at(properties, path)):
        if value_at(action, "action") == "CANCEL":
            yield Problem(
                f"{path}[{position}].action", f"must be TERMINATE in a {SAGEMAKER_TRAINING} queue"
            )
        reason = value_at(action, "reason")
        if isinstance(reason, str) and not is_unknown(reason) and reason not in _LIMIT_REASONS:
            yield must_be_one_of(f"{path}[{position}].reason", reason, _LIMIT_REASONS)


_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:SERVICE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:QUOTA_MANAGEMENT_LIMIT_EXCEEDED",
)


def environment_limits_fit_together(properties: Properties) -> Iterator[Problem]:
    """One limit for all instances, or one for each instance type.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    limits = items_at(properties, "capacity_limits")
    for position, limit in enumerate(limits):
        for name in ("max_capacity", "capacity_unit"):
            if isinstance(limit, dict) and not may_be_given(limit, name):
                yield Problem(f"capacity_limits[{position}].{name}", "is required")
        unit = value_at(limit, "capacity_unit")
        if unit == NUM_INSTANCES and len(limits) > 1:
            yield Problem(
                f"capacity_limits[{position}].capacity_unit",
                f"can be {NUM_INSTANCES} only in a limit that stands alone",
            )
        elif isinstance(unit, str) and unit != NUM_INSTANCES and not _is_instance_type(unit):
            yield Problem(
                f"capacity_limits[{position}].capacity_unit",
                f"must be {NUM_INSTANCES} or, under quota management, an instance type (ml.…)",
            )
    yield from _units_are_distinct(limits)


def share_limits_are_of_instance_types(properties: Properties) -> Iterator[Problem]:
    """A quota share's limits count instances of a type.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """
    limits = items_at(properties, "capacity_limits")
    for position, limit in enumerate(limits):
        unit = value_at(limit, "capacity_unit")
        if isinstance(unit, str) and not _is_instance_type(unit):
            yield Problem(
                f"capacity_limits[{position}].capacity_unit", "must be an instance type (ml.…)"
            )
    yield from _units_are_distinct(limits)


def only_borrowers_have_a_limit(properties: Properties) -> Iterator[Problem]:
    """A borrow limit belongs to a share that borrows.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_QuotaShareResourceSharingConfiguration.html
    """
    path = "resource_sharing_configuration"
    strategy = value_at(properties, f"{path}.strategy")
    lends = strategy in ("RESERVE", "LEND")
    if lends and is_given(properties, f"{path}.borrow_limit"):
        yield Problem(f"{path}.borrow_limit", "can only be given with the strategy LEND_AND_BORROW")


def policy_has_one_kind(properties: Properties) -> Iterator[Problem]:
    """Fair share or quota share, never both.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
    """
    if all(is_given(properties, name) for name in ("fairshare_policy", "quota_share_policy")):
        yield Problem("fairshare_policy", "can't be given with quota_share_policy: it is one kind")


def share_identifiers_do_not_overlap(properties: Properties) -> Iterator[Problem]:
    """`UserA*` and `UserA1` can't both be in one policy.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    path = "fairshare_policy.share_distribution"
    earlier: list[str] = []
    for position, share in enumerate(items_at(properties, path)):
        name = value_at(share, "share_identifier")
        if not isinstance(name, str) or is_unknown(name):
            continue
        if any(_overlap(name, other) for other in earlier):
            yield Problem(f"{path}[{position}].share_identifier", "overlaps with an earlier one")
        earlier.append(name)


def share_identifiers_are_in_aws_words(properties: Properties) -> Iterator[str]:
    """AWS's API page has letters and digits in share identifiers, its guide hyphens too.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    https://docs.aws.amazon.com/batch/latest/userguide/create-sagemaker-job-queue.html
    """
    path = "fairshare_policy.share_distribution"
    for position, share in enumerate(items_at(properties, path)):
        name = value_at(share, "share_identifier")
        if isinstance(name, str) and not is_unknown(name) and not _IN_AWS_WORDS.fullmatch(name):
            yield (
                f"{path}[{position}].share_identifier has other characters than letters, digits, "
                "hyphens and underscores, of which no page of AWS's says that Batch takes them"
            )


_IN_AWS_WORDS = re.compile(r"[A-Za-z0-9_-]*\*?")

QUEUE_ADVICE: Mapping[str, tuple[Callable[[Properties], Iterator[str]], ...]] = {
    "CreateSchedulingPolicy": (share_identifiers_are_in_aws_words,),
}

QUEUE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "CreateJobQueue": (
        queue_is_for_training,
        environments_are_distinct,
        queues_have_one_environment,
        limit_actions_terminate,
    ),
    "CreateServiceEnvironment": (environment_limits_fit_together,),
    "CreateSchedulingPolicy": (policy_has_one_kind, share_identifiers_do_not_overlap),
    "CreateQuotaShare": (share_limits_are_of_instance_types, only_borrowers_have_a_limit),
}


def _units_are_distinct(limits: list[Any]) -> Iterator[Problem]:
    for position in repeated(limits, "capacity_unit"):
        yield Problem(
            f"capacity_limits[{position}].capacity_unit", "is the unit of an earlier limit too"
        )


def _is_instance_type(unit: str) -> bool:
    return unit.startswith("ml.") or is_unknown(unit)


def _name(entry: Any) -> Any:
    found = value_at(entry, "service_environment")
    return name_in(found) if isinstance(found, str) and not is_unknown(found) else None


def _overlap(one: str, other: str) -> bool:
    if one.endswith("*") and other.rstrip("*").startswith(one[:-1]):
        return True
    if other.endswith("*") and one.rstrip("*").startswith(other[:-1]):
        return True
    return one == other
