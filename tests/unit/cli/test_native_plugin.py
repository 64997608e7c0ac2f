"""Whether the doctor finds the plugin that the engine would start, and its release."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from sjresource.cli.doctor.native_plugin import check_native_plugin

if TYPE_CHECKING:
    from pathlib import Path

OWN = metadata.version("sjresource")


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a home of the engine's own; PATH has no plugin."""
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "home"


def command(folder: Path, script: str) -> None:
    """Put a plugin on PATH."""
    (folder / "bin").mkdir()
    path = folder / "bin" / "pulumi-resource-sjresource"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (f"echo {OWN}", "ok", f"sjresource {OWN}, "),
        ("echo 0.0.9", "failed", f"is sjresource 0.0.9, this command is {OWN}"),
        ("echo no module named grpc >&2; exit 1", "failed", "error: no module named grpc"),
    ],
)
def test_the_one_on_path_is_asked_for_its_release(
    tmp_path: Path, script: str, status: str, said: str
) -> None:
    """It has to be that of the command."""
    command(tmp_path, script)
    check = check_native_plugin(tmp_path)

    assert check.status == status
    assert said in check.message
    assert (check.fix is None) is (status == "ok")


def test_one_that_is_installed_counts_too(tmp_path: Path, home: Path) -> None:
    """If it is of this release."""
    (home / "plugins" / "resource-sjresource-v0.0.9").mkdir(parents=True)
    check = check_native_plugin(tmp_path)
    assert check.status == "failed"
    assert f"no release {OWN} of it is installed, only 0.0.9" in check.message

    (home / "plugins" / f"resource-sjresource-v{OWN}").mkdir()
    (home / "plugins" / f"resource-sjresource-v{OWN}.lock").touch()
    assert check_native_plugin(tmp_path).status == "ok"


@pytest.mark.parametrize(
    "named",
    [
        "plugins: {providers: [{name: sjresource, path: ../plugin}]}",
        "packages: {sjresource: ../plugin}",
    ],
)
def test_one_that_the_project_names_is_left_to_the_engine(tmp_path: Path, named: str) -> None:
    """It comes before that on PATH."""
    (tmp_path / "Pulumi.yaml").write_text(f"name: x\nruntime: yaml\n{named}\n")
    check = check_native_plugin(tmp_path)

    assert check.status == "unknown"
    assert "../plugin, as Pulumi.yaml names it" in check.message


@pytest.mark.parametrize(
    "content",
    [
        b"name: caf\xe9\n",
        b"packages: [a]\n",
        b"packages: a\n",
        b"plugins: [a]\n",
        b"plugins: {providers: 7}\n",
        b"plugins: {providers: [a]}\n",
        b"- a\n",
        b"{",
    ],
)
def test_a_project_file_that_names_none_rightly_is_no_hindrance(
    tmp_path: Path, content: bytes
) -> None:
    """The engine's own check says what is wrong with it."""
    (tmp_path / "Pulumi.yaml").write_bytes(content)
    command(tmp_path, f"echo {OWN}")

    assert check_native_plugin(tmp_path).status == "ok"
