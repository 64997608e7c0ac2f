"""What each extra installs is enough for what it is there for; without it one line names it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from sjresource.cli.command_group import COMMANDS

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]


def of_the_extra(name: str) -> set[str]:
    """Return the packages of an extra."""
    return {Requirement(each).name for each in PROJECT["optional-dependencies"][name]}


def run(program: str, without: set[str]) -> subprocess.CompletedProcess[str]:
    """Run a program in which these packages can't be imported."""
    missing = f"import sys; sys.modules.update(dict.fromkeys({sorted(without)}))\n"
    command = [sys.executable, "-c", missing + program]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_command_is_there_with_the_extra_cli_alone() -> None:
    """The doctor too, to whom those without an emulator are sent first."""
    loaded = "\n".join(f"import sjresource.cli.commands.{name}" for name in COMMANDS)
    done = run(loaded, of_the_extra("emulator") - of_the_extra("cli"))

    assert done.stderr == ""


@pytest.mark.parametrize("package", ["moto", "msgspec", "psutil", "re2", "waitress"])
def test_the_emulator_says_which_extra_it_lacks(package: str) -> None:
    """At once, and not at the first call that needs it."""
    done = run("import runpy; runpy.run_module('sjresource.emulator')", {package})

    assert done.stderr.splitlines()[-1] == (
        f"ModuleNotFoundError: starting emulator: {package} is not installed; "
        "pip install 'sjresource[emulator]'"
    )


def test_the_command_starts_no_emulator_that_lacks_its_extra(tmp_path: Path) -> None:
    """It says what to install, and leaves nothing running."""
    arguments = ["emulator", "start", "--data", str(tmp_path / "data")]
    start = f"from sjresource.cli.main import run; sys.exit(run({arguments}))"
    done = run(start, of_the_extra("emulator") - of_the_extra("cli"))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "sjresource: starting sjresource: moto is not installed; "
        "pip install 'sjresource[emulator]'\n"
    )
    assert not (tmp_path / "data" / "emulator.json").exists()
