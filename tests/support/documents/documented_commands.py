"""The commands that documents show, held against the programs that they call.

Shell is read here as documents use it: one command a line, `&&`, variables before a command, here
documents. What a command runs is not run; whether it exists, with these options, is looked up.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import botocore.session
import click
from botocore import xform_name
from documents import ROOT

from sjresource.cli.command_group import sjresource

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEREDOC = re.compile(r"<<'(\w+)'\n.*?^\1$", re.MULTILINE | re.DOTALL)
_INLINE_PROGRAM = re.compile(r"-c '[^'\n]*'")
_PLACEHOLDER = re.compile(r"<[^<>]+>|\$\([^()]*\)|…")
_ASSIGNMENT = re.compile(r"^\w+=")
_SHELL_ITSELF = {".", "cat", "cd", "cp", "emulator()", "eval", "export", "mkdir", "rm", "}", "{"}
_BETWEEN = {"&&", ";", "|", "||"}


def commands(script: str) -> Iterator[list[str]]:
    """Yield each command of a script as its words, variables and redirections left out."""
    plain = _HEREDOC.sub("", script).replace("\\\n", " ")
    plain = _PLACEHOLDER.sub("X", _INLINE_PROGRAM.sub("-c X", plain))
    for line in plain.splitlines():
        lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|<>")
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word not in _BETWEEN:
                words.append(word)
                continue
            while words and (_ASSIGNMENT.match(words[0]) or words[0] == "export"):
                words.pop(0)
            if words:
                yield words
            words = []


def problems(words: list[str], pulumi: Path) -> Iterator[str]:
    """Return what is wrong with a command; `pulumi` is the engine's program."""
    program, arguments = words[0].rsplit("/", 1)[-1], words[1:]
    if program == "pulumi":
        yield from _pulumi_problems(arguments, pulumi)
    elif program == "sjresource":
        yield from _sjresource_problems(arguments)
    elif program == "make":
        yield from _make_problems(arguments)
    elif program == "aws":
        yield from _aws_problems(arguments)
    elif program in ("python", "python3"):
        yield from _python_problems(arguments)
    elif program not in _KNOWN | _SHELL_ITSELF:
        yield f"{program} is a program that no test knows"


_KNOWN = {"$generator", "curl", "emulator", "node", "npm", "npx", "pip", "sed", "uv"}
"""Not ours, not Pulumi's: run by other tests, or the same everywhere."""


def _options(arguments: list[str]) -> list[str]:
    return [each.partition("=")[0] for each in arguments if each.startswith("-") and each != "-"]


def _pulumi_problems(arguments: list[str], pulumi: Path) -> Iterator[str]:
    options = _pulumi_options(pulumi)
    command: tuple[str, ...] = ()
    for word in arguments:
        if (*command, word) in options:
            command = (*command, word)
    if not command:
        yield f"pulumi has no command {' '.join(arguments)}"
    yield from (
        f"pulumi {' '.join(command)} has no {each}"
        for each in _options(arguments)
        if each not in options[command]
    )


@cache
def _pulumi_options(pulumi: Path) -> dict[tuple[str, ...], set[str]]:
    """Return the options of each command, as the CLI's own manual names them."""
    with TemporaryDirectory() as folder:
        subprocess.run([pulumi, "gen-markdown", folder], check=True, capture_output=True)
        return {
            tuple(page.stem.split("_")[1:]): _options_in(page.read_text())
            for page in Path(folder).glob("pulumi*.md")
        }


def _options_in(manual: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", manual, re.IGNORECASE))


def _sjresource_problems(arguments: list[str]) -> Iterator[str]:
    command: click.Command = sjresource
    for word in arguments:
        context = click.Context(command)
        found = command.get_command(context, word) if isinstance(command, click.Group) else None
        if found is None:
            break
        command = found
    if command is sjresource and not _options(arguments):
        yield f"sjresource has no command {' '.join(arguments)}"
    known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    yield from (
        f"sjresource {command.name} has no {each}"
        for each in _options(arguments)
        if each not in known | {"--help"}
    )


def _make_problems(arguments: list[str]) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    yield from (
        f"make has no target {each}"
        for each in arguments
        if re.fullmatch(r"[a-z]+", each) and each not in targets
    )


def _aws_problems(arguments: list[str]) -> Iterator[str]:
    service, operation, *rest = arguments
    model = botocore.session.get_session().get_service_model(service)
    found = [each for each in model.operation_names if xform_name(each, "-") == operation]
    if not found:
        yield f"aws {service} has no {operation}"
        return
    shape = model.operation_model(found[0]).input_shape
    known = {f"--{xform_name(each, '-')}" for each in (shape.members if shape else ())}
    yield from (
        f"aws {service} {operation} has no {each}"
        for each in _options(rest)
        if each not in known | {"--region", "--profile", "--endpoint-url"}
    )


def _python_problems(arguments: list[str]) -> Iterator[str]:
    if arguments[:1] == ["-m"]:
        if arguments[1] == "sjresource.emulator":
            known = _emulator_help("simulate" in arguments)
            yield from (
                f"the emulator has no {each}"
                for each in _options(arguments[2:])
                if each not in known
            )
        elif not _is_module(arguments[1]):
            yield f"python -m {arguments[1]} is a module that no test knows"
    elif arguments[0] != "-c" and not arguments[0].startswith("$"):
        script = arguments[0]
        found = any((folder / script).exists() for folder in (ROOT, ROOT / "examples"))
        if not found and script not in ("train.py", "upload.py"):  # which the quickstart makes
            yield f"there is no {script}"


def _is_module(name: str) -> bool:
    path = ROOT / name.replace(".", "/")
    return path.with_suffix(".py").exists() or path.is_dir() or name in _MODULES


_MODULES = {"hatchling", "pytest", "venv"}


@cache
def _emulator_help(simulate: bool) -> set[str]:  # noqa: FBT001 - one of two
    more = ["simulate"] if simulate else []
    said = subprocess.run(
        [sys.executable, "-m", "sjresource.emulator", *more, "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return _options_in(said)
