"""The services beside service jobs: moto's, temporary credentials, and what is not emulated."""

from __future__ import annotations

import datetime as dt
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from emulator_requests import REGION, client, make_environment, make_queue

if TYPE_CHECKING:
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


def test_a_web_identity_needs_no_key(emulator: Emulator) -> None:
    """AssumeRoleWithWebIdentity, which is unsigned, gives credentials that are let in."""
    sts = boto3.client(
        "sts",
        region_name=REGION,
        endpoint_url=emulator.url,
        config=Config(signature_version=UNSIGNED),
    )
    issued = sts.assume_role_with_web_identity(
        RoleArn=ROLE, RoleSessionName="ci", WebIdentityToken="x" * 30
    )["Credentials"]
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
            urllib.request.urlopen(emulator.url + path, data, timeout=10)  # noqa: S310 - loopback
        with caught.value:
            assert caught.value.code == 403


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        ("batch", "list_consumable_resources", {}),
        ("sqs", "list_queues", {}),
    ],
)
def test_what_is_not_emulated_says_so(
    emulator: Emulator, service: str, method: str, parameters: dict[str, Any]
) -> None:
    """An operation or service that nobody answers is an explicit error."""
    with pytest.raises(ClientError, match="does not emulate"):
        getattr(client(emulator, service), method)(**parameters)


def test_container_operations_go_to_moto(emulator: Emulator) -> None:
    """A job definition, which is for containers, is registered and described."""
    batch = client(emulator, "batch")
    name = f"definition-{id(emulator)}"
    batch.register_job_definition(
        jobDefinitionName=name,
        type="container",
        containerProperties={"image": "busybox", "vcpus": 1, "memory": 16},
    )

    found = batch.describe_job_definitions(jobDefinitionName=name)["jobDefinitions"]
    assert [each["revision"] for each in found] == [1]


def test_roles_and_policies_are_motos(emulator: Emulator) -> None:
    """IAM roles can be made and read."""
    iam = client(emulator, "iam")
    name = f"role-{id(emulator)}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")

    assert iam.get_role(RoleName=name)["Role"]["Arn"] == f"arn:aws:iam::123456789012:role/{name}"


def test_container_queues_live_beside_ours(emulator: Emulator) -> None:
    """A queue on compute environments is moto's: made, described beside ours, tagged, deleted."""
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
    batch.tag_resource(resourceArn=environment, tags={"a": "b"})
    tags = batch.list_tags_for_resource(resourceArn=environment)["tags"]
    batch.update_job_queue(jobQueue=mark, state="DISABLED")
    batch.delete_job_queue(jobQueue=mark)

    assert {"ours", mark} <= set(both)
    assert [each["jobQueueName"] for each in one] == ["ours"]
    assert tags == {"a": "b"}
    left = [each["jobQueueName"] for each in batch.describe_job_queues()["jobQueues"]]
    assert "ours" in left
    assert mark not in left
