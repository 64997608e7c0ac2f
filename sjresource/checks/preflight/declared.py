"""What this program declares around a queue, a share or a job, for their checks.

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
from sjresource.checks.values.lookups import each_at, items_at, value_at
from sjresource.problem import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

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


_NAMES = {
    _ENVIRONMENT: "service_environment_name",
    _POLICY: "name",
    _QUEUE: "job_queue_name",
}


class Declarations:
    """Queues, environments, policies and shares of a program, in the order of their declaration."""

    def __init__(self, declared: Iterable[Declared]) -> None:
        self._declared = tuple(declared)

    async def conflicts(self, operation: str, arguments: Arguments) -> list[dict[str, str]] | None:
        """Return the conflicts of a new queue or share, as the argument `conflicts` holds them."""
        find = {_QUEUE: self._conflicts_of_queue, _SHARE: self._conflicts_of_share}[operation]
        problems: list[Problem] = []
        with contextlib.suppress(Exception):  # the SDK reports what went wrong
            problems = [problem async for problem in find(arguments)]
        return [{"path": each.path, "reason": each.reason} for each in problems] or None

    async def queue_of(self, arguments: Arguments) -> Declared | None:
        """Return the queue of a job or a share, if the program declares it."""
        return await self._find(_QUEUE, arguments.get("job_queue"), arguments)

    async def environments_of(self, queue: Arguments) -> dict[str, Declared | None]:
        """Return a queue's environments by path; None for those the program does not declare."""
        named = {
            f"{path}.service_environment": value_at(entry, "service_environment")
            for path, entry in each_at(queue, "service_environment_order")
        }
        return {path: await self._find(_ENVIRONMENT, each, queue) for path, each in named.items()}

    async def _conflicts_of_queue(self, arguments: Arguments) -> AsyncIterator[Problem]:
        quota_managed = await self._is_quota_managed(arguments)
        for path, environment in (await self.environments_of(arguments)).items():
            if environment is None:
                continue
            given = environment.arguments.get("capacity_limits")
            limits = await pulumi.Output.from_input(given).future() or ()
            units = [value_at(limit, "capacity_unit") for limit in limits]
            for problem in environment_counts_types(path, units if quota_managed else ()):
                yield problem
            others = [
                OtherQueue(
                    queue.resource.pulumi_resource_name,
                    await self._is_quota_managed(queue.arguments),
                )
                for queue in self._of(_QUEUE)
                if await self._is_over(queue, environment)
            ]
            for problem in environment_has_one_queue(path, others, quota_managed=quota_managed):
                yield problem

    async def _conflicts_of_share(self, arguments: Arguments) -> AsyncIterator[Problem]:
        queue = await self.queue_of(arguments)
        queues = [await self.queue_of(share.arguments) for share in self._of(_SHARE)]
        earlier = sum(each is queue for each in queues) if queue else 0
        for problem in queue_has_room_for_shares(earlier):
            yield problem

    async def _is_over(self, queue: Declared, environment: Declared) -> bool:
        found = await self.environments_of(queue.arguments)
        return any(each is environment for each in found.values())

    async def _is_quota_managed(self, queue: Arguments) -> bool | None:
        """Return whether a queue's policy is one of quota shares; None if it is not declared."""
        reference = queue.get("scheduling_policy_arn")
        policy = await self._find(_POLICY, reference, queue)
        if policy is None:
            return False if reference is None else None
        return policy.arguments.get("quota_share_policy") is not None

    async def _find(self, operation: str, reference: Any, by: Arguments) -> Declared | None:
        """Return the one resource whose output, or whose given name, `reference` is.

        A name means a resource in the region of the one that names it.
        """
        found: list[Declared] = []
        if isinstance(reference, pulumi.Output):
            resources = await reference.resources()
            found = [each for each in self._of(operation) if each.resource in resources]
        elif reference:
            wanted = (reference, by.get("region"))
            name = _NAMES[operation]
            found = [
                each
                for each in self._of(operation)
                if (each.arguments.get(name), each.arguments.get("region")) == wanted
            ]
        return found[0] if len(found) == 1 else None

    def _of(self, operation: str) -> list[Declared]:
        return [each for each in self._declared if each.operation == operation]


_programs: WeakKeyDictionary[pulumi.Resource, list[Declared]] = WeakKeyDictionary()
"""What was declared, by stack: several programs may run in one process."""


def declared_so_far() -> list[Declared]:
    """Return what the running program has declared; to be appended to."""
    stack = get_root_resource()
    return _programs.setdefault(stack, []) if stack else []


def conflicts(operation: str, arguments: Arguments) -> pulumi.Output[Any] | None:
    """Return the argument that tells a check what conflicts with earlier declarations."""
    earlier = declared_so_far()
    if not earlier:
        return None
    return pulumi.Output.from_input(Declarations(earlier).conflicts(operation, arguments))


def conflict_problems(properties: Arguments) -> Iterator[Problem]:
    """Yield the problems in that argument."""
    for each in items_at(properties, CONFLICTS):
        path, reason = value_at(each, "path"), value_at(each, "reason")
        if isinstance(path, str) and isinstance(reason, str):
            yield Problem(path, reason)


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
