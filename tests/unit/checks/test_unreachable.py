from __future__ import annotations

import pytest

from sjresource.aws.settings import Settings
from sjresource.checks.preflight.unreachable import unreachable_warning
from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable

CORP = Settings(profile="corp")


def unreachable(seen: str) -> Unreachable:
    """Make the error that botocore's words become."""
    return Unreachable("reading", "JobQueue", "training", seen)


@pytest.mark.parametrize(
    ("seen", "settings", "cure"),
    [
        ("You must specify a region.", Settings(), "`pulumi config set aws:region us-east-1`"),
        (
            "The config profile (corp) could not be found",
            CORP,
            "`aws configure --profile corp`, or name another in aws:profile or AWS_PROFILE",
        ),
        (
            "The SSO session associated with this profile has expired or is otherwise invalid.",
            CORP,
            "`aws sso login --profile corp`",
        ),
        (
            "Error when retrieving token from sso: Token has expired and refresh failed",
            Settings(),
            "`aws sso login`",
        ),
        (
            "Error when retrieving credentials from the profile or the environment: /no/such/vault",
            CORP,
            "see what gives the credentials of the profile corp: its credential_process",
        ),
        ("Unable to locate credentials", Settings(), "`aws configure` or `aws sso login`"),
        (
            'Could not connect to the endpoint URL: "http://me:pw@127.0.0.1:9/v1/x"',
            Settings(),
            "see the network, aws:region, aws:endpoints",
        ),
        ("Connect timeout on endpoint URL", Settings(), "see the network"),
        ("something new", Settings(), "see the stack's aws: config"),
    ],
)
def test_why_aws_was_not_asked_is_said_with_the_cure(
    seen: str, settings: Settings, cure: str
) -> None:
    """The command to be typed, with the profile that counts."""
    said = unreachable_warning(unreachable(seen), settings, {}) or ""

    assert said.startswith("AWS was not asked: ")
    assert f"; nothing was checked against the queue; {cure}" in said
    assert said.endswith("; `sjresource doctor` says more")
    assert "pw" not in said


def test_the_profile_of_the_environment_counts_where_the_config_has_none() -> None:
    """As for boto3."""
    said = unreachable_warning(
        unreachable("the SSO session has expired"), Settings(), {"AWS_PROFILE": "dev"}
    )

    assert "`aws sso login --profile dev`" in str(said)


@pytest.mark.parametrize(
    ("error", "is_told"),
    [
        (NotFound("reading", "JobQueue", "q"), False),
        (RequestFailed("reading", "JobQueue", "q", "denied", code="AccessDeniedException"), False),
        (RequestFailed("reading", "JobQueue", "q", "slow down", code="ThrottlingException"), False),
        (RequestFailed("reading", "JobQueue", "q", "expired", code="ExpiredTokenException"), True),
        (
            RequestFailed(
                "reading", "JobQueue", "q", "invalid", code="UnrecognizedClientException"
            ),
            True,
        ),
    ],
)
def test_an_answer_is_no_reason_to_warn(error: SjresourceError, *, is_told: bool) -> None:
    """Who may not read is asked for nothing else; credentials that are none are."""
    assert bool(unreachable_warning(error, Settings(), {})) is is_told
