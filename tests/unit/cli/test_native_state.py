"""What the command reads in the state of a stack of native resources: what a real `up` has left."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sjresource.cli.stack.state import (
    StackJob,
    fails_up,
    holds_secrets,
    jobs_in,
    payload_secrets,
    queues_in,
)

STATES = Path(__file__).parents[2] / "stack" / "states"
SECRET = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    "ciphertext": "v1:x",
}
ARN = "arn:aws:batch:us-east-1:123456789012:service-job/"


def state(name: str) -> Any:
    """Return the deployment that a release has left."""
    return json.loads((STATES / f"{name}.json").read_text())["deployment"]


@pytest.fixture(params=["0.1.0", "native-0.1.0"])
def deployment(request: pytest.FixtureRequest) -> Any:
    """Return that of either front."""
    return state(request.param)


def only_job(deployment: Any) -> StackJob:
    """Return the one job."""
    (job,) = jobs_in(deployment)
    return job


def test_a_job_of_either_front_is_known_by_the_same_names(deployment: Any) -> None:
    """By which the program, the state's outputs and the completion's record have it."""
    job = only_job(deployment)

    assert (job.label, job.path, job.resource) == ("train", "train", "train")
    assert job.arn.startswith(ARN)
    assert job.outputs["job_name"] == job.job_name
    assert job.outputs["status"] == "SUCCEEDED"
    assert job.outputs["latest_attempt"]["service_resource_id"]["value"].startswith("arn:aws:sage")
    assert job.record["model_artifacts"].startswith("s3://")
    assert (
        job.record["training_job_arn"]
        == (job.outputs["latest_attempt"]["service_resource_id"]["value"])
    )


def test_queues_of_either_front_are_found(deployment: Any) -> None:
    """By their ids, which are ARNs."""
    assert [each.arn.rpartition("/")[0] for each in queues_in(deployment)] == [
        "arn:aws:batch:us-east-1:123456789012:job-queue"
    ]


def test_the_secrets_of_a_native_job_are_known_by_their_places() -> None:
    """The typed payload's places are those of the payload that Batch has."""
    deployment = state("native-0.1.0")
    resource = next(
        each for each in deployment["resources"] if each["urn"] == only_job(deployment).urn
    )
    sent = {"RoleArn": "arn", "Environment": {"API_KEY": "sk-very-secret", "LEVEL": "info"}}

    assert holds_secrets(deployment)
    assert payload_secrets(resource, json.dumps(sent)) == {"sk-very-secret"}


@pytest.mark.parametrize(
    ("inputs", "fails"),
    [
        ({"job": ARN + "1"}, True),
        ({"jobs": [ARN + "2", ARN + "1"]}, True),
        ({"namedJobs": {"one": ARN + "1"}}, True),
        ({"job": ARN + "1", "onFailure": "record"}, False),
        ({"job": ARN + "2"}, False),
    ],
)
def test_a_native_completion_fails_an_up_with_its_jobs(inputs: Any, *, fails: bool) -> None:
    """In whichever of its three forms it has them."""
    completion = {
        "urn": "urn:pulumi:dev::p::sjresource:index:ServiceJobCompletion::done",
        "type": "sjresource:index:ServiceJobCompletion",
        "inputs": inputs,
    }
    job = StackJob("train", "train", "train", "urn:pulumi:dev::p::t::train", ARN + "1")

    assert fails_up(job, {"resources": [completion]}) is fails


def test_a_secret_in_a_native_record_is_left_out() -> None:
    """It stays encrypted, and is no value."""
    deployment = state("native-0.1.0")
    for resource in deployment["resources"]:
        for record in resource.get("outputs", {}).get("results", []):
            record["statusReason"] = SECRET

    record = only_job(deployment).record
    assert "status_reason" not in record
    assert record["status"] == "SUCCEEDED"
