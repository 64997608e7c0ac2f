"""What `tools/` says of itself, and that what names a tool names one that is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from documents import documents, name_of

ROOT = Path(__file__).parents[2]
RECIPES = [
    ROOT / "Makefile",
    ROOT / "mkdocs.yml",
    ROOT / "pyproject.toml",
    ROOT / ".ci" / "run",
    ROOT / ".pre-commit-config.yaml",
    *sorted((ROOT / "tools").rglob("*.py")),
]


def test_bringing_an_engine_says_that_it_is_an_exception() -> None:
    """Its folder's name and the first words of its README say who needs it."""
    folder = ROOT / "tools" / "only_where_pulumi_cannot_be_installed"
    lines = (folder / "README.md").read_text().splitlines()

    assert lines[0] == "# Only where Pulumi can't be installed"
    assert lines[2].startswith("[Install Pulumi](https://www.pulumi.com/docs/install/)")


@pytest.mark.parametrize("file", [*RECIPES, *documents()], ids=name_of)
def test_named_tools_exist(file: Path) -> None:
    """A folder that has moved took every reference along."""
    named = set(re.findall(r"(?<![\w./])tools/[\w./-]*\w", file.read_text()))

    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_package_knows_no_tools() -> None:
    """What is installed from the wheel has no `tools/` beside it."""
    modules = (ROOT / "sjresource").rglob("*.py")

    made_by_one = {"aws_names.py", "schema.py", "training_job_request.py"}
    assert {path.name for path in modules if "tools/" in path.read_text()} == made_by_one
