from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pulumi
import pytest

from sjresource.resources.job.job_outputs import job_outputs
from sjresource.stack.inputs.secret_paths import hides_more, secret_paths, texts_at

if TYPE_CHECKING:
    from collections.abc import Callable

PAYLOAD = {
    "AlgorithmSpecification": {"TrainingImage": "registry/hush:1"},
    "RoleArn": "arn:aws:iam::123456789012:role/hush",
    "OutputDataConfig": {"S3OutputPath": "s3://hush/models"},
    "HyperParameters": {"k": "abc", "epochs": "1"},
    "ResourceConfig": {"InstanceCount": 1.0},
}


def places(make: Callable[[], Any]) -> Any:
    """Return the places of what `make` makes; Outputs need a loop to be made in."""

    async def program() -> Any:
        found = secret_paths(make())
        return await found.future() if isinstance(found, pulumi.Output) else found

    return asyncio.run(program())


def test_a_program_names_the_places_and_not_the_values() -> None:
    """Wherever a secret stands in the arguments."""

    def arguments() -> dict[str, Any]:
        hush = pulumi.Output.secret("hush")
        return {
            "job_queue": pulumi.Output.from_input("queue"),
            "service_request_payload": {"Environment": {"TOKEN": hush, "PLAIN": "1"}},
            "triggers": [1, {"a": hush}],
            "tags": hush,
        }

    assert places(arguments) == [
        ["service_request_payload", "Environment", "TOKEN"],
        ["triggers", 1, "a"],
        ["tags"],
    ]
    assert places(lambda: {"service_request_payload": PAYLOAD}) is None
    assert places(lambda: {"tags": pulumi.Output.from_input("plain")}) is None


def test_the_values_are_found_at_their_places() -> None:
    """The engine hands list positions over as floats; what is gone is passed over."""
    properties = {
        "secret_paths": [["triggers", 1.0, "a"], ["tags", "gone"], ["triggers", 9.0]],
        "triggers": [1, {"a": "hush"}],
    }

    assert texts_at(properties) == frozenset({"hush"})
    assert texts_at({"triggers": []}) is None
    assert texts_at({"triggers": ["hush"], "identity": "/dev::vision::~::train"}) == frozenset()


@pytest.mark.parametrize(
    ("place", "quoted"),
    [
        (["AlgorithmSpecification", "TrainingImage"], "registry/hush:1"),
        (["RoleArn"], "arn:aws:iam::123456789012:role/hush"),
        (["OutputDataConfig", "S3OutputPath"], "s3://hush/models"),
        (["HyperParameters", "k"], "abc"),
        (["ResourceConfig", "InstanceCount"], "1"),
    ],
)
@pytest.mark.parametrize("told", [True, False])
def test_a_reason_is_stored_without_what_is_secret(
    place: list[str], quoted: str, *, told: bool
) -> None:
    """Where an earlier version's state doesn't tell what is, all of the payload is."""
    properties: dict[str, Any] = {"service_request_payload": PAYLOAD}
    if told:
        properties["secret_paths"] = [["service_request_payload", *place]]
    reason = f"Failed: no {quoted}, on epoch abcd"
    attempts = [{"statusReason": reason}]

    outputs = job_outputs(
        {"status": "FAILED", "statusReason": reason, "attempts": attempts}, properties
    )

    if told or quoted != "1":  # 1 stands in every payload
        assert outputs["status_reason"] == "Failed: no [secret], on epoch abcd"
        assert outputs["attempts"][0]["status_reason"] == outputs["status_reason"]


def test_a_reason_keeps_what_is_not_secret() -> None:
    """It is what a user reads first."""
    properties = {"service_request_payload": PAYLOAD, "secret_paths": []}
    reason = "no image registry/hush:1"

    assert job_outputs({"status": "FAILED", "statusReason": reason}, properties) == {
        "status": "FAILED",
        "status_reason": reason,
    }


@pytest.mark.parametrize(
    ("before", "now", "hides"),
    [
        (None, [["tags", "team"]], True),
        ([], [["triggers", 0, "steps"]], True),
        ([["triggers", 0.0]], [["triggers", 0]], False),
        ([["triggers", 1.0]], [["triggers", 0]], True),
        ([["triggers"]], [["triggers", 0, "steps"]], False),
        ([["triggers", 0]], [["triggers"]], True),
        ([["tags", "team"]], None, False),
        ([["tags", "team"]], [], False),
        ([], [["tags", "other"]], False),
        ([], [["region"]], False),
    ],
)
def test_an_update_hides_what_a_state_has_in_the_clear(
    before: list[Any] | None, now: list[Any] | None, *, hides: bool
) -> None:
    """Once, and only what is there; what is no secret any more waits for another update."""
    given = {"tags": {"team": "x"}, "triggers": [{"steps": 1}, "b"], "region": None}
    olds, news = ({"identity": "i", **given, "secret_paths": each} for each in (before, now))

    assert hides_more(olds, news) is hides
    assert not hides_more(news, news)
