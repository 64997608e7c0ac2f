from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest
from training_requests import JOB

from sjresource.checks.preflight.declared import managed_in_program
from sjresource.resources.service_job import ServiceJob


def an(kind: type[pulumi.Resource]) -> pulumi.Resource:
    """Return a resource of this kind, without an engine to register it."""
    return kind.__new__(kind)


async def told(*resources: pulumi.Resource) -> Any:
    """Return what the job's check is told of a queue that is an output of these resources."""
    known: asyncio.Future[Any] = asyncio.Future()
    known.set_result("training")
    is_known: asyncio.Future[bool] = asyncio.Future()
    is_known.set_result(True)
    queue: Any = pulumi.Output(set(resources), known, is_known)
    found = managed_in_program({**JOB, "job_queue": queue})
    assert found is not None
    return await found.future()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (pulumi.CustomResource, ["job_queue"]),
        (pulumi.StackReference, None),
        (pulumi.ComponentResource, None),
        (ServiceJob, None),
    ],
)
def test_a_queue_of_another_provider_is_told(
    kind: type[pulumi.Resource], expected: list[str] | None
) -> None:
    """What is only read from elsewhere is not managed, and ours is known by its mark."""
    assert asyncio.run(told(an(kind))) == expected


def test_a_name_in_the_program_tells_nothing() -> None:
    """Then the argument is absent, and nobody sees it."""
    assert managed_in_program(JOB) is None
