"""Samples of output show what is really shown, as far as their words can be told without a run."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml  # type: ignore[import-untyped] # mkdocs brings it, without its stubs
from documents import ROOT, blocks
from local_stack.pulumi import changes
from said_words import code_says, unsaid

if TYPE_CHECKING:
    from pathlib import Path

EXAMPLE = ast.parse((ROOT / "__main__.py").read_text())


def samples(document: str) -> list[str]:
    """Return the output blocks of a document."""
    return [block.text for block in blocks(ROOT / document) if block.language == "text"]


def calls(function: str) -> list[tuple[str, str]]:
    """Return the calls `sj.X("name")` or `pulumi.export("name")` of the example, in their order."""
    return [
        (node.func.attr, node.args[0].value)
        for node in ast.walk(EXAMPLE)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == function
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]


def test_readme_shows_the_resources_and_outputs_of_the_example() -> None:
    """The run that it shows is one of the program that is there."""
    shown, _ = samples("README.md")
    created = re.findall(r"dynamic/sjresource:(\w+) (\S+) created", shown)
    outputs = re.findall(r"^ {4}(\w+) *: ", shown.partition("Outputs:")[2], re.MULTILINE)

    assert set(created) == set(calls("sj"))
    assert outputs == sorted(name for _, name in calls("pulumi"))
    assert f"+ {len(calls('sj')) + 1} created" in shown


def test_readme_changes_what_the_local_stack_has() -> None:
    """The value that it starts from is in the stack's config."""
    _, shown = samples("README.md")
    config = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())["config"]
    (before,) = re.findall(r'epochs +: "(\d+)" =>', shown)

    assert config["sjresource-example:epochs"] == before


def test_readme_shows_what_make_preview_prints() -> None:
    """All of it: `make preview` leaves out the lines of the diff that change nothing."""
    _, shown = samples("README.md")
    unchanged = ['        job_name : "train"', "        [urn=urn:pulumi:local::x]", "        }"]
    unchanged.append("    --outputs:--")
    lines = shown.splitlines()

    assert lines[0] == "Previewing update (local):"
    assert list(changes([lines[0], *unchanged, *lines[1:]])) == lines
    (told,) = [line for line in lines if line.startswith("this update runs")]
    assert unsaid(re.sub(r"1 job|[\d.]+ |ml\.m5\.large", "…", told), code_says) == []


def test_validation_quotes_an_error_that_is_raised() -> None:
    """Its words are the code's."""
    (shown,) = samples("docs/validation.md")
    told = re.sub(r"botocore [\d.]+", "botocore …", shown.splitlines()[1].strip())
    _, _, problem = told.partition(" ")

    assert unsaid(problem.replace("InstanceType?", "…"), code_says) == []


def test_waiting_shows_lines_that_are_said() -> None:
    """Each line of a failure begins as the code begins it."""
    _, shown = samples("docs/waiting.md")
    told = [line.strip() for line in shown.splitlines() if not re.match(r" +(\||\d)", line)]

    assert len(told) > 6
    assert [line for line in told if not code_says(line.partition(":")[0].partition(" (")[0])] == []


@pytest.mark.parametrize(("position", "design"), [(2, "reserved"), (3, "shared")])
def test_the_designs_give_the_tables_of_the_page(position: int, design: str) -> None:
    """To the digit: what is left to chance has a seed."""
    command = [sys.executable, "-m", "sjresource.emulator", "simulate"]
    scenario: Path = ROOT / "examples" / "quota_designs" / f"{design}.json"
    done = subprocess.run([*command, scenario], capture_output=True, text=True, check=True)

    assert samples("docs/emulator.md")[position] in done.stdout
