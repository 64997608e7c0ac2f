"""The emulator against botocore's Batch model: its paths, requests and answers."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from model_requests import right, wrong

from sjresource.emulator.api import OPERATIONS
from sjresource.emulator.protocol.answer_types import fits
from sjresource.emulator.protocol.errors import ClientException, ServerException
from sjresource.emulator.protocol.http_messages import Request
from sjresource.emulator.protocol.model import batch_model, check_answer, operation_of, parse
from sjresource.emulator.protocol.shapes import problems

NEEDED = {
    *("SubmitServiceJob", "DescribeServiceJob", "ListServiceJobs", "UpdateServiceJob"),
    *("TerminateServiceJob", "TerminateServiceJobs", "GetJobQueueSnapshot"),
    *(f"{verb}ServiceEnvironment" for verb in ("Create", "Update", "Delete")),
    *(f"{verb}JobQueue" for verb in ("Create", "Update", "Delete")),
    *(f"{verb}QuotaShare" for verb in ("Create", "Update", "Delete", "Describe")),
    *(f"{verb}SchedulingPolicy" for verb in ("Create", "Update", "Delete")),
    *("DescribeServiceEnvironments", "DescribeJobQueues", "ListQuotaShares"),
    *("DescribeSchedulingPolicies", "ListSchedulingPolicies"),
    *("TagResource", "UntagResource", "ListTagsForResource"),
}


def request_for(operation: str, body: Any = None, target: str | None = None) -> Request:
    """Build a request of an operation."""
    http = batch_model().operation_model(operation).http
    return Request(
        http["method"],
        target or http["requestUri"],
        {"content-type": "application/json"},
        b"" if body is None else json.dumps(body).encode(),
    )


def test_the_table_has_all_operations_of_service_jobs() -> None:
    """What the table emulates is exactly what touches service jobs."""
    assert set(OPERATIONS) == NEEDED


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_an_operation_is_found_by_the_models_path(operation: str) -> None:
    """Method and path of the model lead to the operation."""
    target = batch_model().operation_model(operation).http["requestUri"]
    arn = "arn%3Aaws%3Abatch%3Aus-east-1%3A123456789012%3Ajob-queue%2Fq"

    request = request_for(operation, target=target.replace("{resourceArn}", arn))

    assert operation_of(request) == operation


@pytest.mark.parametrize(
    "target", ["/", "/v1", "//v1/submitservicejob", "/v1/../v1/submitservicejob", "/v1/tags"]
)
def test_a_path_trick_is_no_operation(target: str) -> None:
    """A path that is not the model's is nothing."""
    assert operation_of(Request("POST", target, {}, b"")) is None


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_a_missing_required_member_is_named(operation: str) -> None:
    """Each required member that is not sent is refused by its name."""
    shape = batch_model().operation_model(operation).input_shape
    assert shape is not None
    for member in shape.required_members:
        if shape.members[member].serialization.get("location"):
            continue
        others = {name: 0 for name in shape.required_members if name != member}
        with pytest.raises(ClientException, match=rf"\b{member} is required"):
            parse(operation, request_for(operation, others, target="/v1/tags/arn?tagKeys=a"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"jobName": 5}, "jobName must be a string"),
        ({"retryStrategy": {"attempts": 1.0}}, "retryStrategy.attempts must be an integer"),
        ({"retryStrategy": {"attempts": True}}, "retryStrategy.attempts must be a number"),
        ({"retryStrategy": {}}, "retryStrategy.attempts is required"),
        ({"retryStrategy": []}, "retryStrategy must be an object"),
        ({"serviceJobType": "OTHER"}, "serviceJobType must be one of SAGEMAKER_TRAINING"),
        ({"clientToken": "x" * 65}, "clientToken must have a length of at most 64"),
        ({"tags": {"a": 1}}, "tags.a must be a string"),
        ({"tags": {"a": None}}, "tags.a must be a string"),
        (
            {"retryStrategy": {"attempts": 1, "evaluateOnExit": [{"action": "STOP"}]}},
            r"evaluateOnExit\[0\].action must be one of",
        ),
    ],
)
def test_a_wrong_member_is_named(body: dict[str, Any], said: str) -> None:
    """A value that the shape does not allow is refused with its path."""
    complete = {
        "jobName": "a",
        "jobQueue": "q",
        "serviceJobType": "SAGEMAKER_TRAINING",
        "serviceRequestPayload": "{}",
    }
    with pytest.raises(ClientException, match=said):
        parse("SubmitServiceJob", request_for("SubmitServiceJob", {**complete, **body}))


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"[" * 100_000, b"\xff\xfe{}"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    """Broken, deep or other JSON is a ClientException."""
    with pytest.raises(ClientException, match="JSON"):
        parse("DescribeJobQueues", Request("POST", "/v1/describejobqueues", {}, body))


def test_unknown_members_are_left_out() -> None:
    """A member that the model does not know is ignored, as AWS does."""
    request = request_for("DescribeJobQueues", {"jobQueues": ["q"], "more": 1})

    assert parse("DescribeJobQueues", request) == {"jobQueues": ["q"]}


@pytest.mark.parametrize(
    "answer",
    [
        {"jobName": "a"},
        {"jobName": "a", "jobId": None},
        {"jobName": "a", "jobId": "b", "other": 1},
    ],
)
def test_an_answer_against_the_model_is_our_bug(answer: dict[str, Any]) -> None:
    """An answer that lacks a required member, or has another, is a ServerException."""
    with pytest.raises(ServerException, match="report"):
        check_answer("SubmitServiceJob", answer)


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_the_quick_check_of_an_answer_finds_what_the_telling_one_finds(operation: str) -> None:
    """Of right answers, and of every mistake in every member, both checks say the same."""
    shape = batch_model().operation_model(operation).output_shape
    assert shape is not None
    answers = [right(shape, random.Random(seed)) for seed in range(20)]  # noqa: S311 - no cryptography
    answers += [json.loads(json.dumps(each).replace(".0", "")) for each in answers]
    answers += [each.request for each in wrong(shape)]
    answers += [{**answers[0], "other": 1}, {**dict.fromkeys(answers[0])}]

    said = [next(problems(shape, answer, strict=True), None) for answer in answers]

    assert [fits(shape, answer) for answer in answers] == [problem is None for problem in said]
    assert None in said
    assert len(set(said)) > 1
