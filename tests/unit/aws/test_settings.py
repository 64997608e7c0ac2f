from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from sjresource.aws.settings import UNSUPPORTED, Settings

ROLE = "arn:aws:iam::123456789012:role/deployer"


def settings(**config: Any) -> Settings:
    """Read a config whose nested values are JSON text, as everywhere."""
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}
    return Settings.from_config(texts.get, {})


def test_nothing_configured_leaves_everything_to_boto3() -> None:
    """None means that boto3's own chain decides."""
    assert Settings.from_config(lambda _key: None, {}) == Settings()


def test_the_region_is_found_where_pulumi_aws_finds_it() -> None:
    """The config comes first, then AWS_REGION; AWS_DEFAULT_REGION is boto3's own."""
    environ = {"AWS_REGION": "eu-west-3"}

    assert Settings.from_config(lambda _key: None, environ).region == "eu-west-3"
    assert Settings.from_config({"region": "eu-west-1"}.get, environ).region == "eu-west-1"


def test_endpoints_of_all_entries_are_merged() -> None:
    """pulumi-aws takes a list of objects, each with one service or several."""
    text = '[{"batch":"http://b","sts":"http://s"},{"sagemaker":"http://m","logs":""}]'
    settings = Settings.from_config({"endpoints": text}.get)

    assert settings.endpoint("batch") == "http://b"
    assert settings.endpoint("sagemaker") == "http://m"
    assert settings.endpoint("logs") is None


@pytest.mark.parametrize("name", ["logs", "cloudwatchlogs", "cloudwatchlog"])
def test_logs_have_three_names(name: str) -> None:
    """pulumi-aws takes each of them."""
    assert settings(endpoints=[{name: "http://l"}]).endpoint("logs") == "http://l"


def test_credentials_are_never_shown() -> None:
    """A settings object may stand in a traceback."""
    keys = {"accessKey": "AKIA1", "secretKey": "s3cret", "token": "t0ken", "region": "eu-west-1"}
    shown = repr(Settings.from_config(keys.get))

    assert "eu-west-1" in shown
    assert not any(value in shown for value in ("AKIA1", "s3cret", "t0ken"))


def test_roles_keep_their_order_and_all_their_arguments() -> None:
    """What pulumi-aws's entries say reaches AssumeRole under the API's names."""
    first, second = settings(
        assumeRoles=[
            {
                "roleArn": ROLE,
                "duration": "1h30m",
                "externalId": "partner",
                "policy": "{}",
                "policyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                "sessionName": "ci",
                "sourceIdentity": "me",
                "tags": {"team": "ml"},
                "transitiveTagKeys": ["team"],
            },
            {"roleArn": f"{ROLE}-2"},
        ]
    ).assume_roles

    assert first.arn == ROLE
    assert first.request() == {
        "DurationSeconds": 5400,
        "ExternalId": "partner",
        "Policy": "{}",
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "RoleSessionName": "ci",
        "SourceIdentity": "me",
        "Tags": [{"Key": "team", "Value": "ml"}],
        "TransitiveTagKeys": ["team"],
    }
    assert (second.arn, second.request()) == (f"{ROLE}-2", {})


def test_version_6s_single_role_is_read() -> None:
    """pulumi-aws called it assumeRole, an object, before there could be several."""
    assert [role.arn for role in settings(assumeRole={"roleArn": ROLE}).assume_roles] == [ROLE]


def test_account_ids_are_strings_of_12_digits() -> None:
    """`pulumi config set --path` stores one as a number, and loses its zeros."""
    read = settings(allowedAccountIds=[12345678901, "123456789012"])

    assert read.allowed_accounts == ("012345678901", "123456789012")


@pytest.mark.parametrize(
    ("config", "account", "refusal"),
    [
        ({}, None, None),
        ({"allowedAccountIds": ["123456789012"]}, "123456789012", None),
        ({"allowedAccountIds": ["123456789012"]}, "2" * 12, "none of aws:allowedAccountIds"),
        ({"allowedAccountIds": ["123456789012"]}, None, "STS does not tell"),
        ({"forbiddenAccountIds": ["123456789012"]}, "123456789012", "aws:forbiddenAccountIds"),
        ({"forbiddenAccountIds": ["123456789012"]}, "2" * 12, None),
    ],
)
def test_accounts_are_allowed_and_forbidden(
    config: dict[str, Any], account: str | None, refusal: str | None
) -> None:
    """An account that nobody can tell is not allowed where only some are."""
    said = settings(**config).account_refusal(account)

    assert said is None if refusal is None else refusal in str(said)


def test_ignored_tags_are_told_by_key_and_by_prefix() -> None:
    """Without either, none is ignored."""
    read = settings(ignoreTags={"keys": ["owner"], "keyPrefixes": ["cost:"]})

    assert [read.ignores_tag(key) for key in ("owner", "cost:center", "team")] == [
        True,
        True,
        False,
    ]
    assert not settings().ignores_tag("owner")


def test_default_tags_are_strings() -> None:
    """YAML makes numbers and booleans of some."""
    assert dict(settings(defaultTags={"tags": {"team": "ml", "cost": 42}}).default_tags) == {
        "team": "ml",
        "cost": "42",
    }


def test_settings_without_support_are_named() -> None:
    """Only those that are there."""
    assert settings(**dict.fromkeys(UNSUPPORTED, "x")).unsupported == UNSUPPORTED
    assert settings(skipCredentialsValidation="true", s3UsePathStyle="true").unsupported == ()


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"retryMode": "legacy"}, "aws:retryMode): must be standard or adaptive"),
        ({"maxRetries": "-1"}, "aws:maxRetries): must be a whole number"),
        ({"insecure": "yes"}, "aws:insecure): must be true or false"),
        ({"endpoints": "http://b"}, "aws:endpoints): must be an object or a list"),
        ({"endpoints": ["http://b"]}, "aws:endpoints): must be a list of objects"),
        ({"assumeRoles": {"roleArn": ROLE}}, "aws:assumeRoles): must be a list"),
        ({"assumeRoles": [{"sessionName": "ci"}]}, "aws:assumeRoles): must have roleArn"),
        ({"assumeRoles": [{"roleARN": ROLE}]}, "aws:assumeRoles): has no member 'roleARN'"),
        ({"assumeRoles": [{"roleArn": ROLE, "duration": "1x"}]}, "write it as 1h or 15m or 900s"),
        ({"assumeRoleWithWebIdentity": {"roleArn": ROLE}}, "must have webIdentityToken or"),
        ({"defaultTags": {"team": "ml"}}, "aws:defaultTags): has no member 'team'"),
        ({"sharedConfigFiles": ["a", "b"]}, "aws:sharedConfigFiles): must be one file"),
        ({"region": "Mars One"}, "aws:region): must be a region's name such as eu-west-1"),
        ({"stsRegion": "eu"}, "aws:stsRegion): must be a region's name such as eu-west-1"),
        ({"endpoints": [{"bach": "http://b"}]}, "has no service 'bach'; did you mean batch?"),
        ({"endpoints": [{"batch": "b"}]}, "has for 'batch' no URL such as https://batch."),
        ({"endpoints": [{"batch": {"a": 1}}]}, "has for 'batch' no URL such as https://batch."),
        ({"assumeRoles": [{"roleArn": "ci"}]}, "has a roleArn that is not such as arn:aws:iam::"),
        ({"assumeRoles": [{"roleArn": ROLE, "tags": ["a"]}]}, "must have an object of texts"),
        ({"assumeRoles": [{"roleArn": ROLE, "policyArns": "a"}]}, "must have a list of texts"),
        ({"assumeRoles": [{"roleArn": ROLE, "transitiveTagKeys": {}}, 1]}, "must be an object"),
        ({"ignoreTags": {"keys": "team"}}, "aws:ignoreTags): must have a list of texts"),
        ({"defaultTags": {"tags": {"a": {"b": "c"}}}}, "must have an object of texts"),
        ({"allowedAccountIds": ["prod"]}, "must be a list of ids of accounts, each of 12 digits"),
        ({"forbiddenAccountIds": [None]}, "aws:forbiddenAccountIds): must have a list of texts"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_key(config: dict[str, Any], said: str) -> None:
    """A setting that is silently left out could mean another account."""
    with pytest.raises(pulumi.RunError) as error:
        settings(**config)

    assert said in str(error.value)


def test_other_services_have_endpoints_too_and_numbers_are_texts() -> None:
    """What pulumi-aws knows of S3 or SNS is not for us, and no mistake; null is nothing."""
    read = settings(
        endpoints=[
            {"sns": "http://a", "sagemakerruntime": "http://b", "batch": "http://c"},
            {"cloudwatchevents": "http://a", "cloudwatchrum": "http://b"},
        ],
        defaultTags={"tags": {"cost": 7, "is": True, "none": None}},
        allowedAccountIds=[12345678901],
    )

    assert read.endpoint("batch") == "http://c"
    assert read.default_tags == (("cost", "7"), ("is", "true"))
    assert read.allowed_accounts == ("012345678901",)


def test_secret_parts_are_never_shown() -> None:
    """External ids, tokens, proxies with passwords and tags stay out of tracebacks."""
    shown = repr(
        settings(
            assumeRoles=[{"roleArn": ROLE, "externalId": "partner-7"}],
            assumeRoleWithWebIdentity={"roleArn": ROLE, "webIdentityToken": "jwt-7"},
            httpsProxy="http://me:password-7@proxy",
            defaultTags={"tags": {"team": "value-7"}},
        )
    )

    assert ROLE in shown
    assert "-7" not in shown
