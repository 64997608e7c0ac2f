"""The quickstart's own program with the edits that its readers get wrong, on the real engine."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import pytest
from documents import ROOT, blocks

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack

pytestmark = pytest.mark.stack

CONFIG = {
    "project:bucket": "line",
    "project:epochs": "100",
    "project:image": "image",
    "project:role_arn": "arn:aws:iam::123456789012:role/training",
}
JOB = "ServiceJob resource 'train' has a problem: "


class Edit(NamedTuple):
    """What a reader changes, into what, and what is said of it.

    Edits with an equal `told_with` are told at once.
    """

    right: str
    wrong: str
    said: str
    told_with: str = ""


EDITS = {
    "an Output in an f-string": Edit(
        "s3://{bucket}/models",
        "s3://{queue.job_queue_name}/models",
        f"{JOB}service_request_payload.OutputDataConfig.S3OutputPath holds the text of an Output, "
        "and not its value; use pulumi.Output.concat",
        told_with="request",
    ),
    "a number for a hyperparameter": Edit(
        'config.require("epochs")',
        'config.require_int("epochs")',
        f"{JOB}service_request_payload.HyperParameters.epochs must be a string, got a number; "
        "write it as text",
        told_with="request",
    ),
    "a key that is misspelt": Edit(
        '"VolumeSizeInGB"',
        '"VolumeSizeInGb"',
        "service_request_payload.ResourceConfig.VolumeSizeInGb is not known to botocore",
        told_with="request",
    ),
    "an instance type of EC2": Edit(
        '"ml.m5.large"',
        '"m5.large"',
        f"{JOB}service_request_payload.ResourceConfig.InstanceType must be one of ",
        told_with="request",
    ),
    "a role by its name": Edit(
        'config.require("role_arn")',
        '"training"',
        "it must be the ARN of an IAM role",
        told_with="request",
    ),
    "a path among the triggers": Edit(
        "triggers=[",
        'triggers=[__import__("pathlib").Path("train.py"), ',
        "declaring ServiceJob (train): triggers[0] is a PosixPath, which is no JSON; give str(…) "
        "of it; among the triggers pulumi.FileAsset(…) stands for the content",
        told_with="triggers",
    ),
    "a file that is not there": Edit(
        'pulumi.FileAsset("train.py")',
        'pulumi.FileAsset("trian.py")',
        "declaring ServiceJob (train): triggers[1] is of trian.py, which can't be read: No such",
        told_with="triggers",
    ),
    "the queue for the job": Edit(
        "job=train",
        "job=queue",
        "declaring ServiceJobCompletion (trained): job must be a ServiceJob, or the ARN of a "
        "service job, got a JobQueue",
    ),
    "a duration in words": Edit(
        "job=train",
        'job=train, timeout_seconds="1h"',
        "declaring ServiceJobCompletion (trained): timeout_seconds must be a number of seconds, "
        "more than 0; None waits without end, got '1h'",
    ),
    "a queue that is not there": Edit(
        "job_queue=queue.job_queue_arn",
        'job_queue="trainig"',
        f'{JOB}job_queue names a queue that does not exist: there is no "trainig" in us-east-1; '
        "see its name, and aws:region",
        told_with="request",
    ),
}


def quickstart() -> str:
    """Return the program of the page."""
    (script,) = (
        block.text
        for block in blocks(ROOT / "docs" / "quickstart.md")
        if "ServiceJobCompletion" in block.text
    )
    found = re.search("<<'END'\n(.*)\nEND", script, re.DOTALL)
    assert found
    return found[1]


def test_each_usual_mistake_ends_in_a_sentence_before_anything_is_submitted(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """Ten edits: at preview, at the row, with the way out, and without a traceback.

    What is wrong in the job's request is all told at once, and so are its triggers.
    """
    assert len(EDITS) == 10
    stack = new_stack(quickstart(), config=CONFIG, environment=cloud.environment)
    (stack.work / "train.py").write_text("epochs = 3")
    groups: dict[str, list[str]] = defaultdict(list)
    for name, edit in EDITS.items():
        groups[edit.told_with or name].append(name)
    for names in groups.values():
        program = quickstart()
        for right, wrong, *_ in (EDITS[name] for name in names):
            assert right in program, names
            program = program.replace(right, wrong)
        stack.program(program)
        said = stack.preview(fails=True).stdout

        words = " ".join(said.split())
        assert [name for name in names if EDITS[name].said not in words] == [], said
        assert "Traceback" not in said, said
    assert cloud.submitted() == 0


def test_what_is_not_wrong_but_will_be_is_warned_of(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """More instances than the program's own environment has, with nobody there to be asked."""
    nobody = {**cloud.environment, "AWS_ENDPOINT_URL": "http://me:hunter2@127.0.0.1:9"}
    program = quickstart().replace('"InstanceCount": 1', '"InstanceCount": 8')
    stack = new_stack(program, config=CONFIG, environment=nobody)
    (stack.work / "train.py").write_text("epochs = 3")

    preview = stack.preview()

    warnings = [each.message for each in preview.events.diagnostics]
    (fits,) = [each for each in warnings if "asks for 8 ml.m5.large" in each]
    assert (
        "more than its queue's environments, which this program declares, can ever give: 1" in fits
    )
    (unasked,) = [each for each in warnings if "AWS was not asked" in each]
    assert "Could not connect to the endpoint URL" in unasked
    assert "hunter2" not in preview.stdout + preview.stderr
    stack.set_config("sjresource:wiat", "false")
    refused = stack.preview(fails=True)
    assert "there is no such setting; did you mean sjresource:wait?" in refused.stdout
