"""Which Python runs a project, and in which environment: the official host's rules.

Option `virtualenv` of Pulumi.yaml's runtime, relative to the project, else PULUMI_PYTHON_CMD, else
`python3` or `python` on PATH. Source:
https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class InterpreterError(Exception):
    """No Python can be run for the project; the message says what to do."""


@dataclass(frozen=True)
class Interpreter:
    """A Python to run programs with.

    Attributes:
        executable: Path of the interpreter.
        environment: The whole environment of a program that it runs.
        virtual_environment: Its folder; None means an interpreter from PATH.
    """

    executable: Path
    environment: Mapping[str, str]
    virtual_environment: Path | None


def virtual_environment(root: Path, options: Mapping[str, object]) -> Path | None:
    """Return the folder that the runtime options name, whether it exists or not.

    Raises:
        InterpreterError: For a toolchain that the stand-in doesn't know.
    """
    toolchain = options.get("toolchain") or "pip"
    if toolchain not in ("pip", "uv"):
        msg = f"choosing Python ({root}): toolchain {toolchain!r} needs Pulumi's official release"
        raise InterpreterError(msg)
    name = options.get("virtualenv") or (".venv" if toolchain == "uv" else None)
    return None if name is None else root / str(name)


def choose_interpreter(
    root: Path, options: Mapping[str, object], environment: Mapping[str, str]
) -> Interpreter:
    """Return the Python that runs the project in `root`.

    Raises:
        InterpreterError: If there is none; nothing is created here.
    """
    folder = virtual_environment(root, options)
    if folder is None:
        return Interpreter(_python_on_path(environment), environment, None)
    executable = folder / "bin" / "python"
    if not executable.is_file():
        seen = "is not a virtual environment" if folder.exists() else "doesn't exist"
        msg = (
            f"choosing Python ({root}): virtualenv {str(folder)!r} {seen}; run"
            f" `python3 -m venv {folder}` and install the project's requirements into it"
        )
        raise InterpreterError(msg)
    return Interpreter(executable, _activated(environment, folder), folder)


def ask(interpreter: Interpreter, script: str) -> str:
    """Run a line of Python with it; return what it prints.

    Raises:
        InterpreterError: If it can't be run or fails.
    """
    answer = subprocess.run(
        [interpreter.executable, "-c", script],
        env=dict(interpreter.environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        last = answer.stderr.strip().splitlines()[-1:] or ["no output"]
        msg = f"running Python ({interpreter.executable}): exit code {answer.returncode}: {last[0]}"
        raise InterpreterError(msg)
    return answer.stdout


def _python_on_path(environment: Mapping[str, str]) -> Path:
    chosen = environment.get("PULUMI_PYTHON_CMD")
    for name in [chosen] if chosen else ["python3", "python"]:
        if found := shutil.which(name, path=environment.get("PATH")):
            return Path(found)
    wanted = chosen or "python3"
    msg = f"choosing Python ({wanted}): not found on PATH; set PULUMI_PYTHON_CMD or virtualenv"
    raise InterpreterError(msg)


def _activated(environment: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    activated = {name: value for name, value in environment.items() if name != "PYTHONHOME"}
    activated["VIRTUAL_ENV"] = str(folder)
    activated["PATH"] = os.pathsep.join([str(folder / "bin"), environment.get("PATH", "")])
    return activated
