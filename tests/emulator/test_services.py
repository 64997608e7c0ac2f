"""The services beside service jobs: moto's, temporary credentials, and what is not emulated."""

from __future__ import annotations

import datetime as dt
import urllib.error
import urllib.request
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from emulator_requests import REGION, client, control, make_environment, make_queue

from sjresource.emulator import Emulator

ROLE = "arn:aws:iam::123456789012:role/ci"


def test_assumed_roles_are_let_in(emulator: Emulator) -> None:
    """Credentials of AssumeRole can call Batch until they expire."""
    issued = client(emulator, "sts").assume_role(RoleArn=ROLE, RoleSessionName="ci")["Credentials"]
    batch = boto3.client(
        "batch",
        region_name=REGION,
        endpoint_url=emulator.url,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
        config=Config(retries={"total_max_attempts": 1}),
    )

    assert batch.describe_job_queues()["jobQueues"] == []
    assert issued["Expiration"] > dt.datetime.now(dt.timezone.utc)


def with_web_identity(emulator: Emulator, token: str) -> Any:
    """Exchange a token for credentials, without a signature."""
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=emulator.url,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )
    return sts.assume_role_with_web_identity(
        RoleArn=ROLE, RoleSessionName="ci", WebIdentityToken=token
    )["Credentials"]


@pytest.mark.parametrize("how", ["given at the start", "issued in a program", "issued by a route"])
def test_a_trusted_web_identity_needs_no_key(how: str) -> None:
    """AssumeRoleWithWebIdentity, which is unsigned, gives credentials that are let in."""
    given = "a token of a test's identity provider"
    with Emulator(web_identity_tokens=[given]) as emulator:
        token = given
        if how == "issued in a program":
            token = emulator.web_identities.issue()
        if how == "issued by a route":
            asked = (emulator.url, emulator.credentials, "POST", "web-identities", {"seconds": 60})
            token = control(*asked)["token"]
        issued = with_web_identity(emulator, token)
        _require_let_in(emulator, issued)


@pytest.mark.parametrize("token", ["x" * 30, "aaaa", "ü" * 30, "\ud800" * 4, "expired"])
def test_an_untrusted_web_identity_gets_no_key(token: str) -> None:
    """Anybody on the machine can ask: a token that nobody told the emulator of gives nothing."""
    with Emulator(web_identity_tokens=["a token of a test's identity provider"]) as emulator:
        expired = emulator.web_identities.issue(seconds=-1)
        with pytest.raises((ClientError, UnicodeError)) as caught:
            with_web_identity(emulator, expired if token == "expired" else token)

    if isinstance(caught.value, ClientError):
        code = "ExpiredTokenException" if token == "expired" else "InvalidIdentityToken"
        assert caught.value.response["Error"]["Code"] == code


def test_a_token_that_can_be_guessed_is_refused() -> None:
    """An empty file would let everybody in."""
    with pytest.raises(ValueError, match="at least 16 characters"):
        Emulator(web_identity_tokens=[""])


def _require_let_in(emulator: Emulator, issued: Any) -> None:
    batch = boto3.client(
        "batch",
        region_name=REGION,
        endpoint_url=emulator.url,
        aws_access_key_id=issued["AccessKeyId"],
        aws_secret_access_key=issued["SecretAccessKey"],
        aws_session_token=issued["SessionToken"],
    )

    assert batch.describe_job_queues()["jobQueues"] == []


def test_unsigned_actions_cannot_hide_in_a_query(emulator: Emulator) -> None:
    """The exception for AssumeRoleWithWebIdentity opens no other unsigned call."""
    body = b"Action=AssumeRoleWithWebIdentity&Action=GetCallerIdentity&Version=2011-06-15"
    one = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
    for path, data in (("/v1/describejobqueues", one), ("/?Action=ListRoles", one), ("/", body)):
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(emulator.url + path, data, timeout=60)  # noqa: S310 - loopback
        with caught.value:
            assert caught.value.code == 403


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("batch", "list_consumable_resources", {}),
        ("batch", "describe_job_definitions", {}),
        ("sqs", "list_queues", {}),
    ],
)
def test_what_is_not_emulated_says_so(
    emulator: Emulator, service: str, method: str, parameters: dict[str, Any]
) -> None:
    """An operation or service that nobody answers is an explicit error."""
    with pytest.raises(ClientError, match="does not emulate"):
        getattr(client(emulator, service), method)(**parameters)


def test_roles_and_policies_are_motos(emulator: Emulator) -> None:
    """IAM roles can be made and read."""
    iam = client(emulator, "iam")
    name = f"role-{id(emulator)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")

    assert iam.get_role(RoleName=name)["Role"]["Arn"] == f"arn:aws:iam::123456789012:role/{name}"


def test_container_queues_live_beside_ours(emulator: Emulator) -> None:
    """A queue on compute environments is moto's: it is made, and described beside ours."""
    batch, iam = client(emulator, "batch"), client(emulator, "iam")
    make_queue(emulator, make_environment(emulator), name="ours")
    mark = f"q{id(emulator)}"
    role = iam.create_role(RoleName=mark, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    environment = batch.create_compute_environment(
        computeEnvironmentName=mark, type="UNMANAGED", state="ENABLED", serviceRole=role
    )["computeEnvironmentArn"]
    batch.create_job_queue(
        jobQueueName=mark,
        priority=1,
        state="ENABLED",
        computeEnvironmentOrder=[{"order": 1, "computeEnvironment": environment}],
    )
    both = [each["jobQueueName"] for each in batch.describe_job_queues()["jobQueues"]]
    one = batch.describe_job_queues(jobQueues=["ours"])["jobQueues"]

    assert {"ours", mark} <= set(both)
    assert [each["jobQueueName"] for each in one] == ["ours"]


def test_origins_have_one_wildcard_as_with_s3(emulator: Emulator) -> None:
    """More would be a pattern that is searched for for ever."""
    s3 = client(emulator, "s3")
    bucket = f"cors-{id(emulator)}"
    s3.create_bucket(Bucket=bucket)

    def put(origin: str) -> None:
        rule = {"AllowedOrigins": [origin], "AllowedMethods": ["GET"]}
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})

    put("http://*.example.com")
    with pytest.raises(ClientError, match="more than one wildcard"):
        put("*a" * 30)
