"""The variables of the local stack keep the caller's own cloud out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local_stack.environment import aws_variables, isolated, pulumi_variables

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "name",
    ["AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL_BATCH", "PULUMI_ACCESS_TOKEN", "PULUMI_STACK"],
)
def test_callers_cloud_settings_stay_out(name: str) -> None:
    """Real credentials or endpoints in the shell never reach a local command."""
    assert name not in isolated({name: "the caller's", "PATH": "/bin"})


def test_other_variables_come_along() -> None:
    """What isn't AWS's or Pulumi's is the caller's business."""
    assert isolated({"LANG": "C.UTF-8"})["LANG"] == "C.UTF-8"


def test_proxies_are_not_asked_for_loopback() -> None:
    """The caller's exceptions from a proxy stay, and the emulator's address joins them."""
    assert isolated({"NO_PROXY": "intranet"})["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert isolated({})["no_proxy"] == "127.0.0.1,localhost"
    assert isolated(isolated({}))["NO_PROXY"] == "127.0.0.1,localhost"


def test_every_service_is_the_emulators() -> None:
    """One endpoint for all, with a profile of its own and no configuration file beside it."""
    variables = aws_variables("http://127.0.0.1:4000")

    assert variables["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4000"
    assert variables["AWS_PROFILE"] == "sjresource-emulator"
    assert variables["AWS_SHARED_CREDENTIALS_FILE"].endswith(".local/emulator/credentials")
    assert variables["AWS_CONFIG_FILE"] == "/dev/null"


def test_engine_comes_first_on_the_path(tmp_path: Path) -> None:
    """Whatever pulumi the caller has on PATH, the one that was brought runs."""
    path = pulumi_variables(tmp_path, "/usr/bin")["PATH"].split(":")

    assert path[0] == str(tmp_path)
    assert path[-1] == "/usr/bin"
