"""Each example is a stack that works; the jobs themselves are simulated."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from emulated import PAYLOAD
from job_programs import make_queue

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONFIG = {
    "role_arn": "arn:aws:iam::123456789012:role/training",
    "image": "image",
    "models": "s3://bucket/models",
    "queue": "shared",
    "night": "2026-11-23",
}


def example(
    name: str, cloud: EmulatedCloud, new_stack: NewStack, *, stack: str = "test", **config: Any
) -> PulumiStack:
    """Make the stack of an example, in front of an AWS with a queue called `shared`."""
    settings = {f"project:{key}": value for key, value in {**CONFIG, **config}.items()}
    program = (EXAMPLES / name / "__main__.py").read_text()
    return new_stack(program, name=stack, config=settings, environment=cloud.environment)


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("minimal", {"capacity", "training", "train"}),
        ("existing_queue", {"train", "trained"}),
        ("component", {"small"}),
        (
            "teams",
            {"capacity", "quotas", "training", "vision", "language"}
            | {"train-vision", "train-language"},
        ),
    ],
)
def test_example_comes_up(
    cloud: EmulatedCloud, new_stack: NewStack, name: str, made: set[str]
) -> None:
    """And warns of nothing."""
    make_queue(cloud)
    stack = example(name, cloud, new_stack)
    up = stack.up()

    assert set(stack.resources()) == made
    assert up.diagnostics("warning") == []


def test_second_stage_goes_on_from_the_model_of_the_first(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Its request names the artifacts, which are known only when the first has ended."""
    make_queue(cloud)
    stack = example("pipeline", cloud, new_stack)
    stack.up()
    outputs = stack.outputs()

    request = json.dumps(stack.resources()["finetune"]["inputs"]["service_request_payload"])
    assert outputs["pretrained"] in request
    assert outputs["model"] != outputs["pretrained"]


def test_another_night_runs_the_job_again(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """The same night doesn't."""
    make_queue(cloud)
    stack = example("nightly", cloud, new_stack)
    stack.up()
    assert stack.preview().steps == []
    stack.set_config("project:night", "2026-11-24")

    assert stack.preview().step("replace", "train").replace_keys == ("triggers",)


def test_job_submitted_by_hand_is_adopted(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """None is submitted beside it."""
    queue = make_queue(cloud)
    submitted = cloud.batch.submit_service_job(
        jobName="train",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps({"TrainingJobName": "train", **PAYLOAD}),
    )
    stack = example("adopt", cloud, new_stack, job_id=submitted["jobId"])
    stack.up()

    assert stack.resources()["train"]["id"] == submitted["jobArn"]
    assert cloud.submitted() == 1


def test_model_is_used_from_another_stack(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """Through a StackReference, as any output is."""
    make_queue(cloud)
    trained = example("existing_queue", cloud, new_stack)
    trained.up()
    consumer = example(
        "consumer", cloud, new_stack, stack="consumer", trained_in="organization/project/test"
    )
    shutil.copytree(trained.folder / "state", consumer.folder / "state", dirs_exist_ok=True)
    consumer.up()

    assert consumer.outputs()["model"] == trained.outputs()["model"]
