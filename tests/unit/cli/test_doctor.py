from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pulumi.automation import LocalWorkspace

import sjresource
from sjresource.cli.commands.doctor import config_check
from sjresource.cli.doctor.deployment import backend_folder
from sjresource.cli.doctor.engine import check_module_names
from sjresource.cli.stack.context import StackContext
from sjresource.stack.deployed_stack import DeployedStack
from sjresource.vocabulary import NATIVE_PREFIX

if TYPE_CHECKING:
    from sjresource.cli.doctor.check import Check

PACKAGE = Path(sjresource.__file__).parent


def test_a_file_that_hides_a_module_is_named(tmp_path: Path) -> None:
    """The plugin, which starts in the project's folder, gets it in place of Python's own."""
    for name in ("queue.py", "logging.py", "__main__.py", "train.py", "random.txt"):
        (tmp_path / name).touch()
    for name in ("json", "data", "types"):
        (tmp_path / name).mkdir()
    (tmp_path / "json" / "__init__.py").touch()
    (check,) = check_module_names(tmp_path)

    assert check.status == "failed"
    assert check.message.startswith("json, logging.py, queue.py in ")
    assert "rename it" in str(check.fix)


def test_a_project_without_such_files_is_no_finding(tmp_path: Path) -> None:
    """Nor is no project, nor the checkout, whose `sjresource` is the module itself."""
    (tmp_path / "sjresource").symlink_to(PACKAGE)
    (tmp_path / "__main__.py").touch()

    assert list(check_module_names(tmp_path)) == []
    assert list(check_module_names(None)) == []


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file://~", "/home/ann"),
        ("file://~/states", "/home/ann/states"),
        ("file:///var/our%20states?no_tmp_dir=true", "/var/our states"),
        ("file://./states", "/home/ann/vision/states"),
        ("file://states", "/home/ann/vision/states"),
    ],
)
def test_locks_are_looked_for_where_pulumi_has_them(url: str, folder: str) -> None:
    """Pulumi says how a backend of files was named: `~`, or a folder from the project's."""
    found = backend_folder(url, Path("/home/ann/vision"), Path("/home/ann"))

    assert found == Path(folder)


@pytest.mark.parametrize(
    ("type_", "namespace"),
    [
        ("pulumi-python:dynamic/sjresource:ServiceJob", "aws"),
        (f"{NATIVE_PREFIX}JobQueue", "sjresource"),
    ],
)
def test_wrong_settings_are_those_of_the_front_that_the_stack_has(
    tmp_path: Path, type_: str, namespace: str
) -> None:
    """Each front reads a config of its own; the other one's may say what it likes."""
    config = {"aws:maxRetries": {"value": "3"}, "sjresource:maxRetries": {"value": "3"}}

    def check(**wrong: str) -> Check | None:
        given = {
            **config,
            **{f"{name}:maxRetries": {"value": each} for name, each in wrong.items()},
        }
        resource = {"type": type_, "id": "a", "urn": "urn:pulumi:dev::vision::t::n"}
        state = {"deployment": {"resources": [resource]}}

        def run(command: str, *_: str) -> str:
            return json.dumps(given if command == "config" else state)

        context = StackContext(tmp_path)
        vars(context)["stack"] = DeployedStack("dev", run, LocalWorkspace)
        return config_check(context)

    found = check(**{namespace: "many"})
    assert found is not None
    assert (found.name, found.status) == (f"{namespace}: config", "failed")
    assert "maxRetries" in found.message
    assert found.fix == "see `pulumi config`"
    other = "aws" if namespace == "sjresource" else "sjresource"
    assert check(**{other: "many"}) is None
