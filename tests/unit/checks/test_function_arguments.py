"""What the functions say of arguments that mean nothing, before AWS is asked about them."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

import sjresource as sj
from sjresource.checks.function_arguments import require_arguments

if TYPE_CHECKING:
    from collections.abc import Callable

QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
JOB = "arn:aws:batch:us-east-1:123456789012:service-job/0b1c"
REGION = "must be a region's name such as eu-west-1"
AN_ID = "must be a service job's id or ARN"
A_QUEUE = "must be the name or the ARN of a job queue"
A_NAME = "must be 1 to 128 letters, digits, hyphens or underscores"
A_TRAINER = "must be a sagemaker.train ModelTrainer"
A_STACK = "must be a stack of Pulumi's Automation API on this machine"
INPUTS = "must be a list of InputData or Channel"
INPUT = "must be an InputData or a Channel"
IN_A_TERMINAL = (
    "pulumi.automation.select_stack returns one, and in a terminal there is `sjresource orphans`"
)
AS_TEXT = "holds the text of an Output, and not its value; use pulumi.Output.concat"
AT_ONCE = "is an Output, and has to be known at once; use the _output form"
OUTPUT_TEXT = (
    "Calling __str__ on an Output[T] is not supported.\n\nTo get the value of an Output[T] as an …"
)
Wrong = dict[str, list[tuple[Any, str]]]

JOBS: list[tuple[Any, str]] = [
    (7, f"job {AN_ID}, got 7"),
    (None, f"job {AN_ID}, got None"),
    (True, f"job {AN_ID}, got True"),
    ("", f"job {AN_ID}, got an empty text"),
    ("a job", f"job {AN_ID}, got 'a job'"),
    ("x\x1b[2J", f"job {AN_ID}, got 'x\\x1b[2J'"),
    ("x" * 200, f"job {AN_ID}, got a text of 202 characters"),
    (QUEUE, f"job {AN_ID}, got '{QUEUE}'"),
    ([JOB], f"job {AN_ID}, got a list"),
    ({"job": JOB}, f"job {AN_ID}, got a dict"),
    (b"0b1c", f"job {AN_ID}, got a bytes"),
    (OUTPUT_TEXT, f"job {AS_TEXT}"),
]
QUEUES: list[tuple[Any, str]] = [
    (7, f"job_queue {A_QUEUE}, got 7"),
    (None, f"job_queue {A_QUEUE}, got None"),
    ("", f"job_queue {A_QUEUE}, got an empty text"),
    ("a queue", f"job_queue {A_QUEUE}, got 'a queue'"),
    (JOB, f"job_queue {A_QUEUE}, got '{JOB}'"),
    ([QUEUE], f"job_queue {A_QUEUE}, got a list"),
    (OUTPUT_TEXT, f"job_queue {AS_TEXT}"),
]
REGIONS: list[tuple[Any, str]] = [
    (7, f"region {REGION}, got 7"),
    ("", f"region {REGION}, of letters and hyphens, got an empty text"),
    ("Ireland", f"region {REGION}, of letters and hyphens, got 'Ireland'"),
    (["eu-west-1"], f"region {REGION}, got a list"),
    (OUTPUT_TEXT, f"region {AS_TEXT}"),
]
STATUSES: list[tuple[Any, str]] = [
    ("running", "job_status must be one of SUBMITTED, "),
    ("running", "did you mean RUNNING?"),
    ("FINISHED", "(as botocore "),
    ("FINISHED", ", got 'FINISHED'"),
    ("", ", got an empty text"),
    (7, ", got 7"),
    (["RUNNING"], ", got a list"),
    (OUTPUT_TEXT, f"job_status {AS_TEXT}"),
]
NAMES: list[tuple[Any, str]] = [
    ("", f"job_name {A_NAME}, got an empty text"),
    ("train*", f"job_name {A_NAME}, got 'train*'"),
    (7, f"job_name {A_NAME}, got 7"),
    (["train"], f"job_name {A_NAME}, got a list"),
]
WRONG: dict[str, list[tuple[dict[str, Any], str]]] = {
    "get_service_job": [
        *(({"job": value}, said) for value, said in JOBS),
        *(({"job": JOB, "region": value}, said) for value, said in REGIONS),
    ],
    "list_service_jobs": [
        *(({"job_queue": value}, said) for value, said in QUEUES),
        *(({"job_queue": "q", "job_status": value}, said) for value, said in STATUSES),
        *(({"job_queue": "q", "job_name": value}, said) for value, said in NAMES),
        *(({"job_queue": "q", "region": value}, said) for value, said in REGIONS),
        (
            {"job_queue": "q", "job_status": "FAILED", "job_name": "train"},
            "job_status can't be given with job_name: AWS takes one",
        ),
    ],
    "get_job_queue_snapshot": [
        *(({"job_queue": value}, said) for value, said in QUEUES),
        *(({"job_queue": "q", "region": value}, said) for value, said in REGIONS),
    ],
    "find_orphans": [
        ({"stack": value}, f"stack {A_STACK}, got {kind}")
        for value, kind in [
            ("dev", "'dev'; pulumi.automation.select_stack returns one, and in a terminal there"),
            (None, "None"),
            ("", "an empty text"),
            (["dev"], "a list"),
            (SimpleNamespace(name="dev"), "a SimpleNamespace"),
        ]
    ],
    "from_model_trainer": [
        ({"trainer": None}, f"trainer {A_TRAINER}, got None"),
        ({"trainer": {}}, f"trainer {A_TRAINER}, got a dict"),
        ({"trainer": SimpleNamespace}, f"trainer {A_TRAINER}, got the class SimpleNamespace"),
        ({"inputs": "s3://bucket"}, f"inputs {INPUTS}, got 's3://bucket'"),
        ({"inputs": {"train": "s3://bucket"}}, f"inputs {INPUTS}, got a dict"),
        ({"inputs": None}, f"inputs {INPUTS}, got None"),
        ({"inputs": 7}, f"inputs {INPUTS}, got 7"),
        ({"inputs": {1}}, f"inputs {INPUTS}, got a set"),
        (
            {"inputs": [{}, "s3://bucket"]},
            "inputs[1] must be an InputData or a Channel, got 's3://bucket'",
        ),
        ({"inputs": [None]}, "inputs[0] must be an InputData or a Channel, got None"),
    ],
}
TRAINER = SimpleNamespace(_create_training_job_args=dict, base_job_name="x")


def refusal(function: str, arguments: dict[str, Any]) -> str:
    """Return what a function says of its arguments."""
    call: Callable[..., Any] = getattr(sj, function)
    if function == "from_model_trainer":
        arguments = {"trainer": TRAINER, **arguments}
    with pytest.raises(pulumi.RunError) as raised:
        call(**arguments)
    assert isinstance(raised.value, (TypeError, ValueError))  # as Python's own would be
    return str(raised.value)


@pytest.mark.parametrize(
    ("function", "arguments", "said"),
    [(function, *each) for function, rows in WRONG.items() for each in rows],
)
def test_an_argument_that_means_nothing_is_refused_in_a_sentence(
    function: str, arguments: dict[str, Any], said: str
) -> None:
    """With its path, what was given and what is allowed, and without a word from AWS."""
    refused = refusal(function, arguments)

    assert said in refused
    assert refused.startswith(("reading ", "listing "))
    assert "\n" not in refused
    assert "\x1b" not in refused


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (f"{function}_output", arguments)
        for function in ("get_service_job", "list_service_jobs", "get_job_queue_snapshot")
        for arguments, _ in WRONG[function]
        if not {"job_status", "job_name"} <= set(arguments)
    ],
)
def test_a_plain_argument_of_an_output_form_is_refused_at_once(
    function: str, arguments: dict[str, Any]
) -> None:
    """As of the plain form, but for the value."""
    assert refusal(function, arguments).startswith(("reading ", "listing "))


def test_an_output_is_no_plain_value() -> None:
    """It is told of the other form, where there is one."""

    async def program() -> list[str]:
        output: Any = pulumi.Output.from_input("training")
        return [
            refusal("get_service_job", {"job": output}),
            refusal("list_service_jobs", {"job_queue": output}),
            refusal("list_service_jobs", {"job_queue": "q", "job_status": output}),
            refusal("get_job_queue_snapshot", {"job_queue": "q", "region": output}),
            refusal("find_orphans", {"stack": output}),
            refusal("from_model_trainer", {"trainer": output}),
            refusal("from_model_trainer", {"inputs": output}),
            refusal("from_model_trainer", {"inputs": [output]}),
        ]

    assert asyncio.run(program()) == [
        f"reading ServiceJob: job {AT_ONCE}",
        f"listing ServiceJobs: job_queue {AT_ONCE}",
        f"listing ServiceJobs: job_status {AT_ONCE}",
        f"reading JobQueue: region {AT_ONCE}",
        f"listing ServiceJobs: stack {A_STACK}, got an Output; {IN_A_TERMINAL}",
        f"reading ModelTrainer: trainer {A_TRAINER}, got an Output",
        f"reading ModelTrainer: inputs {INPUTS}, got an Output",
        f"reading ModelTrainer: inputs[0] {INPUT}, got an Output; the SDK needs it at once",
    ]


def test_what_an_output_turns_out_to_hold_is_held_against_the_same() -> None:
    """By its kind alone: it may be a secret."""

    async def program() -> list[str]:
        said = []
        wrong: Any
        for wrong in (pulumi.Output.secret("hush hush"), pulumi.Output.from_input(["hush"])):
            for read in (
                sj.get_service_job_output(wrong),
                sj.list_service_jobs_output(wrong),
                sj.get_job_queue_snapshot_output("q", region=wrong),
            ):
                with pytest.raises(pulumi.RunError) as raised:
                    await read.future()
                said.append(str(raised.value))
        return said

    said = asyncio.run(program())

    assert [each.rpartition(", got ")[2] for each in said] == ["a str"] * 3 + ["a list"] * 3
    assert "hush" not in json.dumps(said)


def test_a_resource_is_no_name_of_one() -> None:
    """It is told which output is."""
    queue: Any = sj.JobQueue.__new__(sj.JobQueue)

    assert refusal("get_service_job_output", {"job": queue}).endswith(
        "got a JobQueue; give its job_arn to the _output form"
    )
    assert refusal("list_service_jobs", {"job_queue": queue}).endswith(
        "got a JobQueue; give its job_queue_arn to the _output form"
    )


def test_a_status_that_botocore_does_not_know_can_be_let_pass() -> None:
    """As everything that botocore can send, by `sjresource:validation warn`."""
    require_arguments("listing", {"job_status": "FINISHED"}, lenient=True)
    with pytest.raises(pulumi.RunError):
        require_arguments("listing", {"job_status": ""}, lenient=True)
