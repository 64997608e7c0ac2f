"""The example stack as it is on AWS, with pulumi-aws beside sjresource, on the real engine.

There is no account: pulumi-aws's plugin is a STAND-IN, see `standin`; Batch is the emulator.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml  # type: ignore[import-untyped] # it has no types
from emulated_stack import EmulatedCloud

from sjresource.emulator import Credentials, Emulator
from sjresource.emulator.executors.process import ProcessExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

ROOT = Path(__file__).resolve().parents[2]
STANDIN = Path(__file__).parent / "standin"
ENVIRONMENT = ROOT / ".clients" / "pulumi-aws"
PULUMI_AWS = "pulumi-aws==7.51.1"
SECRET = "0.49871"


@pytest.fixture(scope="session")
def virtualenv() -> Path:
    """Return an environment that has pulumi-aws beside what the tests have; kept for next time.

    The tests' own must not have it: the engine would ask for its plugin in every local stack.
    """
    if (ENVIRONMENT / "ready").exists():
        return ENVIRONMENT
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", "--clear", ENVIRONMENT], check=True
    )
    (packages,) = ENVIRONMENT.glob("lib/python*/site-packages")
    command = [sys.executable, "-m", "uv", "pip", "install", "--no-deps", "--target", str(packages)]
    if subprocess.run([*command, PULUMI_AWS], capture_output=True, check=False).returncode:
        pytest.skip(f"{PULUMI_AWS} can't be had here")
    tests = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "tests.pth").write_text("\n".join([*tests, str(ROOT)]))
    (ENVIRONMENT / "ready").touch()
    return ENVIRONMENT


@pytest.fixture
def training_cloud(tmp_path: Path) -> Iterator[EmulatedCloud]:
    """Return an emulated AWS that really runs training jobs, on this machine."""

    def executor(url: str, credentials: Credentials) -> ProcessExecutor:
        return ProcessExecutor(tmp_path / "jobs", url, credentials)

    with Emulator(executor=executor) as emulator:
        yield EmulatedCloud(emulator)


def aws_stack(
    cloud: EmulatedCloud, new_stack: NewStack, virtualenv: Path, **config: Any
) -> PulumiStack:
    """Make the stack of Pulumi.aws.yaml, with the stand-in in the place of the plugin."""
    settings = yaml.safe_load((ROOT / "Pulumi.aws.yaml").read_text())["config"]
    stack = new_stack(
        (ROOT / "__main__.py").read_text().replace('re("learning', 're_secret("learning'),
        project="sjresource-example",
        config={**settings, **config},
        environment={**cloud.environment, "STANDIN_PYTHON": sys.executable},
        virtualenv=str(virtualenv),
    )
    shutil.copy(ROOT / "training_home.py", stack.work)
    shutil.copytree(ROOT / "examples", stack.work / "examples")
    project = json.loads((stack.work / "Pulumi.yaml").read_text())
    project["plugins"] = {"providers": [{"name": "aws", "path": str(STANDIN)}]}
    (stack.work / "Pulumi.yaml").write_text(json.dumps(project))
    return stack


def test_aws_stack_trains_from_nothing_and_leaves_nothing(
    training_cloud: EmulatedCloud, new_stack: NewStack, virtualenv: Path
) -> None:
    """Bucket, objects, role and policy are there before the job; afterwards nothing is left.

    Neither the state nor a terminal shows the setting that is a secret.
    """
    stack = aws_stack(training_cloud, new_stack, virtualenv, **{"sjresource-example:epochs": "5"})
    stack.set_config("sjresource-example:learning_rate", SECRET, secret=True)
    preview = stack.preview("--diff")
    assert preview.changes == {"create": 10}
    up = stack.up()
    before_the_job = up.steps[: up.steps.index(("create", "train"))]
    assert {
        ("create", name) for name in ("code/train.py", "data/penguins.csv", "may-train")
    } <= set(before_the_job)
    assert "learning_rate: [secret]" in " ".join(preview.stdout.split()).replace(" :", ":")
    assert SECRET not in preview.stdout + up.stdout + json.dumps(stack.state())
    outputs = stack.outputs()

    assert outputs["status"] == "SUCCEEDED"
    assert 0 < outputs["accuracy"] <= 1
    made = stack.resources()
    bucket = made["example"]["id"]
    payload = made["train"]["inputs"]["service_request_payload"]
    assert outputs["model"].startswith(f"s3://{bucket}/models/")
    assert payload["RoleArn"] == f"arn:aws:iam::123456789012:role/{made['execution']['id']}"

    script = stack.work / "examples" / "train.py"
    script.write_text(script.read_text() + "\n# changed\n")
    changed = stack.preview()
    assert {name for _, name in changed.steps} == {"code/train.py", "train", "trained"}
    assert changed.step("replace", "train").replace_keys == ("triggers",)

    stack.destroy()
    assert bucket not in buckets(training_cloud)


def buckets(cloud: EmulatedCloud) -> list[str]:
    """Return the buckets that there are."""
    key = vars(cloud.emulator.credentials)
    s3 = boto3.client("s3", endpoint_url=cloud.emulator.url, region_name="us-east-1", **key)
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
