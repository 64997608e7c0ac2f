"""The example in YAML on the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # it has no types
from job_stack import make_queue
from language_examples import API_KEY, EXAMPLES, why_no_yaml, yaml_stack

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = [pytest.mark.stack, pytest.mark.skipif(bool(why_no_yaml()), reason=why_no_yaml())]

PAYLOAD = {
    "RoleArn": "arn:aws:iam::123456789012:role/training",
    "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
    "HyperParameters": {"epochs": "7"},
    "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}


def test_a_program_in_yaml_lives_from_preview_to_destroy(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """A changed hyperparameter is that one line, and an import's YAML is quiet."""
    stack = yaml_stack(new_stack, EXAMPLES / "yaml", cloud.environment)
    stack.set_config(f"{stack.project}:api_key", API_KEY, secret=True)

    preview = stack.preview()
    assert {step for step in preview.steps if step[0] != "create"} == set()
    assert {name for _, name in preview.steps} == {"capacity", "training", "train", "trained"}
    assert cloud.submitted() == 0

    stack.up()
    outputs = stack.outputs()
    assert outputs["status"] == "SUCCEEDED"
    assert outputs["model"].startswith("s3://bucket/models/")
    assert API_KEY not in json.dumps(stack.state())

    foreign = imported_with_its_yaml(cloud, stack)
    # The host takes it for a number, and AWS wants text.
    stack.set_config("epochs", "20")
    changed = stack.preview("--diff")
    assert ("replace", "train") in changed.steps
    assert {name for _, name in changed.steps} == {"train", "trained"}
    assert '~ epochs: "10" => "20"' in changed.stdout
    assert "learning_rate" not in changed.stdout

    assert cloud.submitted() == 2
    stack.destroy()
    assert stack.resources() == {}
    ended = cloud.batch.describe_service_job(jobId=foreign)
    assert ended["isTerminated"] is True, ended["statusReason"]


def imported_with_its_yaml(cloud: EmulatedCloud, stack: PulumiStack) -> str:
    """Import a job of somebody else, and add the YAML that comes of it; return the job's ARN."""
    cloud.script("foreign", running=3600.0)
    foreign: str = cloud.batch.submit_service_job(
        jobName="foreign",
        jobQueue=make_queue(cloud),
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps({**PAYLOAD, "HyperParameters": {"epochs": "7"}}),
        tags={"team": "speech"},
    )["jobArn"]
    generated = stack.work / "generated.yaml"
    stack.run(
        "import", "sjresource:index:ServiceJob", "foreign", foreign, "--yes", "--protect=false",
        "--skip-preview", "--out", str(generated),
    )  # fmt: skip
    program = yaml.safe_load((stack.work / "Pulumi.yaml").read_text())
    program["resources"] |= yaml.safe_load(generated.read_text())["resources"]
    (stack.work / "Pulumi.yaml").write_text(json.dumps(program))
    return foreign
