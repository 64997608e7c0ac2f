"""What a visitor and an editor expect of a repository says what `make lint` and `.ci/run` do."""

from __future__ import annotations

import configparser
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped] # mkdocs brings it, without its stubs

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).parents[2]


def editor_config() -> configparser.ConfigParser:
    """Read `.editorconfig`; what stands before its sections is in the section `top`."""
    parser = configparser.ConfigParser()
    parser.read_string("[top]\n" + (ROOT / ".editorconfig").read_text())
    return parser


def load(name: str) -> Any:
    """Read a YAML file; its key `on` is True there."""
    return yaml.safe_load((ROOT / name).read_text())


def test_commits_are_checked_by_what_make_lint_runs() -> None:
    """The same commands, in the same order, and none that would fetch anything."""
    rule = re.search(r"^lint:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert rule is not None
    commands = re.findall(r"\$\(RUN\) (.+)", rule[1])
    (repository,) = load(".pre-commit-config.yaml")["repos"]

    assert len(commands) >= 4
    assert [hook["entry"] for hook in repository["hooks"]] == [
        f".venv/bin/python {command}" for command in commands
    ]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    assert not any(hook["pass_filenames"] for hook in repository["hooks"])


def test_workflow_calls_the_one_script() -> None:
    """It reads the repository and no more, ends some day, and no tag can change what it runs."""
    workflow = load(".github/workflows/ci.yml")
    (job,) = workflow["jobs"].values()
    steps = job["steps"]

    assert set(workflow[True]) == {"pull_request", "push"}
    assert workflow["permissions"] == {"contents": "read"}
    assert job["timeout-minutes"] <= 90
    assert [step["run"] for step in steps if "run" in step] == [".ci/run"]
    used = [step["uses"] for step in steps if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action)] == []


def test_editors_write_what_the_formatters_leave_as_it_is() -> None:
    """Widths and indents are ruff's and Biome's own."""
    config = editor_config()
    ruff = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]
    biome = json.loads((ROOT / "tools" / "page_style" / "biome.json").read_text())["formatter"]

    assert config["top"]["root"] == "true"
    assert int(config["*.py"]["max_line_length"]) == ruff["line-length"]
    assert int(config["*.{js,css}"]["max_line_length"]) == biome["lineWidth"]
    assert int(config["*"]["indent_size"]) == biome["indentWidth"]
    assert config["*"]["indent_style"] == biome["indentStyle"]


def test_files_are_as_editors_are_told() -> None:
    """UTF-8, a newline at each line's end and no space before it; skipped without git."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or not in a clone")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    texts = [path for path in paths if path.is_file() and path.suffix != ".png"]
    odd = re.compile(rb"[ \t\r]\n|[^\n]\Z")

    assert len(texts) > 500
    assert [path for path in texts if odd.search(path.read_bytes())] == []


def test_security_is_a_page_of_its_own() -> None:
    """Where a hole is reported, what the emulator protects and what not: all three are said."""
    headings = re.findall(r"^## (.+)$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    text = (ROOT / "SECURITY.md").read_text().partition("## The emulator")[2]

    assert headings[0] == "Report a hole"
    assert "\nIt protects:\n" in text
    assert "\nIt does not protect:\n" in text
