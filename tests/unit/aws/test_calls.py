from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from sjresource.aws.calls import advice, call
from sjresource.errors import NotFound, RequestFailed, Unreachable

SUBMIT = "batch:SubmitServiceJob"


@pytest.mark.parametrize(
    ("code", "message", "helps"),
    [
        ("ClientException", "JobQueue gpus not found.", "aws:region"),
        ("ClientException", "Job queue gpus does not exist", "job_queue"),
        ("ClientException", "JobQueue gpus is DISABLED", "enable it"),
        ("ClientException", "shareIdentifier must be specified.", "set share_identifier"),
        ("ClientException", "quotaShareName must be specified", "set quota_share_name"),
        ("ClientException", "shareIdentifier must not be specified", "leave it out"),
        ("ClientException", "job queue gpus has the wrong type", "SAGEMAKER_TRAINING"),
        ("AccessDeniedException", "User is not authorized", "batch:SubmitServiceJob"),
        ("TooManyRequestsException", "Rate exceeded", "run it again later"),
        ("ExpiredTokenException", "The token has expired", "refresh the credentials"),
    ],
)
def test_common_refusals_come_with_what_helps(code: str, message: str, helps: str) -> None:
    """Whoever reads the error knows what to do next."""
    assert helps in (advice(code, message, SUBMIT) or "")


def test_an_unknown_refusal_has_no_advice() -> None:
    """A wrong hint is worse than none."""
    assert advice("ClientException", "Something else", SUBMIT) is None


def test_advice_about_jobs_is_not_given_for_queues() -> None:
    """A queue that must be DISABLED before it is deleted needs no enabling."""
    message = "JobQueue gpus must be DISABLED"

    assert advice("ClientException", message, "batch:DeleteJobQueue") is None


def test_a_refusal_is_one_line_whatever_aws_says() -> None:
    """A line break in somebody's text could begin a line that looks like Pulumi's own."""
    batch = boto3.client("batch", region_name="eu-central-1")
    with Stubber(batch) as stubber:
        stubber.add_client_error(
            "submit_service_job", "Client\nError", "no\r\n\x1b[2J\u2028error: x"
        )
        with pytest.raises(RequestFailed) as refused:
            call(batch.submit_service_job, "submitting", "ServiceJob", "train", _REQUEST)

    assert str(refused.value) == (
        r"submitting ServiceJob (train): Client Error: no \x1b[2J error: x"
    )


@pytest.mark.parametrize("message", ["Job Not Found", "job-1 DOES NOT EXIST", "not found"])
def test_a_not_found_is_one_however_it_is_written(message: str) -> None:
    """AWS documents none of its messages, so the case of a letter decides nothing."""
    batch = boto3.client("batch", region_name="eu-central-1")
    with Stubber(batch) as stubber:
        stubber.add_client_error("describe_service_job", "ClientException", message)
        with pytest.raises(NotFound):
            call(batch.describe_service_job, "reading", "ServiceJob", "job-1", {"jobId": "job-1"})


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (EOFError(), "the profile asks for an MFA code, and there is no terminal to type it at"),
        (FileNotFoundError(2, "No such file", "/vault"), "/vault: No such file"),
        (ValueError("no\x1b[2JJSON"), r"ValueError: no\x1b[2JJSON"),
    ],
)
def test_what_renews_credentials_and_fails_is_told_in_a_sentence(
    error: Exception, said: str
) -> None:
    """Botocore passes on what a helper's output, or its absence, leads to in Python."""
    batch = boto3.client("batch", region_name="eu-central-1")

    def fail(**_: Any) -> None:
        raise error

    batch.meta.events.register("before-call", fail)
    with pytest.raises(Unreachable) as raised:
        call(batch.describe_service_job, "reading", "ServiceJob", "job-1", {"jobId": "job-1"})

    assert said in str(raised.value)
    assert "see what gives the credentials" in str(raised.value)


_REQUEST = {
    "jobName": "train",
    "jobQueue": "gpus",
    "serviceJobType": "SAGEMAKER_TRAINING",
    "serviceRequestPayload": "{}",
}
