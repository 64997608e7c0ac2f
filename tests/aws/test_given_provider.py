"""`providers=` on our resources; pulumi-aws's plugin is a STAND-IN, see `standin`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

STANDIN = Path(__file__).parent / "standin"
PROGRAM = """
    import pulumi
    import sjresource as sj

    class Provider(pulumi.ProviderResource):  # as pulumi-aws's
        def __init__(self, name, region, profile=None):
            super().__init__("aws", name, {"region": region, "profile": profile})

    class Training(pulumi.ComponentResource):
        def __init__(self, name, opts=None):
            super().__init__("acme:ml:Training", name, {}, opts)
            self.capacity = sj.ServiceEnvironment(
                name,
                capacity_limits=[{"max_capacity": 4, "capacity_unit": "NUM_INSTANCES"}],
                opts=pulumi.ResourceOptions(parent=self),
            )

    there = Provider("there", "eu-west-1", "corp")
    training = Training("training", pulumi.ResourceOptions(providers={"aws": there}))
    pulumi.export("arn", training.capacity.service_environment_arn)
"""


def test_a_resource_is_made_where_its_components_provider_is(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """And its row says which of the provider's settings are not used."""
    environment = {
        **cloud.environment,
        "PATH": f"{STANDIN}{os.pathsep}{os.environ['PATH']}",
        "STANDIN_PYTHON": sys.executable,
    }
    stack = new_stack(PROGRAM, environment=environment)

    created = stack.up()

    assert stack.outputs()["arn"].startswith("arn:aws:batch:eu-west-1:")
    warnings = {
        each.urn.rpartition("::")[2]: each.message for each in created.diagnostics("warning")
    }
    assert warnings["training"].startswith("its provider's profile can't be used")
