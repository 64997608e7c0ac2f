"""How a project's requirements are installed: the official host's commands, with pip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .interpreter import choose_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def needs_install(virtual_environment: Path) -> bool:
    """Tell whether the engine must make the environment: it is missing, or an empty folder."""
    if virtual_environment.is_dir():
        return not any(virtual_environment.iterdir())
    return not virtual_environment.exists()


def install_commands(
    program: str, virtual_environment: Path | None, environment: Mapping[str, str]
) -> Iterator[list[str]]:
    """Yield the commands, each to be run to its end before the next is asked for.

    Args:
        program: Folder with the requirements.txt; without that file nothing is installed.
        virtual_environment: Made if it isn't there; None installs for the Python of PATH.
        environment: Where PATH and PULUMI_PYTHON_CMD are looked up.

    Raises:
        InterpreterError: If there is no Python to begin with.
    """
    python = str(choose_interpreter(Path(program), {}, environment).executable)
    if virtual_environment is not None:
        yield [python, "-m", "venv", str(virtual_environment)]
        python = str(virtual_environment / "bin" / "python")
    if (Path(program) / "requirements.txt").is_file():
        yield [python, "-m", "pip", "install", "-r", "requirements.txt"]
