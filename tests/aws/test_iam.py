"""The policies of docs/iam.md, held against what the code calls."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sjresource import client
from training_home import execution_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DEPLOYER, EXECUTION = (
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "iam.md").read_text(), re.DOTALL)
)
SERVICES = {"_batch": "batch", "_sagemaker": "sagemaker", "_logs": "logs"}
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

NOT_CALLED = {"iam:PassRole"}
"""AWS asks for it when a job with a role is submitted."""


def allowed(policy: dict[str, Any]) -> set[str]:
    """Give the actions that a policy allows."""
    actions: set[str] = set()
    for statement in policy["Statement"]:
        found = statement["Action"]
        actions |= {found} if isinstance(found, str) else set(found)
    return actions


def nodes() -> Iterator[ast.AST]:
    """Give every node of the package's code."""
    for path in Path(client.__file__).parent.glob("*.py"):
        yield from ast.walk(ast.parse(path.read_text()))


def called() -> set[str]:
    """Give what the package `client` calls, as IAM names it.

    Batch's operations stand there as strings, the others' as methods of their clients.
    """
    methods = {service: methods_of(service) for service in ("batch", "sagemaker", "logs", "sts")}
    found = set()
    for node in nodes():
        if isinstance(node, ast.Constant) and node.value in methods["batch"]:
            found.add(f"batch:{methods['batch'][node.value]}")
        if isinstance(node, ast.Attribute):
            owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
            service = SERVICES.get(owner, owner)
            if node.attr in methods.get(service, {}):
                found.add(f"{service}:{methods[service][node.attr]}")
    return found


def methods_of(service: str) -> dict[str, str]:
    """Give boto3's methods of a service and the operations behind them."""
    made: Any = boto3.client(service, "us-east-1")  # type: ignore[call-overload] # any service
    mapping: dict[str, str] = made.meta.method_to_api_mapping
    return mapping


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_deployer_may_do_just_what_the_code_calls() -> None:
    """A call that the policy forgets fails in production; one that it has for nothing is a risk."""
    assert allowed(DEPLOYER) - NOT_CALLED == called() - WITHOUT_PERMISSION


def test_every_call_is_seen_here() -> None:
    """The test above is worth nothing if it overlooks services."""
    services = {action.partition(":")[0] for action in called()}

    assert services == {"batch", "sagemaker", "logs", "sts"}


def test_role_is_passed_to_sagemaker_alone() -> None:
    """Whoever deploys could otherwise hand any role to any service."""
    (statement,) = [each for each in DEPLOYER["Statement"] if each["Action"] == "iam:PassRole"]

    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}
    }
    assert statement["Resource"] != "*"


def test_execution_role_of_the_example_is_the_documented_one() -> None:
    """The page shows what the program makes."""
    image = "111122223333.dkr.ecr.us-east-1.amazonaws.com/training:1"

    assert execution_policy("arn:aws:s3:::BUCKET", image) == EXECUTION


def test_execution_role_reaches_its_own_bucket_alone() -> None:
    """And writes only where models go."""
    for statement in EXECUTION["Statement"]:
        for action in statement["Action"]:
            if action.startswith("s3:"):
                assert all("BUCKET" in resource for resource in statement["Resource"])
            assert "*" not in action
