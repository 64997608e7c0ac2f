"""Each example is a stack that works, those of the resources' pages, too; jobs are simulated."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from emulated import PAYLOAD
from emulated_stack import EmulatedCloud
from job_programs import make_queue
from pulumi_stack import PulumiStack
from reference_tables import RESOURCES, page_of

from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_cli import Outcome

pytestmark = pytest.mark.stack

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
CONFIG = {
    "role_arn": "arn:aws:iam::123456789012:role/training",
    "image": "image",
    "models": "s3://bucket/models",
    "queue": "shared",
    "night": "2026-11-23",
}


# Whose names stay as they are, and don't meet: `consumer` reads the output `model`.
PLAIN = ("existing_queue", "teams")
PAGES = "pages"
TOGETHER = (
    PAGES,
    "minimal",
    "existing_queue",
    "component",
    "teams",
    "pipeline",
    "nightly",
    "adopt",
)
MADE = {
    PAGES: {"capacity", "policy", "fair", "training", "vision", "train", "trained"},
    "minimal": {"capacity", "training", "train"},
    "existing_queue": {"train", "trained"},
    "component": {"small"},
    "teams": {
        "capacity",
        "quotas",
        "training",
        "vision",
        "language",
        "train-vision",
        "train-language",
    },
    "pipeline": {"pretrain", "pretrained", "finetune", "finetuned"},
    "nightly": {"train", "trained"},
    "adopt": {"train"},
}
# A resource or an output that is named by a literal.
_NAMED = re.compile(r'((?:\bsj\.\w+|\bTrainedModel|pulumi\.export)\(\s*f?")')


class Examples(NamedTuple):
    """The examples in one stack, the `up` that has made it, and the job that one adopts."""

    stack: PulumiStack
    up: Outcome
    by_hand: str


def source(name: str) -> str:
    """Return the program of an example, as it stands; of the pages, one after the other."""
    if name == PAGES:
        pages = [page_of(resource).read_text() for resource in RESOURCES]
        blocks = [re.findall(r"```python\n(.*?)```", page, re.DOTALL) for page in pages]
        return "\n".join(block for of_page in blocks for block in of_page)
    return (EXAMPLES / name / "__main__.py").read_text()


def prefix(name: str) -> str:
    """Return what is before each of an example's names where several share a stack."""
    return "" if name in PLAIN else f"{name}-"


@pytest.fixture(scope="module")
def cloud() -> Iterator[EmulatedCloud]:
    """Return an AWS with a queue called `shared`."""
    with Emulator() as emulator:
        cloud = EmulatedCloud(emulator)
        make_queue(cloud)
        yield cloud


@pytest.fixture(scope="module")
def examples(
    cloud: EmulatedCloud, engine: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Examples]:
    """Bring the examples up, each a module of one program; only their names differ."""
    by_hand = cloud.batch.submit_service_job(
        jobName="train",
        jobQueue="shared",
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload=json.dumps({"TrainingJobName": "train", **PAYLOAD}),
    )
    cloud.control.call("DELETE", "calls")
    stack = PulumiStack(
        tmp_path_factory.mktemp("examples") / "stack",
        engine,
        f"import runpy\nfor name in {TOGETHER}:\n    runpy.run_path(name + '.py')\n",
        config={
            f"project:{key}": value for key, value in {**CONFIG, "job_id": by_hand["jobId"]}.items()
        },
        environment=cloud.environment,
    )
    for name in TOGETHER:
        program = _NAMED.sub(rf"\1{prefix(name)}", source(name))
        (stack.work / f"{name}.py").write_text(program)
    try:
        yield Examples(stack, stack.up(), by_hand["jobArn"])
    finally:
        stack.close()


def test_each_example_makes_what_it_declares_and_warns_of_nothing(examples: Examples) -> None:
    """All but `consumer`, which needs the stack of another."""
    expected = {f"{prefix(name)}{made}" for name in TOGETHER for made in MADE[name]}

    assert set(examples.stack.resources()) == expected
    assert examples.up.diagnostics("warning") == []
    model = examples.stack.outputs()["pages-model"]
    assert model.startswith("s3://amzn-s3-demo-bucket/models/AWSBatchpages-train")


def test_second_stage_goes_on_from_the_model_of_the_first(examples: Examples) -> None:
    """Its request names the artifacts, which are known only when the first has ended."""
    outputs = examples.stack.outputs()
    finetune = examples.stack.resources()["pipeline-finetune"]

    request = json.dumps(finetune["inputs"]["service_request_payload"])
    assert outputs["pipeline-pretrained"] in request
    assert outputs["pipeline-model"] != outputs["pipeline-pretrained"]


def test_job_submitted_by_hand_is_adopted(examples: Examples, cloud: EmulatedCloud) -> None:
    """None is submitted beside it."""
    jobs = [step for step in examples.up.changed if step.type.endswith(":ServiceJob")]

    assert examples.stack.resources()["adopt-train"]["id"] == examples.by_hand
    assert cloud.submitted() == len(jobs) - 1


def test_another_night_runs_its_job_again_and_no_other(examples: Examples) -> None:
    """The night is all that it is run for; the others are as they were, and not in the preview."""
    nightly = examples.stack.resources()["nightly-train"]
    assert nightly["inputs"]["triggers"] == [CONFIG["night"]]
    preview = examples.stack.preview("--config=night=2026-11-24")

    assert {name for _, name in preview.steps} == {"nightly-train", "nightly-trained"}
    assert preview.step("replace", "nightly-train").replace_keys == ("triggers",)


def test_model_is_used_from_another_stack(examples: Examples) -> None:
    """Through a StackReference, as any output is."""
    consumer = examples.stack.sibling("consumer")
    consumer.set_config("trained_in", "organization/project/test")
    consumer.program(source("consumer"))
    consumer.up()

    assert consumer.outputs()["model"] == examples.stack.outputs()["model"]
