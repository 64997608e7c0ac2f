"""A component package that makes our resources, and the two Pythons that it needs them in."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

PACKAGE = """
from typing import Optional, TypedDict

import pulumi
from pulumi.provider.experimental import component_provider_host

import sjresource as sj


class CapacityArgs(TypedDict):
    instances: pulumi.Input[int]


class Capacity(pulumi.ComponentResource):
    def __init__(
        self, name: str, args: CapacityArgs, opts: Optional[pulumi.ResourceOptions] = None
    ) -> None:
        super().__init__("sj-components:index:Capacity", name, {}, opts)
        limits = [{"max_capacity": args["instances"], "capacity_unit": "NUM_INSTANCES"}]
        sj.ServiceEnvironment(
            name, capacity_limits=limits, opts=pulumi.ResourceOptions(parent=self)
        )
        self.register_outputs({})


if __name__ == "__main__":
    component_provider_host(name="sj-components", components=[Capacity])
"""
CONSUMER = """
import pulumi

pulumi.ComponentResource("sj-components:index:Capacity", "team", {"instances": 2}, remote=True)
"""


def without_sjresource(folder: Path) -> Path:
    """Make a virtual environment that has what the tests' has, but for sjresource."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (packages / "tests.pth").write_text("\n".join(each for each in sys.path if "site-pack" in each))
    (packages / "sjresource.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'sjresource'\")"
    )
    return folder


def test_a_component_package_needs_sjresource_in_the_consumers_python_too(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """Its own Python declares, and the engine starts the plugin with that of the project."""
    package = tmp_path / "package"
    package.mkdir()
    (package / "__main__.py").write_text(PACKAGE)
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    (package / "PulumiPlugin.yaml").write_text(
        json.dumps({"name": "sj-components", "runtime": runtime, "version": "0.1.0"})
    )
    stack = new_stack(CONSUMER, environment=cloud.environment)
    project = stack.work / "Pulumi.yaml"
    settings = json.loads(project.read_text())
    settings["plugins"] = {"providers": [{"name": "sj-components", "path": str(package)}]}
    project.write_text(json.dumps(settings))

    assert stack.preview().steps.count(("create", "team")) == 2  # the component and its child

    bare = without_sjresource(tmp_path / "bare")
    settings["runtime"]["options"]["virtualenv"] = str(bare)
    project.write_text(json.dumps(settings))
    failed = stack.preview(fails=True)
    assert "No module named 'sjresource'" in failed.stdout + failed.stderr
