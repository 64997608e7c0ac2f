"""How the arguments of queues, environments, policies and shares depend on each other.

The counterpart of `job`: rules that AWS gives in words, with the page that does. Those of
`QUOTA_MANAGEMENT` look at several resources, of which a provider's check sees one. The others are
what the program declares (`preflight/declared.py`) and what AWS has (`preflight/queue.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in
from sjresource.checks.values.lookups import (
    each_at,
    is_given,
    items_at,
    may_be_given,
    repeated_at,
    text_at,
    value_at,
)
from sjresource.problem import Problem
from sjresource.vocabulary import NUM_INSTANCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Properties = Mapping[str, Any]
    Rule = Callable[[Properties], Iterator[Problem]]

_MOST_SHARES = 20


def environments_are_distinct(properties: Properties) -> Iterator[Problem]:
    """Each environment has one place in the order.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ServiceEnvironmentOrder.html
    """
    path = "service_environment_order"
    if not may_be_given(properties, path):
        yield Problem(path, "is required: a queue of this type has service environments")
    for repeated in repeated_at(properties, path, "order"):
        yield Problem(repeated, "is the place of an earlier one too")
    order = [text_at(entry, "service_environment") for entry in items_at(properties, path)]
    named = {path: [{"service_environment": name and name_in(name)} for name in order]}
    for repeated in repeated_at(named, path, "service_environment"):
        yield Problem(repeated, "is an environment that is named before")


def environment_limits_fit_together(properties: Properties) -> Iterator[Problem]:
    """An environment has one limit for all instances, or one for each instance type.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CapacityLimit.html
    """
    limits = list(each_at(properties, "capacity_limits"))
    for path, limit in limits:
        unit = text_at(limit, "capacity_unit")
        if unit == NUM_INSTANCES and len(limits) > 1:
            reason = f"can be {NUM_INSTANCES} only in a limit that stands alone"
            yield Problem(f"{path}.capacity_unit", reason)
        elif unit is not None and unit != NUM_INSTANCES and not unit.startswith("ml."):
            reason = f"must be {NUM_INSTANCES} or, under quota management, an instance type (ml.…)"
            yield Problem(f"{path}.capacity_unit", reason)


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
    """A policy is one of fair share or of quota shares, not both.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
    """
    if all(is_given(properties, name) for name in ("fairshare_policy", "quota_share_policy")):
        yield Problem("fairshare_policy", "can't be given with quota_share_policy: it is one kind")


def share_identifiers_do_not_overlap(properties: Properties) -> Iterator[Problem]:
    """`UserA*` and `UserA1` can't both be in one policy.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_ShareAttributes.html
    """
    earlier: list[str] = []
    for path, share in each_at(properties, "fairshare_policy.share_distribution"):
        name = text_at(share, "share_identifier")
        if name is None:
            continue
        if any(_overlap(name, other) for other in earlier):
            yield Problem(f"{path}.share_identifier", "overlaps with an earlier one")
        earlier.append(name)


QUEUE_RULES: Mapping[str, tuple[Rule, ...]] = {
    "CreateJobQueue": (environments_are_distinct,),
    "CreateServiceEnvironment": (environment_limits_fit_together,),
    "CreateSchedulingPolicy": (policy_has_one_kind, share_identifiers_do_not_overlap),
    "CreateQuotaShare": (only_borrowers_have_a_limit,),
}


class OtherQueue(NamedTuple):
    """Another queue over the same environment; `quota_managed` is None if that is not known."""

    name: str
    quota_managed: bool | None


def environment_counts_types(path: str, units: Iterable[Any]) -> Iterator[Problem]:
    """Under quota management an environment's limits count instances of a type.

    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    if NUM_INSTANCES in units:
        reason = (
            f"has a limit in {NUM_INSTANCES}, and the queue's policy is one of quota shares, "
            "which takes limits of instance types (ml.…)"
        )
        yield Problem(path, reason)


def environment_has_one_queue(
    path: str, others: Iterable[OtherQueue], *, quota_managed: bool | None
) -> Iterator[Problem]:
    """An environment under quota management has one queue.

    https://docs.aws.amazon.com/batch/latest/userguide/create-quota-management-resources.html
    """
    for other in others:
        if quota_managed or other.quota_managed:
            reason = (
                f'is the environment of queue "{other.name}" too, and under quota management an '
                "environment has one queue"
            )
            yield Problem(path, reason)
            return


def queue_has_room_for_shares(earlier: int) -> Iterator[Problem]:
    """A queue has at most 20 quota shares.

    https://docs.aws.amazon.com/batch/latest/userguide/quota-shares.html
    """
    if earlier >= _MOST_SHARES:
        reason = f"has {earlier} quota shares without this one, and a queue takes {_MOST_SHARES}"
        yield Problem("job_queue", reason)


QUOTA_MANAGEMENT = (environment_counts_types, environment_has_one_queue, queue_has_room_for_shares)


def _overlap(one: str, other: str) -> bool:
    if one.endswith("*") and other.rstrip("*").startswith(one[:-1]):
        return True
    if other.endswith("*") and one.rstrip("*").startswith(other[:-1]):
        return True
    return one == other
