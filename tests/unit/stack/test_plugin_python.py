from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sjresource.stack.plugin_python import python_problem, require_python_for_plugin


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` of a virtual environment with nothing in it."""
    folder = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return folder / "bin"


def test_this_interpreter_will_do(tmp_path: Path) -> None:
    """By its own name, and as the first python3 on PATH; neither is a word of complaint."""
    here = str(Path(sys.executable).parent)

    assert python_problem({"PULUMI_PYTHON_CMD": sys.executable, "PATH": ""}, tmp_path) is None
    assert python_problem({"PATH": here}, tmp_path) is None


def test_a_python_without_our_packages_is_named(bare: Path, tmp_path: Path) -> None:
    """With what it lacks: somebody may have installed Pulumi there, and not us."""
    assert python_problem({"PATH": str(bare)}, tmp_path) == (
        f"the engine runs it with {bare / 'python3'}, which has no pulumi and sjresource"
    )
    (tmp_path / "pulumi").mkdir()
    (tmp_path / "pulumi" / "__init__.py").touch()
    said = python_problem({"PULUMI_PYTHON_CMD": str(bare / "python"), "PATH": ""}, tmp_path)
    assert str(said).endswith("which has no sjresource")


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    """The variable may name nothing."""
    said = python_problem({"PULUMI_PYTHON_CMD": "python9", "PATH": os.defpath}, tmp_path)

    assert said == "there is no python9 on the engine's PATH"


def test_a_projects_virtualenv_is_the_engines_business(bare: Path, tmp_path: Path) -> None:
    """It comes before PATH, and the engine has words of its own for a missing one."""
    (tmp_path / "Pulumi.yaml").write_text("runtime: {name: python, options: {virtualenv: venv}}")

    assert python_problem({"PATH": str(bare)}, tmp_path) is None


def test_without_an_engine_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unit tests with Pulumi's mocks declare resources too, wherever they run."""
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    monkeypatch.setenv("PATH", "")

    require_python_for_plugin()  # raises RunError if it finds fault
