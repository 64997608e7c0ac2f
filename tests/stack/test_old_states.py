from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import CommandLine
from emulated_stack import PROGRAM
from native_programs import WHOLE, native_stack

from sjresource.cli.terminal.exit_codes import ExitCode

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

STATES = Path(__file__).parent / "states"


@pytest.mark.parametrize("state", sorted(STATES.glob("*.json")), ids=lambda path: path.stem)
def test_a_state_of_every_release_still_works(
    cloud: EmulatedCloud, new_stack: NewStack, state: Path
) -> None:
    """An upgrade shows no difference, refreshes, and destroys; nothing is submitted.

    Each state was exported by its release after an `up` of emulated_stack's PROGRAM, 10 epochs, or
    of native_programs' WHOLE. Its job has ended, and AWS has long forgotten all of it.
    """
    settings: dict[str, Any] = {"environment": cloud.environment}
    native = state.stem.startswith("native-")
    stack = (
        native_stack(new_stack, WHOLE, **settings)
        if native
        else new_stack(PROGRAM, config={"project:epochs": "10"}, **settings)
    )
    key = "createdAt" if native else "created_at"
    stack.run("stack", "import", "--file", str(state))
    whole = stack.checkpoint_file.read_text()
    damaged = json.loads(whole)
    for resource in damaged["checkpoint"]["latest"]["resources"]:
        if key in resource.get("outputs", {}):
            resource["outputs"][key] = "yesterday"
    stack.checkpoint_file.write_text(json.dumps(damaged))
    a_damaged_state_is_told(stack, key)
    stack.checkpoint_file.write_text(whole)

    assert stack.up("--expect-no-changes").steps == []
    assert stack.outputs()["status"] == "SUCCEEDED"
    # The refresh keeps the record of the job; the rest is gone already.
    gone = stack.refresh().steps
    assert ("delete", "capacity") in gone
    assert ("delete", "train") not in gone
    outputs = stack.resources()["train"]["outputs"]
    assert outputs["recordExpired" if native else "record_expired"] is True
    stack.destroy()
    assert stack.resources() == {}
    assert cloud.submitted() == 0


def a_damaged_state_is_told(stack: PulumiStack, key: str) -> None:
    """By the plugin and by the command, with the resource, the key and what to do."""
    command = CommandLine(stack.work, stack.environment)
    status = command("status")
    for told in (stack.preview(fails=True).stdout, status.err):
        assert f"{key} must be a number, got text" in told
        assert "restore an export of it with `pulumi stack import`" in told
        assert "mistake" not in told
    assert "::train): its outputs." in status.err
    assert status.code == ExitCode.PULUMI
