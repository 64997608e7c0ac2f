"""Versions of the CLI and of Go, as they are written in the places they come from."""

from __future__ import annotations

import pytest
from engine.go_toolchain import go_version, needed_go
from engine.version import GO_MOD, parse_version, pinned_version


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("v3.259.0\n", (3, 259, 0)),
        ("3.259.0", (3, 259, 0)),
        ("v3.260.0-alpha.1+dirty", (3, 260, 0)),
        ("", None),
        ("command not found", None),
    ],
)
def test_cli_version_is_read_from_what_it_prints(
    said: str, version: tuple[int, int, int] | None
) -> None:
    """Suffixes of builds are ignored; anything else is no version."""
    assert parse_version(said) == version


def test_pinned_version_is_the_one_that_go_mod_requires() -> None:
    """go.mod is the only place that names the version."""
    go_mod = "require (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.1.2 // indirect\n)"

    assert pinned_version(go_mod) == "v3.1.2"


def test_go_mod_without_pulumi_is_refused() -> None:
    """A go.mod that lost its requirement is an error of ours, not a version."""
    with pytest.raises(ValueError, match=r"go\.mod"):
        pinned_version("module example\n")


def test_go_mod_of_the_project_names_both_versions() -> None:
    """The committed go.mod has a CLI version and a Go version to read."""
    go_mod = GO_MOD.read_text()

    assert parse_version(pinned_version(go_mod)) is not None
    assert needed_go(go_mod) >= (1, 26)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ("go version go1.26.8 linux/amd64", (1, 26, 8)),
        ("go version go1.27rc1 linux/amd64", (1, 27)),
        ("go version devel +abc", ()),
    ],
)
def test_go_version_is_read_from_what_it_prints(said: str, version: tuple[int, ...]) -> None:
    """An unreadable version is older than any."""
    assert go_version(said) == version
