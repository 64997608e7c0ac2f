"""The Python blocks of the documents run, those that declare resources in one `pulumi up`."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import boto3
import pytest
from documents import ROOT, Block, blocks, documents
from job_programs import make_queue

import sjresource
from training_home import TRUST

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

SDK = ROOT / ".clients" / "sagemaker-train" / "bin" / "python"
PYTHON = [
    block for document in documents() for block in blocks(document) if block.language == "python"
]

BEFORE = """
import json

dataset_version = "2026-11-23"


def training(hyperparameters):
    metrics = {"accuracy": float(hyperparameters["learning_rate"])}
    return {
        **payload,
        "HyperParameters": hyperparameters,
        "Environment": {"SJRESOURCE_SIMULATE": json.dumps({"metrics": metrics})},
    }


payload = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
"""
"""What the pages leave to the reader: a payload, and one for a set of hyperparameters."""


def python(document: str) -> str:
    """Return the Python of a document."""
    found = [block for block in blocks(ROOT / document) if block.language == "python"]
    return "\n".join(block.text for block in found)


@pytest.mark.stack
def test_the_programs_of_the_pages_are_a_stack(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """One after the other they come up, give what the pages say, and leave an orphan to find."""
    make_queue(cloud)
    cloud.script("first", running=3600)
    pages = ("README.md", "docs/waiting.md", "docs/sweeps.md", "docs/reading.md")
    stack = new_stack(
        "\n".join([BEFORE, *map(python, pages)]),
        name="prod",
        config={"project:queue": "shared"},
        environment=cloud.environment,
    )
    up = stack.up()
    outputs, resources = stack.outputs(), stack.resources()

    assert up.diagnostics("warning") == []
    assert set(resources) >= {"gpus", "training", "train", "done", "trained", "swept", "first"}
    assert outputs["model"].startswith("s3://bucket/models/")
    assert outputs["best"] == {"learning_rate": "0.1", "accuracy": 0.1}
    assert outputs["summary"] == {"jobs": 3, "succeeded": 3, "failed": 0, "unfinished": 0}
    assert outputs["waiting"] == []
    assert "now" in outputs

    first = resources["first"]
    stack.run("state", "delete", "--yes", first["urn"])
    said = run(python("docs/crashes.md"), stack.work, stack.environment)
    assert f" first {first['id']} True\nstop it with: aws batch terminate-service-job" in said


@pytest.mark.stack
def test_an_asynchronous_program_is_a_stack(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """The program of the performance page, with fewer jobs, submits them all, and once."""
    make_queue(cloud)
    program = python("docs/performance.md")
    assert "range(300)" in program
    stack = new_stack(
        BEFORE + program.replace("range(300)", "range(3)"), environment=cloud.environment
    )
    stack.up()
    stack.up()

    assert set(stack.resources()) >= {"train-0", "train-1", "train-2"}
    assert cloud.submitted() == 3


def test_the_block_of_the_automation_page_names_the_interpreter(tmp_path: Path) -> None:
    """Where nothing else does."""
    block = python("docs/automation.md")
    said = run(f"{block}\nprint(os.environ['PULUMI_PYTHON_CMD'])", tmp_path, {})

    assert said.strip() == sys.executable


@pytest.mark.skipif(
    not SDK.exists(),
    reason="python tests/emulator/clients/prepare.py sagemaker-train brings the SDK",
)
def test_the_trainer_of_the_migrating_page_is_a_payload(
    cloud: EmulatedCloud, tmp_path: Path
) -> None:
    """With the SDK itself, which asks AWS for the role; a job's taking it is another test's."""
    key = vars(cloud.emulator.credentials)
    iam = boto3.client("iam", region_name="us-east-1", endpoint_url=cloud.emulator.url, **key)
    with suppress(iam.exceptions.EntityAlreadyExistsException):  # moto's state is the process's
        iam.create_role(RoleName="training", AssumeRolePolicyDocument=json.dumps(TRUST))
    before, _, _ = python("docs/migrating.md").partition("train = sj.ServiceJob(")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    program = (
        f"import sys\nsys.path.extend({[*packages, str(ROOT)]!r})\n{before}\n"
        "payload = sj.from_model_trainer(trainer, inputs=inputs)\n"
        "print(payload['InputDataConfig'][0]['ChannelName'])"
    )
    settings = {**cloud.environment, "AWS_DEFAULT_REGION": "us-east-1"}
    said = run(program, tmp_path, settings, str(SDK))

    assert said.splitlines()[-1] == "training"


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_names_of_sjresource_are_public_and_take_these_arguments(block: Block) -> None:
    """In every block, those that need somebody else's packages too."""
    for node in ast.walk(ast.parse(block.text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "sj":
            assert node.func.attr in sjresource.__all__
            named = {keyword.arg: None for keyword in node.keywords if keyword.arg}
            called = getattr(sjresource, node.func.attr)
            inspect.signature(called).bind_partial(*node.args, **named)


def run(program: str, folder: Path, environment: dict[str, str], on: str = sys.executable) -> str:
    """Run a program in a folder, and give what it prints."""
    done = subprocess.run(
        [on, "-c", program],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
