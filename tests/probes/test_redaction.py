"""Nothing in a result can identify an account."""

from __future__ import annotations

import json
from typing import Any

import pytest
from probed import REGION, emulated, session_of, tried

from sjresource.probes.results import report
from sjresource.probes.session.calls import Answer
from sjresource.probes.session.probe import Probe
from sjresource.probes.session.redaction import Redaction
from sjresource.probes.trial import Trial

ACCOUNT = "111122223333"
IDENTITY = {
    "Account": ACCOUNT,
    "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/PlatformOwner/alice.smith",
    "UserId": "AROAEXAMPLEEXAMPLE12:alice.smith",
}
PLANTED = {
    ACCOUNT,
    "1111-2222-3333",
    "PlatformOwner",
    "alice.smith",
    "alice@acme.example.com",
    "acme-corp",
    "AROAEXAMPLEEXAMPLE12",
    "AKIAIOSFODNN7EXAMPLE",
    "10.20.30.40",
    "2001:db8:85a3::8a2e:370:7334",
    "vpce-0abc.batch.eu-west-1.vpce.amazonaws.com",
    "7f3a9c1e-1111-2222-3333-abcdefabcdef",
    "8a35d3f0c1b24e6f9a7b",
    "IQoJb3JpZ2luX2VjEKz7aD1fexample/+abc123==",
    "sjprobe-deadbeef-idle",
    "deadbeef",
    "s3://acme-corp/models",
    "111122223333.dkr.ecr.eu-west-1.amazonaws.com/acme-corp:1",
}
KNOWN = (*IDENTITY.values(), "s3://acme-corp/models", "deadbeef")


def redaction() -> Redaction:
    """Return what a run of this caller redacts with."""
    return Redaction(KNOWN)


@pytest.mark.parametrize("planted", sorted(PLANTED))
@pytest.mark.parametrize(
    "words",
    [
        "{} is not authorized",
        "User: {} is not authorized to perform: batch:SubmitServiceJob",
        "ServiceEnvironment {} is associated with it.",
        "see '{}', or ask",
        "(Request ID: {})",
    ],
)
def test_what_is_planted_in_a_refusal_is_not_in_it(planted: str, words: str) -> None:
    """Wherever it stands; the words around it stay."""
    text = redaction().text(words.format(planted))

    assert [each for each in PLANTED if each in text] == []
    assert "<" in text
    assert text.split()[-1] == words.rsplit(maxsplit=1)[-1].replace(
        "{}", text.split()[-1].strip("()")
    )


@pytest.mark.parametrize("member", ["jobName", "statusReason", "tags", "url", "value"])
@pytest.mark.parametrize("planted", sorted(PLANTED))
def test_what_is_planted_in_an_answer_is_not_in_its_shape(planted: str, member: str) -> None:
    """As a value of any member, in a list, as a key of a map."""
    answer = {member: planted, "list": [{member: planted}], "map": {planted: {member: planted}}}
    shape = json.dumps(redaction().shape(answer))

    assert [each for each in PLANTED if each in shape] == []


def test_a_shape_keeps_what_it_is_for() -> None:
    """Members, statuses, numbers, units, and reasons in their words."""
    answer = {
        "status": "RUNNABLE",
        "isTerminated": False,
        "createdAt": 1_800_000_000_000,
        "startedAt": 0,
        "statusReason": "Received status from SageMaker: CapacityError: none of arn:aws:x:y::z",
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 2.0}],
    }

    assert redaction().shape(answer) == {
        **answer,
        "createdAt": "<time>",
        "statusReason": "Received status from SageMaker: CapacityError: none of <name>",
    }


def test_a_result_of_a_whole_run_names_nobody() -> None:
    """Of a run in which everything differs that a switch can turn to the caller's own words."""
    words = " ".join(sorted(PLANTED))
    with emulated(
        missing_words=f"<noun> <name> is not there: {words}",
        missing_job_words=f"<name> of {words}",
        exists_words=words,
        related_words=words,
        disabled_queue_words=words,
        queue_status_reason=words,
    ) as emulator:
        session = session_of(emulator, run="deadbeef")
        trials = tried(session, paid=False)
        result = as_text(trials.values())

    assert sum(trial.verdict == "differs" for trial in trials.values()) >= 5
    assert [
        each for each in {*PLANTED, "123456789012", session.unknown_job} if each in result
    ] == []


def test_a_reason_and_an_odd_shape_name_nobody() -> None:
    """What was not tried says why in words of AWS's; an answer may have members of tomorrow."""
    known = Probe("p", "q?", "b", "s", {})
    differs = {"x": {"believed": 1, "seen": ACCOUNT}}
    odd = Answer("DescribeServiceJob", {"owner": "alice.smith", "ownerId": ACCOUNT})
    result = as_text(
        [
            Trial(known, "not tried", reason=f"denied for {IDENTITY['Arn']}"),
            Trial(known, "differs", {"x": ACCOUNT}, differs, answers=(odd,)),
        ]
    )

    assert [each for each in PLANTED if each in result] == []


def as_text(trials: Any) -> str:
    """Return the result of trials as it would be written."""
    return json.dumps(
        report(
            trials, redaction(), region=REGION, endpoint="https://batch.x.amazonaws.com", epoch=0
        )
    )
