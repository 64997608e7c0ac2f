from __future__ import annotations

import json
from typing import Any

import boto3
import pulumi
import pytest
from training_requests import JOB, PAYLOAD

from sjresource.checks.rules.request_size import payload_is_large, requests_fit
from sjresource.checks.values.job_arguments import JobArguments
from sjresource.resources.job.wanted_run import WantedRun, submit_request

KIB = 1024


def with_parameters(parameters: Any, **arguments: Any) -> dict[str, Any]:
    """Return the job with other hyperparameters."""
    payload = {**PAYLOAD, "HyperParameters": parameters}
    return {**JOB, "service_request_payload": payload, **arguments}


def sized(size: int) -> dict[str, Any]:
    """Return a job whose payload is of just that many bytes as it is sent."""
    empty = len(submit_request(with_parameters({"a": "x"}))["serviceRequestPayload"]) - 1
    return with_parameters({"a": "x" * (size - empty)})


def told(job: dict[str, Any]) -> list[str]:
    """Return what is refused of a job for its size."""
    return [f"{problem.path} {problem.reason}" for problem in requests_fit(JobArguments.parse(job))]


def warned(job: dict[str, Any]) -> list[str]:
    """Return what is warned of."""
    return list(payload_is_large(JobArguments.parse(job)))


def test_a_payload_of_ten_kibibytes_is_the_largest() -> None:
    """As it is sent: canonical, with the name of the training job in it, in bytes."""
    largest, too_large = sized(10 * KIB), sized(10 * KIB + 1)

    assert told(largest) == []
    (reason,) = told(too_large)
    assert reason.startswith("service_request_payload is 10.0 KiB (10241 bytes) as it is sent")
    assert "Batch takes at most 10.0 KiB (10240 bytes)" in reason
    assert reason.endswith("; the largest is in HyperParameters.a (9.5 KiB)")
    umlauts = with_parameters({"a": "ü" * 5000})
    assert "(10" in told(umlauts)[0]
    text = json.dumps(too_large["service_request_payload"], indent=8)
    assert told({**too_large, "service_request_payload": text}) == told(too_large)


def test_a_payload_that_has_room_for_little_more_is_warned_of() -> None:
    """Above eight of the ten; where it is refused, it is not warned of as well."""
    assert warned(sized(8 * KIB)) == []
    assert "service_request_payload is 8.0 KiB (8193 bytes)" in warned(sized(8 * KIB + 1))[0]
    assert warned(sized(10 * KIB + 1)) == []


def test_no_value_is_told() -> None:
    """Only where it is: it may be secret."""
    secret = with_parameters({"note": "s3cret" * 2000})

    assert "HyperParameters.note" in told(secret)[0]
    assert "s3cret" not in told(secret)[0]


def test_what_is_unknown_counts_as_nothing() -> None:
    """A preview refuses what is too large already, and leaves the rest to the update."""
    unknown = pulumi.output.UNKNOWN
    some = {"a": "x" * 5000, "b": unknown}

    assert told(with_parameters(some)) == []
    assert told(with_parameters({**some, "c": "x" * 6000})) != []
    assert told(with_parameters(unknown, job_name=unknown, tags=unknown)) == []
    assert told({**JOB, "service_request_payload": unknown}) == []


def test_a_request_of_thirty_kibibytes_is_the_largest() -> None:
    """With the marks and the token of a submission, to the byte, as botocore sends it."""
    job = tagged("v" * 250)
    fill = "x" * (30 * KIB - size_of(job))
    job["tags"]["0"] += fill

    assert told(job) == []
    job["tags"]["0"] += "x"
    (reason,) = told(job)
    assert reason.startswith("tags has most of a request of 30.0 KiB (30721 bytes)")
    assert reason.endswith("Batch takes at most 30.0 KiB (30720 bytes) in all")


@pytest.mark.parametrize("value", ["ü" * 250, '"' * 1000])
def test_what_is_escaped_on_the_way_counts_as_it_is_sent(value: str) -> None:
    """A letter beyond ASCII is six bytes of the request, and a quote two."""
    job = tagged(value)
    size = size_of(job)

    assert f"tags has most of a request of {size / KIB:.1f} KiB ({size} bytes)" in told(job)[0]


def tagged(value: str) -> dict[str, Any]:
    """Return the job with as many tags as it may have."""
    return {**JOB, "tags": {str(number): value for number in range(47)}}


class SentError(BaseException):
    """Goes through botocore, which handles every Exception on its way."""


def size_of(job: dict[str, Any]) -> int:
    """Measure the body that botocore makes of a submission."""
    run = WantedRun(JOB["identity"], submit_request(job))
    request = {**run.request, "clientToken": run.client_token(0)}
    request["tags"] = {**request["tags"], **run.submission_tags(0)}
    batch: Any = boto3.client(
        "batch", "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
    )

    def keep(request: Any, **_: Any) -> None:
        raise SentError(len(request.body))

    batch.meta.events.register("before-send.batch.SubmitServiceJob", keep)
    with pytest.raises(SentError) as sent:
        batch.submit_service_job(**request)
    size: int = sent.value.args[0]
    return size
