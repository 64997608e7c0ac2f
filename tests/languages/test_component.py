"""The example of a component in Python that other languages use, from YAML."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # it has no types
from job_stack import make_queue
from language_examples import EXAMPLES, why_no_yaml, yaml_stack
from native_sdks import python_sdk, why_no_sdks

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

WITHOUT = why_no_yaml() or why_no_sdks()
pytestmark = [pytest.mark.stack, pytest.mark.skipif(bool(WITHOUT), reason=WITHOUT)]


def test_a_component_in_python_is_used_from_yaml(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """Its children are resources of the plugin, which are waited for and diffed as any other."""
    component = shutil.copytree(
        EXAMPLES / "component", tmp_path / "component", ignore=shutil.ignore_patterns("venv")
    )
    # As Pulumi would make it of requirements.txt, which needs a package index.
    (component / "venv").symlink_to(sys.prefix)
    environment = {**cloud.environment, "PYTHONPATH": str(python_sdk(tmp_path / "sdk"))}
    stack = yaml_stack(new_stack, EXAMPLES / "component" / "try", environment)
    file = stack.work / "Pulumi.yaml"
    program = yaml.safe_load(file.read_text())
    program["plugins"]["providers"][0]["path"] = str(component)
    file.write_text(yaml.safe_dump(program))
    stack.set_config("queue", make_queue(cloud))
    up = stack.up()

    assert set(up.steps) == {("create", "small")}
    assert stack.outputs()["model"].startswith("s3://bucket/models/")
    stack.set_config("epochs", "20")
    changed = stack.preview("--diff")
    assert ("replace", "small") in changed.steps
    assert {name for _, name in changed.steps} == {"small"}
    assert '~ epochs: "10" => "20"' in changed.stdout
    assert cloud.submitted() == 1
