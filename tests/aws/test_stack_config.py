"""A stack whose `aws:` config alone says where AWS is and who we are, on the real engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from aws_config import aws_config
from emulated_stack import PROGRAM

if TYPE_CHECKING:
    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

pytestmark = pytest.mark.stack

ELSEWHERE = """
    sj.ServiceEnvironment("elsewhere", region="us-west-2", capacity_limits=[
        {"max_capacity": 1, "capacity_unit": "NUM_INSTANCES"}])
"""
OFFLINE = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}
ROLE = "arn:aws:iam::123456789012:role/deployer"


def stack_of(cloud: EmulatedCloud, new_stack: NewStack, **config: Any) -> PulumiStack:
    """Make a stack with nothing of AWS in its environment."""
    aws = {f"aws:{key}": value for key, value in aws_config(cloud.emulator, **config).items()}
    return new_stack(
        PROGRAM + ELSEWHERE, config={**aws, "project:epochs": "1"}, environment=OFFLINE
    )


def test_config_alone_reaches_program_and_plugin(cloud: EmulatedCloud, new_stack: NewStack) -> None:
    """A role is assumed, default tags are on everything, and what isn't supported is said once.

    A resource's own region counts before the config's; a key that is a secret stays one.
    """
    stack = stack_of(
        cloud,
        new_stack,
        assumeRoles=[{"roleArn": ROLE, "sessionName": "ci"}],
        allowedAccountIds=["123456789012"],
        defaultTags={"tags": {"team": "platform", "owner": "ml"}},
        tagPolicyCompliance="error",
    )
    secret_key = cloud.emulator.credentials.aws_secret_access_key
    stack.set_config("aws:secretKey", secret_key, secret=True)
    up = stack.up()

    assert stack.outputs()["status"] == "SUCCEEDED"
    assert secret_key not in str(stack.state())
    warnings = [line.message.strip() for line in up.diagnostics("warning")]
    assert [text for text in warnings if "aws:" in text] == [
        "reading Setting (aws:tagPolicyCompliance): sjresource does not use it"
    ]
    made = stack.resources()
    assert ":eu-west-1:" in made["capacity"]["id"]
    assert ":us-west-2:" in made["elsewhere"]["id"]
    job = cloud.batch_in("eu-west-1").describe_service_job(jobId=made["train"]["id"])
    assert (job["tags"]["team"], job["tags"]["owner"]) == ("vision", "ml")

    stack.set_config("aws:defaultTags", json.dumps({"tags": {"owner": "vision"}}))
    preview = stack.preview("--diff")
    assert 'owner: "ml" => "vision"' in " ".join(preview.stdout.split())
    assert {op for op, _ in preview.steps} == {"update"}


def test_setting_that_cannot_be_read_ends_the_run_with_its_name(
    cloud: EmulatedCloud, new_stack: NewStack
) -> None:
    """One sentence, no traceback, and nothing is made."""
    stack = stack_of(cloud, new_stack, assumeRoles=[{"role_arn": ROLE}])
    failed = stack.preview(fails=True)

    assert "reading Setting (aws:assumeRoles): has no member 'role_arn'" in failed.stdout
    assert "Traceback" not in failed.stdout
