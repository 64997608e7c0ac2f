"""Which Python runs our plugin, and whether the engine of an inline program will find one.

The engine runs dynamic providers with the interpreter of the project's virtual environment, or with
PULUMI_PYTHON_CMD, or with a Python on PATH. In an ordinary `pulumi up` the language host sees to
it. An Automation API inline program has no host: there the engine takes the `python3` on its own
PATH, and where that lacks Pulumi or sjresource it says no more than `exit status 1`.
https://www.pulumi.com/docs/iac/languages-sdks/python/#virtual-environments
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

VARIABLE = "PULUMI_PYTHON_CMD"

_ADVICE = (
    f'set os.environ["{VARIABLE}"] = sys.executable before the stack is made, '
    "or the project's virtualenv option; `sjresource doctor` says which Python that is"
)

_is_checked: ContextVar[bool] = ContextVar("_is_checked", default=False)
"""Whether this run of a program has been checked: each has a context of its own."""

_MISSING = """
import importlib.util
print(" and ".join(name for name in ("pulumi", "sjresource") if not importlib.util.find_spec(name)))
"""


def plugin_python(
    project: Path,
    options: Mapping[str, Any],
    environment: Mapping[str, str],
    names: Sequence[str] = ("python3", "python"),
) -> str | None:
    """Return the interpreter that runs the plugin; None where PATH has none.

    Args:
        project: The project's folder.
        options: The options of its runtime in Pulumi.yaml; a virtual environment among them is not
            checked for existence.
        environment: That of the process which starts the plugin.
        names: The names that are tried on PATH, in their order.
    """
    folder = options.get("virtualenv") or (".venv" if options.get("toolchain") == "uv" else None)
    if folder:
        inside = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
        return str(project.joinpath(folder, *inside))
    named = environment.get(VARIABLE)
    path = environment.get("PATH")
    found = (shutil.which(name, path=path) for name in ([named] if named else names))
    return next(filter(None, found), None)


def require_python_for_plugin() -> None:
    """Check once a run, in inline programs only, that the plugin can start; takes milliseconds.

    The engine's environment is read from /proc. Where there is none, nothing is checked.

    Raises:
        pulumi.RunError: it can't start; the message says what to set.
    """
    if _is_checked.get() or "PULUMI_CONFIG" in os.environ:  # a language host sets it
        return
    _is_checked.set(True)
    for environment, folder in _engines():
        problem = python_problem(environment, folder)
        if problem:
            raise pulumi.RunError(f"starting plugin (pulumi-python): {problem}; {_ADVICE}")


def python_problem(environment: Mapping[str, str], folder: Path) -> str | None:
    """Return why an engine can't run the plugin with its Python; None if it can.

    Args:
        environment: The engine's.
        folder: The project's, in which the engine runs.
    """
    with suppress(OSError):
        if "virtualenv" in (folder / "Pulumi.yaml").read_text():
            return None  # the engine has an error of its own for one that is missing
    python = plugin_python(folder, {}, environment, ["python3"])
    if python is None:
        return f"there is no {environment.get(VARIABLE) or 'python3'} on the engine's PATH"
    missing = "" if python == sys.executable else _missing_in(python, folder)
    return f"the engine runs it with {python}, which has no {missing}" if missing else None


@cache
def _missing_in(python: str, folder: Path) -> str:
    """Return which of Pulumi and sjresource an interpreter can't import; "" if it has both."""
    asked = subprocess.run(  # noqa: S603 - the engine would run the same
        [python, "-c", _MISSING],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip()


def _engines() -> Iterator[tuple[dict[str, str], Path]]:
    """Yield environment and folder of each engine that runs an inline program of this process."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_bytes()
            if int(parent) == os.getpid() and b"auto.inline" in command:
                variables = (process / "environ").read_bytes().decode(errors="replace")
                pairs = (each.partition("=") for each in variables.split("\0"))
                yield {name: value for name, _, value in pairs}, (process / "cwd").readlink()
