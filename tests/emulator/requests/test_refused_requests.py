"""What AWS refuses, the emulator refuses: every mistake that the preview names, and the model's."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from allowed_requests import SHAPE
from bad_combinations import BAD_COMBINATIONS, BAD_SIZES
from bad_queue_side import BAD_QUEUE_SIDE
from bad_requests import BAD_JOBS, BAD_PAYLOADS, Bad
from batch_bounds import SCENE
from model_requests import patterns_in, wrong
from signed_connection import SignedConnection
from training_requests import PAYLOAD

from sjresource.aws.models import input_shape, property_name
from sjresource.emulator.lifecycle.payload import problem_with
from sjresource.emulator.protocol.constraints import can_be_run, validation_error
from sjresource.emulator.protocol.model import batch_model
from sjresource.emulator.protocol.sagemaker_model import request_shape

if TYPE_CHECKING:
    from sjresource.emulator import Emulator

TAKEN = {
    # SageMaker ignores members that it does not know, as AWS's JSON does.
    "roleArn": ("did you mean RoleArn?",),
    "OutputDataConfig.S3OutputPat": ("did you mean S3OutputPath?",),
    # The emulator runs a training as a process, which needs no image and no volume.
    "AlgorithmSpecification": ("is required, unless", "got neither"),
    "ResourceConfig.VolumeSizeInGB": ("has no",),
    # It looks into no registry, no other region and no other partition.
    "AlgorithmSpecification.TrainingImage": ("",),
    "RoleArn": ("the partition",),
    "OutputDataConfig.KmsKeyId": ("the job runs in",),
}
"""Payloads that the preview refuses and the emulator trains, by path and part of the reason."""

PAYLOAD_PATH = "service_request_payload."
BAD_REQUESTS = [bad for bad in (*BAD_PAYLOADS, *BAD_COMBINATIONS) if bad not in BAD_SIZES]


def is_taken(bad: Bad) -> bool:
    """Return whether the table above has a row for it."""
    parts = TAKEN.get(bad.path.removeprefix(PAYLOAD_PATH), ())
    return any(part in bad.reason for part in parts)


def whole(value: Any) -> Any:
    """Return a request with whole numbers as such: the engine passes floats."""
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def merged(one: Any, other: Any) -> Any:
    """Put a request with one member into a complete one."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{name: merged(one.get(name), item) for name, item in other.items()}}
    if isinstance(one, list) and isinstance(other, list) and one and len(other) == 1:
        return [merged(one[0], other[0])]
    return other


@pytest.mark.parametrize("bad", BAD_REQUESTS, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_a_payload_that_the_preview_refuses_is_not_trained(bad: Bad) -> None:
    """SageMaker's answer is a ValidationException, but for what the table says."""
    said = problem_with(whole(bad.request["service_request_payload"]))

    assert (said is None) == is_taken(bad)
    assert said is None or said.startswith("ValidationException: ")


def test_every_mistake_that_sagemakers_model_knows_is_refused() -> None:
    """Each member of CreateTrainingJob: wrong type, wrong enum, beyond its bounds, off its form."""
    complete = whole(PAYLOAD)
    passed = [
        path for request, path in wrong(SHAPE) if problem_with(merged(complete, request)) is None
    ]

    assert passed == []


ALGORITHM = "algorithmSpecification"
LENGTH = "Member must have length less than or equal to"
FORM = "Member must satisfy regular expression pattern:"


@pytest.mark.parametrize(
    ("request_", "path", "constraint"),
    [
        ({"RoleArn": "r"}, "roleArn", "Member must have length greater than or equal to 20"),
        ({"RoleArn": "~" * 20}, "roleArn", f"{FORM} arn:aws"),
        (
            {"HyperParameters": {"a": "x" * 2501}},
            "hyperParameters",
            f"Map value must satisfy constraint: [{LENGTH} 2500]",
        ),
        (
            {"HyperParameters": {"a": "two\nlines"}},
            "hyperParameters",
            f"Map value must satisfy constraint: [{FORM} .*]",
        ),
        (
            {"HyperParameters": {"a": "two\rlines"}},
            "hyperParameters",
            f"Map value must satisfy constraint: [{FORM} .*]",
        ),
        (
            {"Environment": {"my-name": ""}},
            "environment",
            f"Map keys must satisfy constraint: [{FORM} [a-zA-Z_][a-zA-Z0-9_]*]",
        ),
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "file"}},
            f"{ALGORITHM}.trainingInputMode",
            "Member must satisfy enum value set: [Pipe, File, FastFile]",
        ),
        (
            {"AlgorithmSpecification": {"ContainerArguments": ["x" * 257]}},
            f"{ALGORITHM}.containerArguments",
            f"Member must satisfy constraint: [{LENGTH} 256]",
        ),
        (
            {"ResourceConfig": {"InstanceCount": -1}},
            "resourceConfig.instanceCount",
            "Member must have value greater than or equal to 0",
        ),
        (
            {"ResourceConfig": {"InstanceType": "ml.z9.huge"}},
            "resourceConfig.instanceType",
            "Member must satisfy enum value set: [ml.m4.xlarge, ",
        ),
        (
            {"Tags": [{"Key": "a", "Value": ""}, {"Key": "~", "Value": ""}]},
            "tags.2.member.key",
            FORM,
        ),
        (
            {"Tags": [{"Key": str(number), "Value": ""} for number in range(51)]},
            "tags",
            f"{LENGTH} 50",
        ),
    ],
)
def test_sagemakers_model_refuses_in_its_words(
    request_: dict[str, Any], path: str, constraint: str
) -> None:
    """The path begins with a small letter, items count from one, and no value is shown."""
    told = problem_with(merged(whole(PAYLOAD), request_)) or ""

    assert re.match(r"ValidationException: \d validation errors? detected: Value at '", told)
    assert f"Value at '{path}' failed to satisfy constraint: {constraint}" in told


def test_several_mistakes_are_one_answer() -> None:
    """They are counted, and a missing member is null."""
    shape = request_shape("CreateTrainingJob")
    told = validation_error(shape, {"TrainingJobName": "a_b", "OutputDataConfig": {}}) or ""

    assert told.startswith("3 validation errors detected: Value at 'trainingJobName' failed")
    assert "; Value null at 'roleArn' failed to satisfy constraint: Member must not be null" in told


def test_all_of_sagemakers_patterns_are_checked() -> None:
    """None is left out because Python can't read it."""
    assert [each for each in patterns_in(SHAPE) if not can_be_run(each)] == []
    allowed = request_shape("CreateTrainingJob").members["Tags"]
    assert validation_error(allowed, [{"Key": "größe 2\u2003", "Value": "日本"}]) is None
    assert validation_error(allowed, [{"Key": "a\tb", "Value": ""}]) is not None


BAD_OF_BATCH = [
    bad
    for bad in (*BAD_JOBS, *BAD_SIZES, *BAD_QUEUE_SIDE)
    if not bad.path.startswith("timeouts") and "did you mean" not in bad.reason
]
OWN = {"at most 46 tags", "is not known"}
"""Reasons that are not AWS's: the tags that we need, and a member that AWS passes over."""


def test_batch_refuses_what_the_preview_refuses(emulator: Emulator) -> None:
    """Each by a ClientException that is about the mistake, and not about what there is already."""
    connection = SignedConnection(emulator.url, emulator.credentials)

    def send(operation: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        http = batch_model().operation_model(operation).http
        body = json.dumps(request).encode()
        status, answer = connection.send(http["method"], http["requestUri"], body)
        emulator.clock.advance(0.2)
        return status, json.loads(answer)

    for operation, request in SCENE:
        assert send(operation, request)[0] == 200
    told = [(bad, *send(bad.operation, _sent(bad))) for bad in BAD_OF_BATCH]
    connection.close()

    taken = {bad.reason for bad, status, _ in told if status != 400}
    beside = [(bad, answer) for bad, _, answer in told if "already exists" in str(answer)]
    assert (taken, beside) == (OWN, [])


def _sent(bad: Bad) -> dict[str, Any]:
    """Return a request as it is sent, with queues and environments that there are."""
    members = {property_name(name): name for name in input_shape(bad.operation).members}
    known = {
        name: value
        for name, value in whole(bad.request).items()
        if name in members and value is not None
    }
    request: dict[str, Any] = _renamed(input_shape(bad.operation), known)
    queue = "managed" if bad.operation == "CreateQuotaShare" else "first-in-first-out"
    if request.get("jobQueue") == "training":
        request["jobQueue"] = queue
    if not isinstance(request.get("serviceRequestPayload", ""), str):
        request["serviceRequestPayload"] = json.dumps(request["serviceRequestPayload"])
    for entry in request.get("serviceEnvironmentOrder", []):
        if entry.get("serviceEnvironment") == "capacity":
            entry["serviceEnvironment"] = "free"
    return request


def _renamed(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure" and isinstance(value, dict):
        names = {property_name(name): name for name in shape.members}
        return {
            names.get(name, name): _renamed(shape.members[names[name]], item)
            if name in names
            else item
            for name, item in value.items()
        }
    if shape.type_name == "list" and isinstance(value, list):
        return [_renamed(shape.member, item) for item in value]
    return value
