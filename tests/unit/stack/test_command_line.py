"""How the command line of the `pulumi` above a process is found and read."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from engine_fixtures import engine

from sjresource.stack.pulumi_cli.command_line import SHORT, WITH_VALUE, CommandLine

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["engine"]


@pytest.mark.parametrize(
    ("arguments", "variable", "lines"),
    [
        (["up"], "", False),
        (["up", "--diff"], "", True),
        (["up", "--diff=true", "-y"], "", True),
        (["up", "--diff=false"], "true", False),
        (["--diff", "up", "--diff=f"], "", False),
        (["up", "--different"], "", False),
        (["up", "-m", "--diff"], "", False),
        (["up", "--", "--diff"], "", False),
        (["up"], "true", True),
        (["up"], "0", False),
    ],
)
def test_the_engine_prints_lines_if_it_is_to_show_diffs(
    arguments: list[str], variable: str, *, lines: bool
) -> None:
    """The last one counts, and an option more than its variable."""
    assert CommandLine.parse(arguments, {"PULUMI_OPTION_DIFF": variable}).prints_lines is lines


@pytest.mark.parametrize(
    ("command", "variables", "replaces"),
    [
        ("up", {}, False),
        ("up --replace urn:pulumi:dev::p::t::train", {}, True),
        ("up --replace urn:pulumi:dev::p::t::other --target-replace=**::train", {}, True),
        ("up --replace urn:pulumi:dev::p::t::retrain", {}, False),
        ("up --replace **", {}, True),
        ("up", {"PULUMI_OPTION_REPLACE": "urn:pulumi:dev::p::t::train"}, True),
        ("up --target urn:pulumi:dev::p::t::train", {}, False),
    ],
)
def test_a_resource_that_is_to_be_replaced_is_known_by_its_name(
    command: str, variables: dict[str, str], *, replaces: bool
) -> None:
    """Whatever its type is, which the two fronts call differently."""
    assert CommandLine.parse(command.split(), variables).may_replace("train") is replaces


@pytest.mark.parametrize(
    ("command", "variables", "leaves_out"),
    [
        ("up", {}, False),
        ("up --yes --replace urn", {}, False),
        ("up --target urn", {}, True),
        ("up -t=urn --target-dependents", {}, True),
        ("up --target-replace urn", {}, True),
        ("preview --exclude urn", {}, True),
        ("up", {"PULUMI_OPTION_TARGET": "urn"}, True),
        ("up", {"PULUMI_OPTION_EXCLUDE": "urn"}, True),
    ],
)
def test_an_operation_that_names_targets_leaves_resources_out(
    command: str, variables: dict[str, str], *, leaves_out: bool
) -> None:
    """By options or their variables; a plan of replacements leaves none out."""
    assert CommandLine.parse(command.split(), variables).names_targets is leaves_out


@pytest.mark.stack
def test_the_clis_own_help_knows_which_options_take_a_value(engine: Path) -> None:
    """One that is missed here would take the word behind it for a command or an option."""
    for command in ("up", "preview", "destroy", "refresh"):
        help_ = subprocess.run(
            [engine / "pulumi", command, "--help"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        taking = re.findall(
            r"^ +(?:-(\w), )?--([\w-]+) (?:string|int|file)\w*:?(?: |$)", help_, re.MULTILINE
        )
        assert len(taking) > 10
        assert {name for _, name in taking} <= WITH_VALUE
        assert {short: name for short, name in taking if short}.items() <= SHORT.items()


def test_the_command_is_found_among_the_ancestors() -> None:
    """The engine does not tell it."""
    asks = "from sjresource.stack.pulumi_cli.process import pulumi_command; print(pulumi_command())"
    shell = (
        f"import subprocess, sys; sys.exit(subprocess.call([{sys.executable!r}, '-c', {asks!r}]))"
    )
    command = ["pulumi", "-c", shell, "destroy"]

    said = subprocess.run(
        command, executable=sys.executable, stdout=subprocess.PIPE, text=True, check=True
    )

    assert said.stdout.strip() == str(command[1:])
