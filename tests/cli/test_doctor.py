"""`sjresource doctor` before stacks that are well, and stacks that lack one thing."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import CommandLine

from sjresource.cli.doctor.permissions import ACTIONS_WITH_EFFECT, READ_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

IAM = Path(__file__).parents[2] / "docs" / "iam.md"


@pytest.fixture
def stack(cloud: EmulatedCloud, new_stack: NewStack) -> PulumiStack:
    """Return a stack that was never brought up, in front of an emulator."""
    return new_stack("", environment=cloud.environment)


@pytest.fixture
def outside(cloud: EmulatedCloud, engine: Path, tmp_path: Path) -> CommandLine:
    """Return a shell without a project: what is to be told of AWS alone."""
    nothing = {"HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}
    return CommandLine(tmp_path, {"PATH": str(engine), **nothing, **cloud.environment})


def inside(stack: PulumiStack) -> CommandLine:
    """Return a shell in a stack's project."""
    return CommandLine(stack.work, stack.environment)


def checks(shell: CommandLine, *, code: int) -> dict[str, Any]:
    """Call the doctor; give what it finds, by check."""
    answer = shell.answer("doctor", schema="doctor", code=code)
    assert answer["healthy"] == (code == 0)
    return {check["name"]: check for check in answer["checks"]}


def test_healthy_stack_gets_ticks(stack: PulumiStack, cloud: EmulatedCloud) -> None:
    """What can't be proven without an effect is named as that; no credential is told."""
    found = checks(inside(stack), code=0)

    unknown = {name for name, check in found.items() if check["status"] != "ok"}
    assert unknown == {"permissions with an effect"}
    assert {f"may {action}" for action in READ_CALLS} < set(found)
    assert sys.prefix in found["plugin"]["message"]
    assert found["credentials"]["message"].startswith("account 123456789012, arn:aws:")
    assert cloud.submitted() == 0
    for secret in vars(cloud.emulator.credentials).values():
        assert secret not in json.dumps(found)


def test_what_is_found_is_told_in_words(outside: CommandLine, cloud: EmulatedCloud) -> None:
    """What is well in one line a kind; no credential is shown."""
    shown = outside("doctor")

    assert shown.code == 0
    assert "✓ may: batch:DescribeJobQueues, batch:DescribeQuotaShare" in shown.out
    assert "batch:SubmitServiceJob" in shown.out
    for secret in vars(cloud.emulator.credentials).values():
        assert secret not in shown.out


def test_what_may_not_be_read_is_named(outside: CommandLine, cloud: EmulatedCloud) -> None:
    """With the permission to ask for."""
    cloud.control.fault(
        "GetLogEvents",
        "error",
        code="AccessDeniedException",
        status=400,
        message="User is not authorized to perform: logs:GetLogEvents",
        count=None,
    )
    found = checks(outside, code=1)

    assert [check for check, each in found.items() if each["status"] == "failed"] == [
        "may logs:GetLogEvents"
    ]
    fix = "allow these credentials logs:GetLogEvents; see docs/iam.md"
    assert found["may logs:GetLogEvents"]["fix"] == fix


def test_all_that_is_amiss_is_found_at_once(stack: PulumiStack) -> None:
    """What a dead update left behind, and an account that the config forbids.

    The backend's folder is named from the project's, as in `file://./states`.
    """
    stack.set_config("aws:forbiddenAccountIds", '["123456789012"]')
    state = stack.folder / "state" / ".pulumi"
    locks = state / "locks" / "organization" / stack.project / stack.name
    locks.mkdir(parents=True)
    lock = {"pid": 1, "username": "ann", "hostname": "ci", "timestamp": "2026-01-01T00:00:00Z"}
    (locks / "5b0a1d0c.json").write_text(json.dumps(lock))
    checkpoint = state / "stacks" / stack.project / f"{stack.name}.json"
    _edit(checkpoint, _begin_create)
    relative = os.path.relpath(stack.folder / "state", stack.work)
    environment = {**stack.environment, "PULUMI_BACKEND_URL": f"file://{relative}"}
    found = checks(CommandLine(stack.work, environment), code=1)

    a_dead_update_is_told_with_the_commands_that_mend(found)
    a_forbidden_account_is_told(found)


def a_dead_update_is_told_with_the_commands_that_mend(found: dict[str, Any]) -> None:
    """Its lock, and its unfinished create."""
    assert found["lock"]["message"] == "held by ann@ci (pid 1) since 2026-01-01T00:00:00Z"
    assert "`pulumi cancel`" in found["lock"]["fix"]
    assert found["pending operations"]["message"] == "begun and not ended: creating train"
    assert "`pulumi refresh --clear-pending-creates`" in found["pending operations"]["fix"]


def a_forbidden_account_is_told(found: dict[str, Any]) -> None:
    """As every other command would be refused."""
    assert "aws:forbiddenAccountIds" in found["account"]["message"]


@pytest.mark.parametrize(
    ("environment", "check", "seen"),
    [
        ({"AWS_REGION": ""}, "region", "You must specify a region"),
        ({"AWS_ACCESS_KEY_ID": ""}, "credentials", "credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "endpoint", "Could not connect"),
        ({"AWS_SECRET_ACCESS_KEY": "wrong"}, "credentials", "SignatureDoesNotMatch"),
    ],
)
def test_missing_way_to_aws_is_told(
    outside: CommandLine, environment: dict[str, str], check: str, seen: str
) -> None:
    """Each is told from the others, and permissions are not tried then."""
    shell = CommandLine(outside.folder, {**outside.environment, **environment})
    found = checks(shell, code=1)

    assert found[check]["status"] == "failed"
    assert seen in found[check]["message"]
    assert found["permissions"]["status"] == "unknown"


def test_python_without_sjresource_is_told(stack: PulumiStack, tmp_path: Path) -> None:
    """The plugin runs in it; one that is missing is told as well, and is not made."""
    project = stack.work / "Pulumi.yaml"
    bare = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", bare], check=True)
    for folder, seen in ((bare, "No module named"), (tmp_path / "none", "does not exist")):
        runtime = {"name": "python", "options": {"virtualenv": str(folder)}}
        project.write_text(json.dumps({"name": stack.project, "runtime": runtime}))
        plugin = checks(inside(stack), code=1)["plugin"]

        assert seen in plugin["message"]
        assert "runtime.options.virtualenv" in plugin["fix"]
    assert not (tmp_path / "none").exists()


def test_project_that_pulumi_can_not_use_is_told(outside: CommandLine) -> None:
    """And what can be looked at without it is looked at."""
    project = outside.folder / "Pulumi.yaml"
    for text, told in (
        ("name: [x", {"plugin": "can't be read"}),
        (
            "name: x\nruntime: cobol",
            {
                "language host": "no pulumi-language-cobol",
                "native plugin": "pulumi-resource-sjresource",
            },
        ),
    ):
        project.write_text(text)
        found = checks(outside, code=1)

        for check, seen in told.items():
            assert seen in found[check]["message"]
        assert found["stack"]["status"] == "failed"
        assert found["may batch:DescribeServiceJob"]["status"] == "ok"


def test_without_a_project_the_rest_is_looked_at(outside: CommandLine) -> None:
    """No project is no failure; no engine is one, in a project too."""
    found = checks(outside, code=0)
    bare = CommandLine(outside.folder, {**outside.environment, "PATH": "/nonexistent"})

    assert (found["stack"]["status"], found["plugin"]["status"]) == ("unknown", "unknown")
    assert found["may batch:DescribeServiceJob"]["status"] == "ok"
    assert checks(bare, code=1)["engine"]["message"] == "no `pulumi` on PATH"
    (outside.folder / "Pulumi.yaml").write_text("name: bare\nruntime: python\n")
    in_project = checks(bare, code=1)
    (outside.folder / "Pulumi.yaml").unlink()
    assert in_project["engine"]["message"] == "no `pulumi` on PATH"
    assert in_project["stack"]["message"] == "not read: there is no `pulumi`"


def test_every_documented_permission_is_proven_or_named() -> None:
    """The doctor and docs/iam.md know the same."""
    policy = json.loads(re.findall(r"```json\n(.*?)```", IAM.read_text(), re.DOTALL)[0])
    actions = [each["Action"] for each in policy["Statement"]]
    documented = {name for each in actions for name in ([each] if isinstance(each, str) else each)}

    assert set(READ_CALLS).isdisjoint(ACTIONS_WITH_EFFECT)
    assert {*READ_CALLS, *ACTIONS_WITH_EFFECT} == documented


def _edit(file: Path, edit: Callable[[dict[str, Any]], None]) -> None:
    state = json.loads(file.read_text())
    edit(state["checkpoint"])
    file.write_text(json.dumps(state))


def _begin_create(checkpoint: dict[str, Any]) -> None:
    urn = "urn:pulumi:test::project::pulumi-python:dynamic/sjresource:ServiceJob::train"
    resource = {"urn": urn, "custom": True, "type": urn.split("::")[2]}
    latest = checkpoint.get("latest") or {"manifest": {}}
    latest["pending_operations"] = [{"resource": resource, "type": "creating"}]
    checkpoint["latest"] = latest
