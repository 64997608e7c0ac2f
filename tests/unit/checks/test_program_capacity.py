from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from training_requests import PAYLOAD

from sjresource.checks.preflight.declared import Declarations, Declared
from sjresource.checks.warnings.program import capacity_warning


def output_of(declared: Declared) -> pulumi.Output[Any]:
    """Make an output of its resource, unknown as in a first preview."""

    async def resolved(value: Any) -> Any:
        return value

    return pulumi.Output({declared.resource}, resolved(None), resolved(False))  # noqa: FBT003 - Pulumi's


def declared(operation: str, **arguments: Any) -> Declared:
    """Declare a resource that no engine has registered."""
    return Declared(pulumi.Resource.__new__(pulumi.Resource), operation, arguments)


def said(instances: Any, *limits: Any, others: bool = False) -> str | None:
    """Ask for instances of ml.m5.large in a queue over environments with these limits."""

    async def program() -> str | None:
        environments = [
            declared("CreateServiceEnvironment", capacity_limits=each) for each in limits
        ]
        named: list[Any] = ["theirs"] if others else []
        named.extend(map(output_of, environments))
        order = [{"order": at, "service_environment": each} for at, each in enumerate(named)]
        queue = declared("CreateJobQueue", service_environment_order=order)
        config = {
            **PAYLOAD["ResourceConfig"],
            "InstanceCount": instances() if callable(instances) else instances,
        }
        payload = {**PAYLOAD, "ResourceConfig": config}
        job = {"job_queue": output_of(queue), "service_request_payload": payload}
        return await capacity_warning(Declarations([*environments, queue]), job)

    return asyncio.run(program())


ANY_TWO = [{"max_capacity": 2, "capacity_unit": "NUM_INSTANCES"}]
FOUR_LARGE = [{"max_capacity": 4, "capacity_unit": "ml.m5.large"}]


def test_a_job_that_this_program_can_never_serve_is_told_with_numbers() -> None:
    """Wanted and available, while nothing of it exists."""
    assert said(8, ANY_TWO, FOUR_LARGE) == (
        "service_request_payload.ResourceConfig asks for 8 ml.m5.large, more than its queue's "
        "environments, which this program declares, can ever give: 2 instances or 4 ml.m5.large; "
        "it would wait for ever: raise max_capacity, or lower InstanceCount"
    )
    assert said(lambda: pulumi.Output.from_input(3), ANY_TWO)


@pytest.mark.parametrize(
    ("instances", "limits"),
    [
        (2, [ANY_TWO]),
        (3, [ANY_TWO, FOUR_LARGE]),
        (8, []),
        (8, ["x"]),
        (8, [[{}]]),
        ("8", [ANY_TWO]),
    ],
)
def test_what_fits_or_is_not_known_is_not_told(instances: Any, limits: list[Any]) -> None:
    """What is wrong in its kind is told elsewhere."""
    assert said(instances, *limits) is None


def test_what_others_have_made_may_be_large_enough() -> None:
    """An environment that is only named, or a queue that is."""
    assert said(8, ANY_TWO, others=True) is None
    job = {"job_queue": "training", "service_request_payload": PAYLOAD}
    assert asyncio.run(capacity_warning(Declarations([]), job)) is None
