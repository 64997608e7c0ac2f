"""What this program declares around a queue, a share or a job, told to their checks.

A provider's check sees one resource. The program knows those that it declared before, and passes
what a check needs of them by arguments that nothing compares, and that are absent where there is
nothing to say: `conflicts` of a queue or a share, `managed_in_program` of a job. Resources that
come from elsewhere are left to the live preflight.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi
from pulumi.dynamic import Resource
from pulumi.runtime import get_root_resource

from sjresource.checks.rules.queues import (
    OtherQueue,
    environment_counts_types,
    environment_has_one_queue,
    queue_has_room_for_shares,
)
from sjresource.checks.values.lookups import items_at, value_at
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    Arguments = Mapping[str, Any]

CONFLICTS = "conflicts"
MANAGED_IN_PROGRAM = "managed_in_program"

_ENVIRONMENT = "CreateServiceEnvironment"
_POLICY = "CreateSchedulingPolicy"
_QUEUE = "CreateJobQueue"
_SHARE = "CreateQuotaShare"


_QUEUE_ARGUMENTS = ("job_queue", "quota_share_name")


class Declared(NamedTuple):
    """A queue, environment, policy or share: its resource, its operation and its arguments."""

    resource: pulumi.Resource
    operation: str
    arguments: Arguments


_programs: WeakKeyDictionary[pulumi.Resource, list[Declared]] = WeakKeyDictionary()
"""What was declared so far, by stack: several programs may run in one process."""


def declare(resource: pulumi.Resource, operation: str, arguments: Arguments) -> None:
    """Record a resource for those that are declared after it."""
    stack = get_root_resource()
    if stack is not None:
        _programs.setdefault(stack, []).append(Declared(resource, operation, arguments))


def conflicts(operation: str, arguments: Arguments) -> pulumi.Output[Any] | None:
    """Return the argument that tells a check what conflicts with earlier declarations."""
    stack = get_root_resource()
    earlier = tuple(_programs.get(stack, ())) if stack is not None else ()
    if not earlier:
        return None
    return pulumi.Output.from_input(find_conflicts(operation, arguments, earlier))


def conflict_problems(properties: Arguments) -> Iterator[Problem]:
    """Yield the problems in that argument."""
    for each in items_at(properties, CONFLICTS):
        path, reason = value_at(each, "path"), value_at(each, "reason")
        if isinstance(path, str) and isinstance(reason, str):
            yield Problem(path, reason)


async def find_conflicts(
    operation: str, arguments: Arguments, earlier: Sequence[Declared]
) -> list[dict[str, str]] | None:
    """Return the conflicts with earlier declarations, as the argument holds them."""
    find = {_QUEUE: _of_queue, _SHARE: _of_share}[operation]
    problems: list[Problem] = []
    with contextlib.suppress(Exception):  # the SDK reports what went wrong
        problems = [problem async for problem in find(arguments, earlier)]
    return [{"path": each.path, "reason": each.reason} for each in problems] or None


async def _of_queue(arguments: Arguments, earlier: Sequence[Declared]) -> AsyncIterator[Problem]:
    quota_managed = await _is_quota_managed(arguments, earlier)
    for position, reference in enumerate(_environments(arguments)):
        environment = await _referred_to(reference, _ENVIRONMENT, arguments, earlier)
        if environment is None:
            continue
        for problem in environment_counts_types(position, await _units(environment)):
            if quota_managed:
                yield problem
        others = [
            OtherQueue(_name(queue.resource), await _is_quota_managed(queue.arguments, earlier))
            for queue in earlier
            if queue.operation == _QUEUE and await _has(queue, environment, earlier)
        ]
        for problem in environment_has_one_queue(position, others, quota_managed=quota_managed):
            yield problem


async def _of_share(arguments: Arguments, earlier: Sequence[Declared]) -> AsyncIterator[Problem]:
    queue = await _queue_of(arguments, earlier)
    shares = [
        share
        for share in earlier
        if queue
        and share.operation == _SHARE
        and await _queue_of(share.arguments, earlier) is queue
    ]
    for problem in queue_has_room_for_shares(len(shares)):
        yield problem


async def _queue_of(share: Arguments, earlier: Sequence[Declared]) -> Declared | None:
    return await _referred_to(share.get("job_queue"), _QUEUE, share, earlier)


async def _is_quota_managed(arguments: Arguments, earlier: Sequence[Declared]) -> bool | None:
    """Return whether a queue's policy is one of quota shares; None if it is not the program's."""
    reference = arguments.get("scheduling_policy_arn")
    policy = await _referred_to(reference, _POLICY, arguments, earlier)
    if policy is None:
        return False if reference is None else None
    return policy.arguments.get("quota_share_policy") is not None


async def _has(queue: Declared, environment: Declared, earlier: Sequence[Declared]) -> bool:
    for reference in _environments(queue.arguments):
        if await _referred_to(reference, _ENVIRONMENT, queue.arguments, earlier) is environment:
            return True
    return False


async def _units(environment: Declared) -> list[str]:
    limits = await pulumi.Output.from_input(environment.arguments.get("capacity_limits")).future()
    return [value_at(limit, "capacity_unit") for limit in limits or ()]


async def _referred_to(
    reference: Any, operation: str, by: Arguments, earlier: Sequence[Declared]
) -> Declared | None:
    """Return the one declared resource whose output, or whose given name, `reference` is.

    A name means a resource in the region of the one that names it.
    """
    candidates = [each for each in earlier if each.operation == operation]
    if isinstance(reference, pulumi.Output):
        resources = await reference.resources()
        found = [each for each in candidates if each.resource in resources]
    else:
        named = (reference, by.get("region"))
        name = _NAMES[operation]
        found = [
            each
            for each in candidates
            if reference and (each.arguments.get(name), each.arguments.get("region")) == named
        ]
    return found[0] if len(found) == 1 else None


_NAMES = {
    _ENVIRONMENT: "service_environment_name",
    _POLICY: "name",
    _QUEUE: "job_queue_name",
}


def _environments(arguments: Arguments) -> list[Any]:
    order = items_at(arguments, "service_environment_order")
    return [value_at(entry, "service_environment") for entry in order]


def _name(resource: pulumi.Resource) -> str:
    return resource.pulumi_resource_name


def managed_in_program(arguments: Mapping[str, Any]) -> pulumi.Output[list[str] | None] | None:
    """Return the names of arguments that are outputs of this program's resources.

    The same `up` may be about to repair such a queue or share. Only resources of other providers
    count: those of sjresource carry its tags at AWS.
    """
    given = {name: arguments.get(name) for name in _QUEUE_ARGUMENTS}
    outputs = {name: each for name, each in given.items() if isinstance(each, pulumi.Output)}
    return pulumi.Output.from_input(_managed(outputs)) if outputs else None


async def _managed(outputs: Mapping[str, pulumi.Output[Any]]) -> list[str] | None:
    found = [
        name
        for name, output in outputs.items()
        if any(_may_change(resource) for resource in await output.resources())
    ]
    return found or None


def _may_change(resource: pulumi.Resource) -> bool:
    """Return whether `up` may change it: references are only read, our own resources have tags."""
    return isinstance(resource, pulumi.CustomResource) and not isinstance(
        resource, (pulumi.StackReference, pulumi.ProviderResource, Resource)
    )
