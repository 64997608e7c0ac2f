"""Whether a job asks for more than the environments of the same program can ever give it.

In a new stack the queue is unknown in the preview, and AWS can't be asked about it. The program
has declared it, though, and what stands behind it: the job would be submitted, and wait for ever.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pulumi

from sjresource.aws.payload import is_plain
from sjresource.checks.preflight.job import counted, limited, may_run
from sjresource.checks.rules.instance_hours import requested_instances
from sjresource.checks.values.lookups import holds_unknown


async def too_much(job_queue: Any, payload: Any) -> str | None:
    """Say what is asked for and what there is; None if it fits, or if that is not known here."""
    queue = await _declared(job_queue, "service_environment_order")
    if queue is None:
        return None
    wanted = requested_instances(await _resources_of(payload))
    order = queue["service_environment_order"]
    places = [_environment(place) for place in order] if isinstance(order, (list, tuple)) else []
    found = [await _declared(place, "capacity_limits") for place in places]
    if not wanted or not found or None in found:
        return None
    environments = [_described(await _known(each["capacity_limits"])) for each in found if each]
    if None in environments or any(may_run(each, wanted) for each in environments if each):
        return None
    there = " and ".join(limited(each) for each in environments if each)
    return (
        f"service_request_payload.ResourceConfig asks for {counted(wanted)}, more than its queue's "
        f"environments, which this program declares, can ever give: {there}; it would wait for "
        "ever: lower InstanceCount, or raise max_capacity"
    )


def _environment(place: Any) -> Any:
    return place.get("service_environment") if isinstance(place, dict) else None


async def _declared(named: Any, argument: str) -> dict[str, Any] | None:
    """Return the arguments of the resource of ours that an argument is an output of."""
    if not isinstance(named, pulumi.Output):
        return None
    for resource in await named.resources():
        given = getattr(resource, "given_arguments", None)
        if isinstance(given, dict) and argument in given:
            return given
    return None


async def _resources_of(payload: Any) -> Any:
    """Return what a payload says of instances; the rest need not be waited for."""
    if isinstance(payload, dict):
        return {"ResourceConfig": await _known(payload.get("ResourceConfig"))}
    return await _known(payload)


async def _known(value: Any) -> Any:
    """Return what Outputs in it hold; None where one is unknown."""
    known = value if is_plain(value) else await pulumi.Output.from_input(value).future()
    return None if holds_unknown(known) else known


def _described(limits: Any) -> dict[str, Any] | None:
    """Return limits as AWS describes them; None if they are not what they have to be."""
    with contextlib.suppress(TypeError, KeyError, ValueError):
        return {
            "capacityLimits": [
                {"maxCapacity": float(each["max_capacity"]), "capacityUnit": each["capacity_unit"]}
                for each in limits
            ]
        }
    return None
