"""Whether a job's queue is managed by this very program, though not by sjresource.

What sjresource made carries its mark. A queue of pulumi-aws or aws-native has none, but the
argument that names it is an output of that resource. The job's check needs to know, since the same
`up` may be about to repair that queue; it is told by an argument of its own, which compares with
nothing and is absent where there is no such queue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi
from pulumi.dynamic import Resource

if TYPE_CHECKING:
    from collections.abc import Mapping

PROPERTY = "managed_in_program"

_NAMING = ("job_queue", "quota_share_name")


def managed_in_program(arguments: Mapping[str, Any]) -> pulumi.Output[list[str] | None] | None:
    """Give the arguments that come from resources of this program, of other providers."""
    outputs = {
        name: arguments[name] for name in _NAMING if isinstance(arguments.get(name), pulumi.Output)
    }
    return pulumi.Output.from_input(_managed(outputs)) if outputs else None


async def _managed(outputs: Mapping[str, pulumi.Output[Any]]) -> list[str] | None:
    found = [
        name
        for name, output in outputs.items()
        if any(_may_change(resource) for resource in await output.resources())
    ]
    return found or None


def _may_change(resource: pulumi.Resource) -> bool:
    """A reference to another stack is only read; what is dynamic and ours is marked already."""
    return isinstance(resource, pulumi.CustomResource) and not isinstance(
        resource, (pulumi.StackReference, pulumi.ProviderResource, Resource)
    )
