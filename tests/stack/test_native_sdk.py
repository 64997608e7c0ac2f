"""A program with the SDK that Pulumi's generators make of the schema, and the plugin's folder."""

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

PLUGIN = Path(__file__).parents[2] / "plugin"

PROGRAM = """
    import json
    import pulumi
    import pulumi_sjresource as sj

    config = pulumi.Config()
    environment = sj.ServiceEnvironment(
        "capacity",
        capacity_limits=[sj.CapacityLimitArgs(max_capacity=2, capacity_unit="NUM_INSTANCES")],
    )
    queue = sj.JobQueue(
        "training",
        priority=1,
        service_environment_order=[
            {"order": 1, "service_environment": environment.service_environment_arn}
        ],
    )
    train = sj.ServiceJob(
        "train",
        job_queue=queue.job_queue_arn,
        tags={"run": 7},
        training_job=sj.TrainingJobArgs(
            role_arn="arn:aws:iam::123456789012:role/training",
            hyper_parameters={"epochs": config.get("epochs") or "1"},
            environment={"API_KEY": pulumi.Output.secret("sk-very-secret")},
            algorithm_specification={"training_image": "image", "training_input_mode": "File"},
            output_data_config={"s3_output_path": "s3://bucket/models"},
            resource_config=sj.TrainingResourceConfigArgs(
                instance_type="ml.m5.large", instance_count=1, volume_size_in_gb=10
            ),
            stopping_condition={"max_runtime_in_seconds": 600},
        ),
    )
    payload = {
        "RoleArn": "arn:aws:iam::123456789012:role/training",
        "HyperParameters": {"layers": config.get("epochs") or "1", "rate": "0.5"},
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/models"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }
    text = sj.ServiceJob(
        "text", job_queue=queue.job_queue_arn, service_request_payload=json.dumps(payload)
    )
    trained = sj.ServiceJobCompletion("trained", jobs=[train.job_arn])
    read = sj.get_service_job_output(job=trained.results[0].job)
    pulumi.export("model", trained.model_artifacts)
    pulumi.export("succeeded", trained.summary.succeeded)
    pulumi.export("status", read.status)
    pulumi.export("limit", environment.capacity_limits[0].max_capacity)
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
    stack = new_stack(PROGRAM, environment=environment)
    with_plugin_folder(stack)
    stack.up()

    outputs = stack.outputs()
    assert outputs["model"].startswith("s3://bucket/models/")
    assert (outputs["status"], outputs["succeeded"], outputs["limit"]) == ("SUCCEEDED", 1, 2)
    assert "sk-very-secret" not in json.dumps(stack.state())
    assert stack.resources()["train"]["inputs"]["tags"] == {"run": "7"}

    stack.set_config("epochs", "2")
    preview = stack.preview("--diff")
    assert ("replace", "train") in preview.steps
    assert '"1" => "2"' in preview.stdout
    assert ("replace", "text") in preview.steps
    changed = [line.strip() for line in preview.stdout.splitlines() if '"1" => "2"' in line]
    names = sorted(line.split(":")[0].split()[-1] for line in changed)
    assert names == ["epochs", "layers"], changed
    assert "volumeSizeInGB" not in preview.stdout
    stack.destroy()
    assert cloud.batch.describe_job_queues()["jobQueues"] == []
