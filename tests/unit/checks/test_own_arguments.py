from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pulumi
import pytest
from training_requests import JOB, PAYLOAD

from sjresource.checks.rules.own_arguments import own_problems, plain_number, seconds
from sjresource.checks.rules.requests import job_problems, queue_problems
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.checks.values.patterns import matches, meaning, refusal
from sjresource.stack.inputs.output_text import is_output_text, output_texts

NAN, INFINITY = float("nan"), float("inf")
QUEUE = "arn:aws:batch:us-east-1:123456789012:job-queue/training"
ELSEWHERE = "arn:aws:sagemaker:us-east-1:123456789012:service-job/0b1c"
WRONG: dict[str, list[Any]] = {
    "rerun_on_failure": ["yes", "true", 1.0, 0.0, [], {}],
    "triggers": ["abc", 3.0, True],
    "region": [7.0, "", "eu west", "EU-WEST-1", "Ireland", [], True],
    "adopt_job_id": [7.0, "", "a job", QUEUE, ELSEWHERE, [], True],
    "timeouts": [
        "10", 5.0, [], {"create": "1h"}, {"delete": 0.0}, {"delete": -5.0}, {"update": NAN},
        {"update": INFINITY}, {"create": True}, {"read": 5.0}, {"create": []}, {"create": "-1"},
        {"create": "1e3"}, {"create": "٣"},
    ],
}  # fmt: skip
RIGHT: dict[str, list[Any]] = {
    "rerun_on_failure": [True, False, None],
    "triggers": [[], ["abc"], {"a": 1.5}, [[None]], [NAN], {"a": [INFINITY]}],
    "region": ["eu-west-1", "us-gov-east-1", "us-iso-east-1"],
    "adopt_job_id": ["0b1c-2", "arn:aws:batch:us-east-1:123456789012:service-job/0b1c"],
    "timeouts": [{}, {"create": 30.0}, {"update": "30"}, {"delete": "0.5"}, {"create": None}],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, each) for name in WRONG for each in WRONG[name]]
)
def test_an_argument_of_ours_of_the_wrong_kind_is_refused(name: str, value: Any) -> None:
    """At preview, at its path, with what it must be; of every resource that has it."""
    (problem, *_) = own_problems({name: value})

    assert problem.path.startswith(name)
    assert problem.reason.startswith(("must be", "is not known"))
    untold = {each: given for each, given in JOB.items() if each != "identity"}
    assert problem in list(job_problems(JobArguments.parse({**untold, name: value})))
    assert problem in list(queue_problems("CreateSchedulingPolicy", {"name": "p", name: value}))


@pytest.mark.parametrize(
    ("name", "value"), [(name, each) for name in RIGHT for each in RIGHT[name]]
)
def test_an_argument_of_ours_that_is_right_is_taken(name: str, value: Any) -> None:
    """Plain numbers as text too, as a stack's config has them."""
    assert list(own_problems({name: value})) == []


def test_a_plain_number_may_be_written_as_text() -> None:
    """Nothing else that Python would read as one may."""
    assert [plain_number(each) for each in (3, "3", " 2.5 ", 0)] == [3.0, 3.0, 2.5, 0.0]
    wrong: Any
    for wrong in ("1h", "", "-1", "1e3", "nan", "inf", "0x1", True, None, [], -1, NAN, INFINITY):
        assert plain_number(wrong) is None
    assert (seconds(0), seconds("10")) == (None, 10.0)


async def _texts() -> list[str]:
    output = pulumi.Output.from_input("x")
    return [
        f"s3://{output}/data",
        str(output),
        repr(output),
        json.dumps({"a": output}, default=str),
        f"{[output]}",
    ]


@pytest.mark.filterwarnings("ignore")
def test_the_text_of_an_output_is_recognised_anywhere() -> None:
    """From f-strings, str, repr and json.dumps; in payloads, tags, triggers and names."""
    for text in asyncio.run(_texts()):
        assert is_output_text(text)
        arguments = {
            "job_name": text,
            "triggers": [{"a": text}],
            "tags": {"team": text},
            "service_request_payload": {**PAYLOAD, "HyperParameters": {"data": text, text: "x"}},
        }
        problems = {
            each.path: each.reason
            for each in job_problems(JobArguments.parse({**JOB, **arguments}))
        }
        assert set(problems) == {
            "job_name", "triggers[0].a", "tags.team",
            "service_request_payload.HyperParameters.data",
            "service_request_payload.HyperParameters",
        }  # fmt: skip
        assert all("use pulumi.Output.concat" in reason for reason in problems.values())
        as_text = {"service_request_payload": json.dumps({**PAYLOAD, "RoleArn": text})}
        assert [each.path for each in job_problems(JobArguments.parse({**JOB, **as_text}))] == [
            "service_request_payload.RoleArn"
        ]


@pytest.mark.parametrize("text", ["Outputs", "an Output[str] of mine", "<Output object at>", "0x1"])
def test_other_texts_about_outputs_are_texts(text: str) -> None:
    """Only what Python makes of one is not meant."""
    assert list(output_texts({"a": text})) == []


def test_a_name_that_was_made_of_an_outputs_text_is_recognised() -> None:
    """Names are lowered and cut: what is left of the help text is still no name."""
    for text in asyncio.run(_texts()):
        slug = re.sub(r"[^a-z0-9-]+", "-", text.lower())[:60]
        assert not slug.startswith("calling") or is_output_text(slug)


def test_a_line_break_is_named_wherever_it_is() -> None:
    """In a name, a queue, a tag; not only where a pattern of the payload forbids it."""
    for name in ("job_name", "job_queue", "quota_share_name"):
        reasons = [each.reason for each in job_problems(JobArguments.parse({**JOB, name: "a\nb"}))]
        assert any("it holds a line break" in reason for reason in reasons)


def test_a_refusal_says_in_words_what_is_not_allowed() -> None:
    """A line break where AWS allows none is named, and never `.*` alone."""
    assert refusal(".*", "a\nb") == "must be text in one line: AWS allows no line break here"
    assert "in words: the ARN of an IAM role" in refusal(
        r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+", "role"
    )
    assert refusal(r"\d+K", "4\n").endswith("it holds a line break")
    payload = {**PAYLOAD, "HyperParameters": {"a": "b\nc"}}
    problems = list(job_problems(JobArguments.parse({**JOB, "service_request_payload": payload})))
    assert [each.reason for each in problems] == [
        "must be text in one line: AWS allows no line break here"
    ]
    assert matches(".*", "größe\t\u0085")
    assert not any(matches(".*", f"a{end}b") for end in "\n\r\u2028\u2029")
    assert meaning("a pattern of tomorrow") is None
