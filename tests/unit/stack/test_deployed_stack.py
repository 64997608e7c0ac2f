"""Where the AWS settings of a deployed stack stand."""

from __future__ import annotations

import json
from typing import Any, cast

import pulumi.automation
import pytest
from pulumi.automation import LocalWorkspace

from sjresource.stack.deployed_stack import DeployedStack, settings_source


def test_a_damaged_export_is_refused_with_the_resource_and_the_key() -> None:
    """By whatever reads a state; what is no list, too."""
    damaged = {"urn": f"{STACK}x", "type": "x:y:Z", "outputs": 7}
    for deployment, said in (
        ({"resources": [damaged]}, f"reading State ({STACK}x): its outputs must be an object, got"),
        ({"resources": [7]}, "reading State (resources[0]): its entry must be an object, got a n"),
        ({"resources": "text"}, "reading State (resources[0]): its entry must be an object, got"),
        (["text"], "reading State (resources[0]): its entry must be an object, got nothing"),
    ):
        exported = json.dumps({"deployment": deployment})
        stack = DeployedStack("dev", lambda *_, told=exported: told, LocalWorkspace)
        with pytest.raises(pulumi.RunError) as refused:
            stack.deployment()
        assert str(refused.value).startswith(said)
        assert "pulumi state delete" in str(refused.value)


@pytest.mark.parametrize(
    ("given", "selected", "url", "qualified"),
    [
        (None, "acme/vision/dev", "", "acme/vision/dev"),
        (None, "organization/vision/dev", "", "organization/vision/dev"),
        ("acme/vision/dev", "", "", "acme/vision/dev"),
        ("acme/dev", "", "", "acme/project/dev"),
        ("dev", "", "https://app.pulumi.com/ann", "ann/project/dev"),
        ("dev", "", "file:///states", "organization/project/dev"),
        (None, "dev", "s3://states", "organization/project/dev"),
    ],
)
def test_the_whole_name_of_a_stack_is_its_own_or_made_of_what_is_known(
    given: str | None, selected: str, url: str, qualified: str
) -> None:
    """Only where the backend or the project has to be known are they asked for."""
    answers = {"stack": f"{selected}\n", "whoami": json.dumps({"user": "ann", "url": url})}

    def run(command: str, *_: str) -> str:
        return answers[command]

    def open_workspace() -> LocalWorkspace:
        assert "/vision/" not in qualified, "the name says all"
        return cast("LocalWorkspace", Workspace())

    assert DeployedStack(given, run, open_workspace).qualified_name() == qualified


class Workspace:
    """A workspace of the project `project`."""

    def project_settings(self) -> pulumi.automation.ProjectSettings:
        """Return what its file says."""
        return pulumi.automation.ProjectSettings("project", "python")


STACK = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev"
PROVIDER = "urn:pulumi:dev::p::pulumi:providers:sjresource::"
AWS = {"aws:region": {"value": "us-east-1"}}
OURS = {"sjresource:region": {"value": "eu-west-1"}}


def resource(type_: str, provider: str = "") -> dict[str, Any]:
    """Return a resource of a state."""
    return {"urn": f"urn:pulumi:dev::p::{type_}::x", "type": type_, "provider": f"{provider}::id"}


def provider(name: str, inputs: dict[str, Any], parent: str | None = STACK) -> dict[str, Any]:
    """Return a provider of a state; that of the engine itself has no parent."""
    urn = PROVIDER + name
    return {"urn": urn, "type": "pulumi:providers:sjresource", "inputs": inputs, "parent": parent}


DYNAMIC = resource("pulumi-python:dynamic/sjresource:ServiceJob")
QUEUE = "sjresource:index:JobQueue"
BY_DEFAULT = [provider("default", {}, None), resource(QUEUE, PROVIDER + "default")]


def explicit(**inputs: Any) -> list[dict[str, Any]]:
    """Return a native resource with a provider of its own."""
    return [provider("default-eu", inputs), resource(QUEUE, PROVIDER + "default-eu")]


@pytest.mark.parametrize(
    ("config", "resources", "region"),
    [
        ({**AWS, **OURS}, [DYNAMIC], "us-east-1"),
        ({**AWS, **OURS}, [DYNAMIC, *BY_DEFAULT], "us-east-1"),
        ({**AWS, **OURS}, BY_DEFAULT, "eu-west-1"),
        (AWS, BY_DEFAULT, None),
        (AWS, [], "us-east-1"),
        ({**AWS, **OURS}, [], "us-east-1"),
        (OURS, [], "eu-west-1"),
        (OURS, [DYNAMIC], "eu-west-1"),
        ({}, [], None),
        ({**AWS, **OURS}, explicit(region="ap-south-1"), "ap-south-1"),
        ({**AWS, **OURS}, explicit(), None),
    ],
)
def test_the_region_is_that_of_what_the_state_holds(
    config: dict[str, Any], resources: list[dict[str, Any]], region: str | None
) -> None:
    """The dynamic ones have `aws:`, the native ones their provider's."""
    assert settings_source(config, {"resources": resources}).text(config, "region") == region


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("3", "3"),
        (3, "3"),
        (True, "true"),
        ([{"roleArn": "arn"}], '[{"roleArn": "arn"}]'),
        ({"plaintext": '"key"'}, "key"),
        ({"plaintext": '{"batch": "http://x"}'}, '{"batch": "http://x"}'),
        (None, None),
    ],
)
def test_an_input_of_any_form_is_text(given: Any, text: str | None) -> None:
    """SDKs write members as JSON, YAML as they are; a secret may be decrypted."""
    assert settings_source({}, {"resources": explicit(x=given)}).text({}, "x") == text


def test_only_an_encrypted_input_has_to_be_decrypted() -> None:
    """That needs the passphrase."""
    assert settings_source(
        {}, {"resources": explicit(secretKey={"ciphertext": "v1:x"})}
    ).is_encrypted
    assert not settings_source(
        {}, {"resources": explicit(region="x", tags={"a": "b"})}
    ).is_encrypted
    assert not settings_source(OURS, {"resources": BY_DEFAULT}).is_encrypted
