"""What this program declares around a queue or a share, for rules that look at several things.

A provider's check sees one resource. The program knows those that it declared before, and hands
what does not fit to the check, by an argument of its own, which compares with nothing and is absent
where all fits. A thing that comes from elsewhere is left to the preflight.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime import get_root_resource

from sjresource.checks.rules.quota_management import (
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

PROPERTY = "misfits"

_ENVIRONMENT = "CreateServiceEnvironment"
_POLICY = "CreateSchedulingPolicy"
_QUEUE = "CreateJobQueue"
_SHARE = "CreateQuotaShare"


class Declared(NamedTuple):
    """One thing of the queue side: its resource, how it is made, and its arguments."""

    resource: pulumi.Resource
    operation: str
    arguments: Arguments


_programs: WeakKeyDictionary[pulumi.Resource, list[Declared]] = WeakKeyDictionary()
"""What was declared by now, by the program's stack; several programs may run in one process."""


def declare(resource: pulumi.Resource, operation: str, arguments: Arguments) -> None:
    """Remember a thing for those that are declared after it."""
    stack = get_root_resource()
    if stack is not None:
        _programs.setdefault(stack, []).append(Declared(resource, operation, arguments))


def misfits(operation: str, arguments: Arguments) -> pulumi.Output[Any] | None:
    """Return what does not fit to what was declared before, for the check to tell."""
    stack = get_root_resource()
    earlier = tuple(_programs.get(stack, ())) if stack is not None else ()
    if not earlier:
        return None
    return pulumi.Output.from_input(find_misfits(operation, arguments, earlier))


def misfit_problems(properties: Arguments) -> Iterator[Problem]:
    """Read what the program has found."""
    for misfit in items_at(properties, PROPERTY):
        path, reason = value_at(misfit, "path"), value_at(misfit, "reason")
        if isinstance(path, str) and isinstance(reason, str):
            yield Problem(path, reason)


async def find_misfits(
    operation: str, arguments: Arguments, earlier: Sequence[Declared]
) -> list[dict[str, str]] | None:
    """Find what does not fit to earlier declarations, as the argument holds it."""
    find = {_QUEUE: _of_queue, _SHARE: _of_share}[operation]
    problems: list[Problem] = []
    with contextlib.suppress(Exception):  # what went wrong is told where it belongs
        problems = [problem async for problem in find(arguments, earlier)]
    return [{"path": each.path, "reason": each.reason} for each in problems] or None


async def _of_queue(arguments: Arguments, earlier: Sequence[Declared]) -> AsyncIterator[Problem]:
    quota_managed = await _is_quota_managed(arguments, earlier)
    for position, reference in enumerate(_environments(arguments)):
        environment = await _meant(reference, _ENVIRONMENT, arguments, earlier)
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
    return await _meant(share.get("job_queue"), _QUEUE, share, earlier)


async def _is_quota_managed(arguments: Arguments, earlier: Sequence[Declared]) -> bool | None:
    """Whether a queue's policy is one of quota shares; None if it is not the program's own."""
    reference = arguments.get("scheduling_policy_arn")
    policy = await _meant(reference, _POLICY, arguments, earlier)
    if policy is None:
        return False if reference is None else None
    return policy.arguments.get("quota_share_policy") is not None


async def _has(queue: Declared, environment: Declared, earlier: Sequence[Declared]) -> bool:
    for reference in _environments(queue.arguments):
        if await _meant(reference, _ENVIRONMENT, queue.arguments, earlier) is environment:
            return True
    return False


async def _units(environment: Declared) -> list[str]:
    limits = await pulumi.Output.from_input(environment.arguments.get("capacity_limits")).future()
    return [value_at(limit, "capacity_unit") for limit in limits or ()]


async def _meant(
    reference: Any, operation: str, by: Arguments, earlier: Sequence[Declared]
) -> Declared | None:
    """Return the one thing of the program whose output, or whose given name, a reference is.

    A name means a thing of the region of what names it.
    """
    things = [each for each in earlier if each.operation == operation]
    if isinstance(reference, pulumi.Output):
        resources = await reference.resources()
        found = [each for each in things if each.resource in resources]
    else:
        named = (reference, by.get("region"))
        name = _NAMES[operation]
        found = [
            each
            for each in things
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
