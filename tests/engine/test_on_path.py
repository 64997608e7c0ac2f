"""Which `pulumi` on PATH is taken as it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from engine.on_path import ask_version, find_on_path
from engine.sources import Unavailable

if TYPE_CHECKING:
    from pathlib import Path


def test_cli_with_its_language_host_is_taken(tmp_path: Path) -> None:
    """A folder with both is the engine, and its CLI is asked for the version."""
    command(tmp_path / "pulumi", "echo v3.300.0")
    command(tmp_path / "pulumi-language-python", "")

    assert find_on_path(str(tmp_path)) == tmp_path


def test_language_host_may_be_elsewhere_on_path(tmp_path: Path) -> None:
    """Package managers put the two into different folders."""
    command(tmp_path / "one" / "pulumi", "echo v3.300.0")
    command(tmp_path / "two" / "pulumi-language-python", "")

    path = os.pathsep.join([str(tmp_path / "one"), str(tmp_path / "two")])

    assert find_on_path(path) == tmp_path / "one"


def test_no_cli_is_not_found(tmp_path: Path) -> None:
    """A PATH without `pulumi` is the plainest reason."""
    with pytest.raises(Unavailable, match="not found"):
        find_on_path(str(tmp_path))


def test_cli_without_language_host_is_passed_over(tmp_path: Path) -> None:
    """A CLI that can't run Python programs is no engine; the reason names what is missing."""
    command(tmp_path / "pulumi", "echo v3.300.0")

    with pytest.raises(Unavailable, match="pulumi-language-python"):
        find_on_path(str(tmp_path))


@pytest.mark.parametrize("said", ["v3.199.9", "", "v2.25.0"])
def test_old_cli_is_passed_over(tmp_path: Path, said: str) -> None:
    """A CLI older than the oldest SDK we allow, or one of no known version, is named as such."""
    command(tmp_path / "pulumi", "")
    command(tmp_path / "pulumi-language-python", "")

    with pytest.raises(Unavailable, match=r"v3\.200\.0 or newer"):
        find_on_path(str(tmp_path), lambda _cli: said)


def test_broken_cli_is_passed_over(tmp_path: Path) -> None:
    """A CLI that fails to tell its version gives a reason, not a traceback."""
    command(tmp_path / "pulumi", "exit 1")

    with pytest.raises(Unavailable, match="version"):
        ask_version(tmp_path / "pulumi")


def command(path: Path, script: str) -> None:
    """Make a command that is a shell script."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
