"""What a shell is told whose emulator is gone."""

from __future__ import annotations

import pytest

from sjresource.aws.settings import Settings
from sjresource.checks.preflight.unreachable import unreachable_warning
from sjresource.emulator_shell import START, stale_shell_advice
from sjresource.errors import Unreachable

SHELL = {"AWS_PROFILE": "sjresource-emulator", "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}


@pytest.mark.parametrize(
    ("error", "environ", "told"),
    [
        ("EndpointConnectionError", SHELL, "no emulator runs where this shell's variables lead"),
        ("ProfileNotFound", SHELL, "no emulator runs where this shell's variables lead"),
        ("UnrecognizedClientException", SHELL, "are of an emulator before this one"),
        ("ClientException", SHELL, None),
        ("ReadTimeoutError", SHELL, None),
        ("EndpointConnectionError", {**SHELL, "AWS_PROFILE": "prod"}, None),
        ("EndpointConnectionError", {"AWS_PROFILE": "sjresource-emulator"}, None),
    ],
)
def test_only_a_shell_of_a_lost_emulator_is_told(
    error: str, environ: dict[str, str], told: str | None
) -> None:
    """AWS's own shells, and what an emulator answers, have their own advice."""
    advice = stale_shell_advice(error, environ)

    assert (advice is None) == (told is None)
    assert advice is None or (told is not None and told in advice and advice.endswith(START))


def test_a_preview_tells_it_instead_of_advice_about_aws() -> None:
    """No `aws configure` helps there."""
    seen = 'Could not connect to the endpoint URL: "http://127.0.0.1:9/v1"'
    help_ = stale_shell_advice("EndpointConnectionError", SHELL)

    warning = unreachable_warning(
        Unreachable("reading", "JobQueue", "q", seen, help_), Settings(), SHELL
    )

    assert warning is not None
    assert START in warning
    assert "aws:endpoints" not in warning
