from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from sjresource.checks.preflight.declared import (
    Declarations,
    Declared,
    conflict_problems,
    conflicts,
)

KIND = "ml.g5.xlarge"


def a_resource(name: str) -> Any:
    """Make a resource, without an engine to register it."""
    resource = pulumi.CustomResource.__new__(pulumi.CustomResource)
    setattr(resource, "_name", name)  # noqa: B010 - what its constructor would do
    return resource


def output_of(declared: Declared) -> Any:
    """Make an output of a resource, unknown as in a preview."""
    nothing: asyncio.Future[Any] = asyncio.Future()
    nothing.set_result(None)
    is_known: asyncio.Future[bool] = asyncio.Future()
    is_known.set_result(False)
    return pulumi.Output({declared.resource}, nothing, is_known)


def environment(name: str, unit: str = KIND) -> Declared:
    """Declare an environment."""
    limits = [{"max_capacity": 4, "capacity_unit": unit}]
    arguments = {"capacity_limits": limits, "service_environment_name": name}
    return Declared(a_resource(name), "CreateServiceEnvironment", arguments)


def policy(name: str, **kind: Any) -> Declared:
    """Declare a policy."""
    return Declared(a_resource(name), "CreateSchedulingPolicy", kind)


def queue(name: str, over: Any, by: Any = None, **more: Any) -> Declared:
    """Declare a queue."""
    order = [{"order": 1, "service_environment": over}]
    arguments = {"service_environment_order": order, "scheduling_policy_arn": by, **more}
    return Declared(a_resource(name), "CreateJobQueue", arguments)


def share(name: str, of: Any) -> Declared:
    """Declare a share."""
    return Declared(a_resource(name), "CreateQuotaShare", {"job_queue": of})


async def told(*things: Any) -> list[str]:
    """Declare things; return what the check of the last one is told."""
    *earlier, last = things
    found = await Declarations(earlier).conflicts(last.operation, last.arguments)
    return [f"{each.path} {each.reason}" for each in conflict_problems({"conflicts": found})]


def test_a_program_that_fits_tells_nothing() -> None:
    """Neither does one whose things come from elsewhere."""

    async def program() -> None:
        types, all_ = environment("types"), environment("all", "NUM_INSTANCES")
        shares = policy("shares", quota_share_policy={})
        fair = policy("fair", fairshare_policy={})
        managed = queue("managed", output_of(types), output_of(shares))
        first = queue("first", output_of(all_), output_of(fair))

        assert await told(types, shares, managed) == []
        assert await told(types, all_, shares, fair, first, queue("b", output_of(all_))) == []
        assert await told(all_, queue("a", "all", "arn:aws:batch:…")) == []
        assert await told(managed, queue("a", "elsewhere")) == []
        far = queue("far", "all", output_of(shares), region="us-west-2")
        assert await told(all_, shares, far) == []

    asyncio.run(program())


@pytest.mark.parametrize("name", ["all", None])
def test_an_environment_of_all_instances_does_not_fit_to_quota_management(
    name: str | None,
) -> None:
    """The program has both, by an output or by its name, before AWS has either."""

    async def program() -> list[str]:
        all_ = environment("all", "NUM_INSTANCES")
        shares = policy("shares", quota_share_policy={})
        managed = queue("managed", name or output_of(all_), output_of(shares))
        return await told(all_, shares, managed)

    (reason,) = asyncio.run(program())
    assert reason.startswith("service_environment_order[0].service_environment has a limit in NUM")


def test_an_environment_under_quota_management_has_one_queue() -> None:
    """Whichever of the two is declared first."""

    async def program() -> list[list[str]]:
        types, shares = environment("types"), policy("shares", quota_share_policy={})
        managed = queue("managed", output_of(types), output_of(shares))
        plain = queue("plain", output_of(types))
        return [
            await told(types, shares, managed, plain),
            await told(types, shares, plain, managed),
        ]

    after, before = asyncio.run(program())
    assert 'is the environment of queue "managed" too' in after[0]
    assert 'is the environment of queue "plain" too' in before[0]


def test_a_queue_of_the_program_takes_twenty_shares() -> None:
    """The twenty-first is told; a share of another queue is none of them."""

    async def program() -> list[list[str]]:
        first, second = queue("first", "a"), queue("second", "b")
        shares = [share(f"team-{number}", output_of(first)) for number in range(20)]
        return [
            await told(first, second, *shares),
            await told(first, second, *shares, share("more", output_of(second))),
            await told(first, second, *shares, share("more", output_of(first))),
        ]

    assert asyncio.run(program()) == [
        [],
        [],
        ["job_queue has 20 quota shares without this one, and a queue takes 20"],
    ]


def test_without_a_stack_nothing_is_told() -> None:
    """Then the argument is absent, and nobody sees it."""
    assert conflicts("CreateJobQueue", {}) is None
