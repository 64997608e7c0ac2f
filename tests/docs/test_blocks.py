"""No code block of a document goes by untested: each is of a kind that a test knows."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # mkdocs brings it, without its stubs
from documented_commands import commands, problems
from documents import ROOT, Block, blocks, documents, name_of, prose

from sjresource.aws.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

BLOCKS = [block for document in documents() for block in blocks(document)]
COMMANDS = [
    block
    for block in BLOCKS
    if block.language in ("sh", "console") and block.document.name != "emulator.md"  # which is run
]
_CHOICES = re.compile(r"[][]|\\?\|\w+")
"""`logs [-f] JOB`, `emulator start|stop`: brackets, and all but the first of a choice."""

INLINE = re.compile(r"`((?:pulumi|make|sjresource|python3? -m|aws) [^`]+)`")

TESTED_BY = {
    ("README.md", "python"): "tests/docs/test_programs.py",
    ("README.md", "sh"): "tests/docs/test_blocks.py",
    ("CONTRIBUTING.md", "sh"): "tests/docs/test_blocks.py",
    ("docs/automation.md", "python"): "tests/docs/test_programs.py",
    ("docs/automation.md", "sh"): "tests/aws/test_automation.py",
    ("docs/aws.md", "sh"): "tests/docs/test_blocks.py",
    ("docs/aws.md", "yaml"): "tests/docs/test_blocks.py",
    ("docs/ci.md", "yaml"): "tests/docs/test_blocks.py",
    ("docs/command.md", "console"): "tests/docs/test_blocks.py",
    ("docs/command.md", "sh"): "tests/docs/test_blocks.py",
    ("docs/crashes.md", "python"): "tests/docs/test_programs.py",
    ("docs/crashes.md", "text"): "tests/docs/test_messages.py",
    ("docs/emulator.md", "python"): "tests/emulator/test_documentation.py",
    ("docs/emulator.md", "sh"): "tests/emulator/test_documentation.py",
    ("docs/iam.md", "json"): "tests/aws/test_iam.py",
    ("docs/languages.md", "sh"): "tests/docs/test_blocks.py",
    ("docs/languages.md", "yaml"): "tests/docs/test_native_programs.py",
    ("docs/migrating.md", "python"): "tests/docs/test_programs.py",
    ("docs/page.md", "console"): "tests/docs/test_blocks.py",
    ("docs/performance.md", "python"): "tests/docs/test_programs.py",
    ("docs/performance.md", "sh"): "tests/docs/test_blocks.py",
    ("docs/quickstart.md", "sh"): "tests/docs/test_quickstart.py",
    ("docs/quickstart.md", "text"): "tests/docs/test_quickstart.py",
    ("docs/reading.md", "python"): "tests/docs/test_programs.py",
    ("docs/resources", "python"): "tests/stack/test_examples.py",
    ("docs/sweeps.md", "python"): "tests/docs/test_programs.py",
    ("docs/troubleshooting.md", "text"): "tests/docs/test_messages.py",
    ("docs/waiting.md", "python"): "tests/docs/test_programs.py",
    ("docs/waiting.md", "text"): "tests/docs/test_messages.py",
    ("examples/README.md", "sh"): "tests/docs/test_blocks.py",
    ("examples/sweep/README.md", "sh"): "tests/docs/test_blocks.py",
}
"""Which test runs a document's blocks of a language, or holds them against the code."""

SAMPLES = {
    ("README.md", "text"): (2, "what `make up` and `make preview` show; test_samples compares"),
    ("docs/emulator.md", "text"): (5, "three synopses and two tables; test_samples compares"),
    ("docs/validation.md", "text"): (1, "an error, cut to a line; test_samples compares"),
}
"""Samples of output, how many a document has, and what is done with them."""


def kind_of(block: Block) -> tuple[str, str]:
    """Return what the tables above name a block by; a resource's pages count as one."""
    name = name_of(block.document)
    return ("docs/resources" if name.startswith("docs/resources/") else name, block.language)


def typed(block: Block) -> str:
    """Return what a user types: of a console, what follows its prompts."""
    if block.language == "sh":
        return block.text
    return "\n".join(re.findall(r"^\$ (.*)$", block.text, re.MULTILINE))


def test_each_block_is_of_a_kind_that_a_test_knows() -> None:
    """Each has a language, and the tables have no row for what is gone."""
    counts = Counter(map(kind_of, BLOCKS))

    assert set(counts) == set(TESTED_BY) | set(SAMPLES)
    assert {kind: counts[kind] for kind in SAMPLES} == {
        kind: number for kind, (number, _) in SAMPLES.items()
    }


@pytest.mark.stack
@pytest.mark.parametrize("block", COMMANDS, ids=str)
def test_shell_calls_what_is_there(block: Block, engine: Path) -> None:
    """Programs, subcommands, options, targets, scripts: those of the real ones."""
    found = [
        problem
        for words in commands(typed(block))
        for problem in problems(words, engine / "pulumi")
    ]

    assert found == []


def test_nothing_that_is_typed_touches_the_state_of_make_up() -> None:
    """Whoever forgets the examples' stacks would forget that one, and its jobs go on."""
    assert [str(block) for block in COMMANDS if ".local/state" in block.text] == []


@pytest.mark.stack
@pytest.mark.parametrize("document", documents(), ids=name_of)
def test_commands_in_sentences_are_there_too(document: Path, engine: Path) -> None:
    """Whoever is told to run something can."""
    found = [
        problem
        for said in INLINE.findall(prose(document))
        for words in commands(_CHOICES.sub("", said.replace("\n", " ")))
        for problem in problems(words, engine / "pulumi")
    ]

    assert found == []


def test_nobody_is_sent_to_an_index_that_does_not_have_it() -> None:
    """A bare name would be looked up there, and could be anybody's by then."""
    told = [*documents(), *(ROOT / "sjresource" / "cli").rglob("*.py")]
    named = re.compile(r"pip install [^`\n]*(?<![\w.{/])sjresource(?!\[)")

    assert "no package index has it yet" in " ".join((ROOT / "README.md").read_text().split())
    assert named.search("`python -m pip install --upgrade sjresource==1`")
    assert [path for path in told if named.search(path.read_text())] == []


def test_workflow_runs_commands_that_are_there(engine: Path) -> None:
    """It parses, has a workflow's shape, and submits without waiting, then waits."""
    (block,) = blocks(ROOT / "docs" / "ci.md")
    workflow = yaml.safe_load(block.text)
    (job,) = workflow["jobs"].values()
    steps = {step.get("name"): step for step in job["steps"]}
    run = [words for step in job["steps"] for words in commands(step.get("run", ""))]

    assert all(("run" in step) != ("uses" in step) for step in job["steps"])
    assert [problem for words in run for problem in problems(words, engine / "pulumi")] == []
    assert steps["submit"]["run"] == steps["collect"]["run"]
    assert steps["submit"]["env"] == {"SJRESOURCE_WAIT": "0"}
    assert "env" not in steps["collect"]


def test_settings_of_the_aws_page_are_read() -> None:
    """As a stack's config would have them."""
    (block,) = (each for each in blocks(ROOT / "docs" / "aws.md") if each.language == "yaml")
    config = yaml.safe_load(block.text)["config"]
    texts = {
        key: each if isinstance(each, str) else json.dumps(each) for key, each in config.items()
    }
    settings = Settings.from_config(lambda key: texts.get(f"aws:{key}"))

    assert settings.region == "eu-west-1"
    assert [role.request()["RoleSessionName"] for role in settings.assume_roles] == ["ci"]
    assert settings.allowed_accounts == ("123456789012",)
