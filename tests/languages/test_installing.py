"""The ways to install the plugin that need no PATH: an archive, its folder, a git repository."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
from git_host import HOST, GitHostUnavailableError, git_host, make_repository
from language_examples import ALL, API_KEY, EXAMPLES, ROOT, why_no_yaml, yaml_stack
from native_sdks import SCHEMA

from sjresource.native.schema import schema_text

if TYPE_CHECKING:
    from pathlib import Path

    from emulated_stack import EmulatedCloud
    from engine_fixtures import NewStack
    from pulumi_stack import PulumiStack

WITHOUT = why_no_yaml() or ("" if ALL else "pip takes half a minute; make languages runs it")
pytestmark = [pytest.mark.stack, pytest.mark.skipif(bool(WITHOUT), reason=WITHOUT)]

VERSION = json.loads(SCHEMA.read_text())["version"]
INSTALL = ("plugin", "install", "resource", "sjresource", VERSION)


def index_with_own_wheel(folder: Path) -> dict[str, str]:
    """Return what lets pip find this sjresource, too; skip where it finds nothing else."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--retries", "0"]
    asked = subprocess.run(
        [*command, "-d", folder, "packaging"], check=False, capture_output=True, text=True
    )
    if asked.returncode:
        pytest.skip(f"pip finds no package here: {asked.stderr.strip()[-200:]}")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    return {"PIP_FIND_LINKS": str(folder)}


def archive_of_plugin(file: Path) -> Path:
    """Pack the plugin's folder without an environment that was made in it."""
    with tarfile.open(file, "w:gz") as archive:
        for each in ("PulumiPlugin.yaml", "__main__.py", "requirements.txt"):
            archive.add(ROOT / "plugin" / each, each)
    return file


def plain_folder(folder: Path) -> Path:
    """Copy the plugin's folder without an environment that was made in it."""
    folder.mkdir()
    with tarfile.open(archive_of_plugin(folder.with_suffix(".tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder


def resources_of(stack: PulumiStack, source: str) -> set[str]:
    """Return the types in the schema that a plugin answers with, of this version."""
    schema = json.loads(stack.run("package", "get-schema", source).stdout)
    assert schema["version"] == VERSION
    return set(schema["resources"])


def add_package(stack: PulumiStack, source: str, sdk: str) -> None:
    """Run `package add` up to the last step, which is the language host's: YAML's has none."""
    added = stack.run("package", "add", source, fails=True)
    said = added.stdout + added.stderr
    assert "Successfully generated an SDK for the sjresource package" in said
    assert "method Link not implemented" in said
    assert list((stack.work / "sdks" / sdk).iterdir())


def test_an_archive_a_folder_and_a_repository_are_the_plugin(
    cloud: EmulatedCloud, new_stack: NewStack, tmp_path: Path
) -> None:
    """The engine finds what was installed, and makes an SDK of a folder and of a repository."""
    environment = {**cloud.environment, **index_with_own_wheel(tmp_path / "wheels")}
    stack = yaml_stack(new_stack, EXAMPLES / "yaml", environment, finds_plugin=False)
    stack.set_config(f"{stack.project}:api_key", API_KEY, secret=True)
    archive = archive_of_plugin(tmp_path / "plugin.tar.gz")

    ours = set(json.loads(schema_text())["resources"])
    for file in (archive, plain_folder(tmp_path / "copy")):
        stack.run(*INSTALL, "--file", str(file))
        (installed,) = stack.folder.rglob("PulumiPlugin.yaml")
        assert resources_of(stack, f"sjresource@{VERSION}") == ours
        assert ("create", "train") in stack.preview().steps
        if file == archive:
            stack.run("plugin", "rm", "resource", "sjresource", "--yes")
            assert not list(stack.folder.rglob("PulumiPlugin.yaml"))

    folder = shutil.copytree(installed.parent, tmp_path / "folder", symlinks=True)
    assert resources_of(stack, str(folder)) == ours
    add_package(stack, str(folder), "sjresource")

    repositories = tmp_path / "repositories"
    make_repository(ROOT / "plugin", repositories / "owner" / "repository.git", f"v{VERSION}")
    try:
        with git_host(repositories, tmp_path / "certificate") as trusting:
            stack.environment |= trusting
            source = f"git://{HOST}/owner/repository/plugin@{VERSION}"
            assert {each.rpartition(":")[2] for each in resources_of(stack, source)} == {
                each.rpartition(":")[2] for each in ours
            }
            add_package(stack, source, "owner-sjresource")
    except GitHostUnavailableError as error:
        pytest.skip(f"all but the repository: {error}")
