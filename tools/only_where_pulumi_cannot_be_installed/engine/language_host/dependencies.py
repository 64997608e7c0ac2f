"""How a project's requirements are installed: the official host's commands, with pip."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from .children import outputs
from .interpreter import InterpreterError, choose_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .children import Children


def needs_install(virtual_environment: Path) -> bool:
    """Return whether the engine must make the environment: it is missing, or an empty folder."""
    if virtual_environment.is_dir():
        return not any(virtual_environment.iterdir())
    return not virtual_environment.exists()


def install_dependencies(
    program: str,
    virtual_environment: Path | None,
    environment: Mapping[str, str],
    children: Children,
) -> Iterator[bytes]:
    """Install what a program's requirements.txt asks for, giving the output as it comes.

    Args:
        program: Its folder; without a requirements.txt nothing is installed.
        virtual_environment: Made if it isn't there; None installs for the Python of PATH.
        environment: Where PATH and PULUMI_PYTHON_CMD are looked up.
        children: Runs the commands.

    Raises:
        InterpreterError: If there is no Python to begin with, or a command fails.
    """
    python = choose_interpreter(Path(program), {}, environment).executable
    for command in install_commands(python, program, virtual_environment):
        child = children.start(
            command, cwd=program, environment=environment, output=subprocess.PIPE
        )
        for _, output in outputs(child):
            yield output
        if code := children.wait(child):
            msg = f"installing dependencies ({program}): {command[2]} ended with exit code {code}"
            raise InterpreterError(msg)


def install_commands(
    python: Path, program: str, virtual_environment: Path | None
) -> list[list[str]]:
    """List what is to be run one after another; each is `PYTHON -m MODULE ...`."""
    commands = []
    if virtual_environment is not None:
        commands.append([str(python), "-m", "venv", str(virtual_environment)])
        python = virtual_environment / "bin" / "python"
    if (Path(program) / "requirements.txt").is_file():
        commands.append([str(python), "-m", "pip", "install", "-r", "requirements.txt"])
    return commands
