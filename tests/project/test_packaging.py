"""The package's metadata and the pinned requirements agree; nothing here asks a registry."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # it has no types
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from trove_classifiers import classifiers as known_classifiers
from version_matrix import MINORS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]
ENGINE = ROOT / "tools" / "only_where_pulumi_cannot_be_installed" / "engine"


@pytest.fixture(scope="module")
def pyproject() -> dict[str, Any]:
    """The parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def read(name: str) -> dict[str, Requirement]:
    """Parse a requirements file into its requirements by name."""
    lines = (ROOT / name).read_text().splitlines()
    parsed = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    return {requirement.name: requirement for requirement in parsed}


def pins(wanted: list[str], pinned: dict[str, Requirement]) -> dict[str, bool]:
    """Return for each wanted requirement whether it is pinned to a version that it allows."""
    return {
        requirement.name: requirement.name in pinned
        and requirement.specifier.contains(_version(pinned[requirement.name]))
        for requirement in map(Requirement, wanted)
    }


def _version(pinned: Requirement) -> str:
    (only,) = pinned.specifier
    assert only.operator == "=="
    return only.version


def test_local_stack_pins_what_the_package_the_emulator_and_the_command_need(
    pyproject: dict[str, Any],
) -> None:
    """Two set-ups of the local stack get the same versions, within the package's bounds."""
    project = pyproject["project"]
    extras = project["optional-dependencies"]
    wanted = project["dependencies"] + extras["emulator"] + extras["cli"]

    pinned = pins(wanted, read("requirements/local.txt"))
    assert pinned == dict.fromkeys(pinned, True)


def test_development_pins_its_tools(pyproject: dict[str, Any]) -> None:
    """Linters and test tools have one version too."""
    pinned = pins(pyproject["dependency-groups"]["dev"], read("requirements/dev.txt"))

    assert pinned == dict.fromkeys(pinned, True)


def test_tests_run_with_the_versions_of_the_local_stack() -> None:
    """Whatever the local stack installs is in the development set-up, at the same version."""
    local = read("requirements/local.txt")
    development = read("requirements/dev.txt")

    assert local == {name: development.get(name) for name in local}


PINNED = [
    *(ROOT / "requirements").glob("*.txt"),
    *(ROOT / "tests" / "emulator" / "clients").glob("*.txt"),
    ENGINE / "go_toolchain.txt",
]


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_all_that_an_index_gives_has_its_hash(path: Path) -> None:
    """Each requirement has one version and the digests of its files, and no other option."""
    text = re.sub(r" *#.*", "", path.read_text()).replace("\\\n", "")
    lines = [line for line in text.splitlines() if line.strip()]

    assert lines
    pinned = re.compile(
        r"[a-z0-9._-]+(\[[a-z,]+\])?==[^ ]+( ; [^-]+?)?( +--hash=sha256:[0-9a-f]{64})+ *"
    )
    assert [line for line in lines if not pinned.fullmatch(line)] == []


def test_nothing_is_installed_without_hashes() -> None:
    """What the tools install is named in files of pins, and builds use pinned backends."""
    setup = (ROOT / "tools" / "virtual_environment.py").read_text()
    engine = (ENGINE / "virtual_environment.py").read_text()

    assert "UV_BUILD_CONSTRAINT" in setup
    assert '"--require-hashes"' in engine
    for path in (ROOT / "tools").rglob("*.py"):
        assert not re.search(r'"[a-z0-9-]+==[0-9]', path.read_text()), path


@pytest.mark.parametrize("name", ["local", "dev"])
def test_local_environments_are_free_of_provider_packages(name: str) -> None:
    """The engine downloads the plugin of every installed provider package, used or not."""
    assert not [package for package in read(f"requirements/{name}.txt") if "pulumi-" in package]


def test_stack_on_aws_needs_what_the_package_needs(pyproject: dict[str, Any]) -> None:
    """requirements.txt repeats the package's bounds and adds pulumi-aws's."""
    project = pyproject["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["aws"]

    assert sorted(map(str, read("requirements.txt").values())) == sorted(
        str(Requirement(requirement)) for requirement in wanted
    )


def test_package_says_its_licence_and_that_it_is_typed(pyproject: dict[str, Any]) -> None:
    """The licence file is the licence that the metadata names, and type checkers find py.typed."""
    project = pyproject["project"]

    assert project["license"] == "Apache-2.0"
    assert (
        "Apache License\n                           Version 2.0" in (ROOT / "LICENSE").read_text()
    )
    assert (ROOT / "sjresource" / "py.typed").exists()


def test_oldest_python_is_the_same_everywhere(pyproject: dict[str, Any]) -> None:
    """The linter, the package and the set-up refuse the same Pythons."""
    supported = SpecifierSet(pyproject["project"]["requires-python"])
    setup = (ROOT / "tools" / "virtual_environment.py").read_text()

    assert "3.10" in supported
    assert "3.9" not in supported
    assert pyproject["tool"]["ruff"]["target-version"] == "py310"
    assert "sys.version_info < (3, 10)" in setup


def test_metadata_names_who_made_it_as_the_licence_does(pyproject: dict[str, Any]) -> None:
    """One name for the copyright's owners, and no template left where it should stand."""
    (author,) = pyproject["project"]["authors"]
    (owner,) = re.findall(
        r"^   Copyright \d{4} (.+)$", (ROOT / "LICENSE").read_text(), re.MULTILINE
    )

    assert author == {"name": owner}


def test_metadata_is_found_by_what_it_is_for(pyproject: dict[str, Any]) -> None:
    """Keywords and classifiers are there, sorted, once each, and such as indexes know."""
    project = pyproject["project"]
    keywords, classifiers = project["keywords"], project["classifiers"]

    assert {"aws-batch", "pulumi", "sagemaker"} <= set(keywords)
    assert keywords == sorted(set(keywords))
    assert set(classifiers) <= known_classifiers
    assert len(classifiers) == len(set(classifiers))
    assert not [name for name in classifiers if name.startswith("License ::")]  # it has `license`


def test_classified_pythons_are_those_that_are_tried(pyproject: dict[str, Any]) -> None:
    """From the oldest supported one on, without a gap, and all of them in `make matrix`."""
    named = re.findall(
        r"Programming Language :: Python :: 3\.(\d+)",
        "\n".join(pyproject["project"]["classifiers"]),
    )
    minors = tuple(map(int, named))

    assert minors == MINORS[: len(minors)]
    assert len(minors) >= 4
    assert f">=3.{minors[0]}" == pyproject["project"]["requires-python"]


def test_the_plugins_folder_is_of_this_version(pyproject: dict[str, Any]) -> None:
    """Pulumi installs what it names: the provider, its schema and the package go together."""
    version = pyproject["project"]["version"]
    manifest = yaml.safe_load((ROOT / "plugin" / "PulumiPlugin.yaml").read_text())
    schema = json.loads((ROOT / "sjresource" / "native" / "schema.json").read_text())

    assert (manifest["name"], manifest["version"]) == ("sjresource", version)
    assert (schema["name"], schema["version"]) == ("sjresource", version)
    assert str(read("plugin/requirements.txt")["sjresource"]) == f"sjresource=={version}"


def test_the_plugins_folder_runs_what_the_console_script_runs(pyproject: dict[str, Any]) -> None:
    """Both ways of installing start one program."""
    script = pyproject["project"]["scripts"]["pulumi-resource-sjresource"]
    module, function = script.split(":")

    assert f"from {module} import {function}" in (ROOT / "plugin" / "__main__.py").read_text()
