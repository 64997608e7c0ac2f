"""The example with the SDK that Pulumi's generators make of the schema, and the plugin's folder."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # it has no types
from native_sdks import python_sdk, why_no_sdks

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = [
    pytest.mark.stack,
    pytest.mark.skipif(bool(why_no_sdks()), reason=why_no_sdks()),
]

PLUGIN = Path(__file__).parents[3] / "plugin"

EXAMPLE = Path(__file__).parents[3] / "examples" / "languages" / "python" / "__main__.py"
CONFIG = {
    "project:role_arn": "arn:aws:iam::123456789012:role/training",
    "project:image": "image",
    "project:models": "s3://bucket/models",
    "project:epochs": "1",
}
MORE = """
pulumi.export("succeeded", trained.summary.succeeded)
pulumi.export("limit", capacity.capacity_limits[0].max_capacity)
"""


def with_plugin_folder(stack: PulumiStack) -> None:
    """Let the project name a copy of `plugin/` whose environment is that of the tests."""
    folder = stack.folder / "plugin"
    shutil.copytree(PLUGIN, folder, ignore=shutil.ignore_patterns("venv"))
    (folder / "venv").symlink_to(sys.prefix)
    file = stack.work / "Pulumi.yaml"
    project = yaml.safe_load(file.read_text())
    project["plugins"] = {"providers": [{"name": "sjresource", "path": str(folder)}]}
    file.write_text(json.dumps(project))


def test_a_program_of_the_generated_sdk_trains(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """Typed arguments go in, typed outputs and a function's answer come out, secrets stay such.

    In a payload that is JSON text the one line that differs is marked.
    """
    environment = {**cloud.environment, "PYTHONPATH": str(python_sdk(tmp_path / "sdk"))}
    program = EXAMPLE.read_text().replace('"run": "7"', '"run": 7') + MORE
    stack = new_stack(program, config=CONFIG, environment=environment)
    stack.set_config("api_key", "sk-very-secret", secret=True)
    with_plugin_folder(stack)
    stack.up()

    outputs = stack.outputs()
    assert outputs["model"].startswith("s3://bucket/models/")
    assert (outputs["status"], outputs["succeeded"], outputs["limit"]) == ("SUCCEEDED", 2, 2)
    assert "sk-very-secret" not in json.dumps(stack.state())
    assert stack.resources()["train"]["inputs"]["tags"] == {"run": "7"}

    stack.set_config("epochs", "2")
    preview = stack.preview("--diff")
    assert ("replace", "train") in preview.steps
    assert '"1" => "2"' in preview.stdout
    assert ("replace", "other") in preview.steps
    changed = [line.strip() for line in preview.stdout.splitlines() if '"1" => "2"' in line]
    names = sorted(line.split(":")[0].split()[-1] for line in changed)
    assert names == ["epochs", "layers"], changed
    assert "volumeSizeInGB" not in preview.stdout
