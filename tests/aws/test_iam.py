"""The policies of docs/iam.md, held against what the code calls."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from sjresource import aws
from training_home import execution_policy

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
DEPLOYER, TEAM, EXECUTION, PROBES = (
    json.loads(block)
    for block in re.findall(r"```json\n(.*?)```", (ROOT / "docs" / "iam.md").read_text(), re.DOTALL)
)
SERVICES = {"_batch": "batch", "_sagemaker": "sagemaker", "_logs": "logs"}
WITHOUT_PERMISSION = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

NOT_CALLED = {"iam:PassRole"}
"""AWS asks for it when a job with a role is submitted."""


def allowed(policy: dict[str, Any]) -> set[str]:
    """Return the actions that a policy allows."""
    actions: set[str] = set()
    for statement in policy["Statement"]:
        found = statement["Action"]
        actions |= {found} if isinstance(found, str) else set(found)
    return actions


def nodes() -> Iterator[ast.AST]:
    """Yield every node of the package's code."""
    for path in Path(aws.__file__).parent.glob("*.py"):
        yield from ast.walk(ast.parse(path.read_text()))


def called() -> set[str]:
    """Return what the package `aws` calls, as IAM names it.

    Batch's operations stand there as strings, of boto3 or of AWS, the others' as methods.
    """
    methods = {service: methods_of(service) for service in ("batch", "sagemaker", "logs", "sts")}
    operations = {f"batch:{operation}" for operation in methods["batch"].values()}
    found: set[str] = set()
    for node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            operation = methods["batch"].get(node.value, node.value)
            found |= {f"batch:{operation}"} & operations
        if isinstance(node, ast.Attribute):
            owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
            service = SERVICES.get(owner, owner)
            if node.attr in methods.get(service, {}):
                found.add(f"{service}:{methods[service][node.attr]}")
    return found


def methods_of(service: str) -> dict[str, str]:
    """Return boto3's methods of a service and the operations behind them."""
    made: Any = boto3.client(service, "us-east-1")  # type: ignore[call-overload] # any service
    mapping: dict[str, str] = made.meta.method_to_api_mapping
    return mapping


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_deployer_may_do_just_what_the_code_calls() -> None:
    """A call that the policy forgets fails in production; one that it has for nothing is a risk."""
    assert allowed(DEPLOYER) - NOT_CALLED == called() - WITHOUT_PERMISSION


def rows() -> dict[str, str]:
    """Return the resources of each action in the page's table."""
    page = (ROOT / "docs" / "iam.md").read_text()
    table = page.partition("| action | resources |")[2].partition("| resource | ARN |")[0]
    return {
        action: cells[1]
        for cells in (row.strip("|").split("|") for row in table.splitlines()[2:] if row)
        for action in re.findall(r"`(\w+)`", cells[0])
    }


def test_the_table_of_resources_has_each_action_once() -> None:
    """Somebody who narrows a policy looks an action up there."""
    batch = {each.removeprefix("batch:") for each in allowed(DEPLOYER) if "batch:" in each}

    assert set(rows()) == batch


def test_a_team_s_policy_names_what_its_actions_take() -> None:
    """A statement whose resource an action does not take allows nothing."""
    for statement in TEAM["Statement"]:
        actions, resources = statement["Action"], statement["Resource"]
        for action in [actions] if isinstance(actions, str) else actions:
            takes = rows()[action.removeprefix("batch:")]
            for resource in [resources] if isinstance(resources, str) else resources:
                kind = "quota-share" if "/quota-share/" in resource else resource.split(":")[-1]
                kind = kind.partition("/")[0]
                assert f"`{kind}`" in takes or takes.strip() == "any of them", action


def test_a_team_s_priority_is_capped_wherever_it_is_given() -> None:
    """When a job is submitted, where none may be given, and when it is changed."""
    submit, change, *_ = TEAM["Statement"]

    assert submit["Condition"]["NumericLessThanEqualsIfExists"] == {
        "batch:SchedulingPriority": "50"
    }
    assert change["Condition"]["NumericLessThanEquals"] == {"batch:SchedulingPriority": "50"}
    assert allowed(TEAM) <= allowed(DEPLOYER)
    assert allowed(TEAM) == {action for action in allowed(DEPLOYER) if is_of_jobs(action)}


def is_of_jobs(action: str) -> bool:
    """Return whether it is one of the statement that a team's policy stands in for."""
    (jobs,) = [each for each in DEPLOYER["Statement"] if each.get("Sid") == "Jobs"]
    return action in jobs["Action"]


def test_probes_touch_what_is_named_as_theirs() -> None:
    """But for jobs, which have no names in ARNs, and for what only looks."""
    named, jobs, look, roles = PROBES["Statement"]

    assert all("/sjprobe-" in each for each in (*named["Resource"], roles["Resource"]))
    assert jobs["Resource"].endswith(":service-job/*")
    assert all(re.match("batch:(Describe|List)", each) for each in look["Action"])


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
