from __future__ import annotations

import asyncio
from typing import Any

import pulumi
import pytest

from sjresource.stack.aws_provider import region_of, warn_of_provider


class Provider(pulumi.ProviderResource):
    """A provider that no engine has registered."""

    def __init__(self, package: str, **settings: Any) -> None:  # not Pulumi's: there is no engine
        self.package = package
        vars(self).update(settings)


class Component(pulumi.ComponentResource):
    """A parent that hands on a provider."""

    def __init__(self, provider: Provider) -> None:  # not Pulumi's, as above
        self._providers = {provider.package: provider}


AWS = Provider("aws", region="eu-west-1")
OTHER = Provider("random", region="nowhere")


@pytest.mark.parametrize(
    ("opts", "region"),
    [
        (None, None),
        (pulumi.ResourceOptions(), None),
        (pulumi.ResourceOptions(provider=AWS), "eu-west-1"),
        (pulumi.ResourceOptions(provider=Provider("aws-native", region="eu-west-1")), "eu-west-1"),
        (pulumi.ResourceOptions(providers={"aws": AWS}), "eu-west-1"),
        (pulumi.ResourceOptions(providers=[OTHER, AWS]), "eu-west-1"),
        (pulumi.ResourceOptions(parent=Component(AWS)), "eu-west-1"),
        (pulumi.ResourceOptions(provider=OTHER), None),
        (pulumi.ResourceOptions(provider=Provider("aws")), None),
        (pulumi.ResourceOptions(provider=Provider("aws", region=None)), None),
    ],
)
def test_a_resource_is_where_its_provider_is(
    opts: pulumi.ResourceOptions | None, region: str | None
) -> None:
    """Given or inherited; what the program says of the resource itself counts first."""
    assert region_of(None, opts) == region
    assert region_of("us-east-2", opts) == "us-east-2"


@pytest.mark.parametrize(
    ("settings", "region", "warnings"),
    [
        ({"region": "eu-west-1"}, None, []),
        ({}, None, ["its provider does not say its region: the stack's aws:region counts; give"]),
        ({}, "eu-west-1", []),
        (
            {"region": "eu-west-1", "profile": "corp"},
            None,
            ["its provider's profile can't be used"],
        ),
        ({"region": "eu-west-1", "profile": None, "assume_roles": "[]"}, None, []),
    ],
)
def test_what_is_not_taken_from_a_provider_is_told_on_the_row(
    settings: dict[str, Any],
    region: str | None,
    warnings: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Credentials can't be handed on: they would stand in the state."""

    async def program() -> None:
        given = {name: pulumi.Output.from_input(value) for name, value in settings.items()}
        opts = pulumi.ResourceOptions(provider=Provider("aws", **given))
        warn_of_provider(AWS, opts, needs_region=region is None)
        for _ in range(9):
            await asyncio.sleep(0)

    asyncio.run(program())

    said = capsys.readouterr().err
    assert all(each in said for each in warnings)
    assert bool(said) == bool(warnings)
    assert "corp" not in said
