"""Automation API inline programs: whether the engine will find a Python for our plugin.

There the engine runs dynamic providers with the `python3` on its PATH, unless PULUMI_PYTHON_CMD or
the project's virtualenv names another; without Pulumi and sjresource in it the engine says no more
than `exit status 1`. An ordinary `pulumi up` has a language host, which sees to that.
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
from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ADVICE = (
    'set os.environ["PULUMI_PYTHON_CMD"] = sys.executable before the stack is made, '
    "or the project's virtualenv option"
)

_seen: ContextVar[bool] = ContextVar("_seen", default=False)
"""Whether this run of a program has been looked at: each has a context of its own."""

_MISSING = """
import importlib.util
print(" and ".join(name for name in ("pulumi", "sjresource") if not importlib.util.find_spec(name)))
"""


def require_python_for_plugin() -> None:
    """Look once a run, in inline programs alone, whether the plugin can start; milliseconds.

    What the engine was given is read from /proc. Where there is none, nothing is claimed.

    Raises:
        pulumi.RunError: it can't; the message says what to set.
    """
    if _seen.get() or "PULUMI_CONFIG" in os.environ:  # a language host sets it
        return
    _seen.set(True)
    for environment, folder in _engines():
        seen = python_problem(environment, folder)
        if seen:
            msg = f"starting plugin (pulumi-python): {seen}; {ADVICE}"
            raise pulumi.RunError(msg)


def python_problem(environment: Mapping[str, str], folder: Path) -> str | None:
    """Say what is wrong with the Python that an engine runs the plugin with; None if it will do.

    Args:
        environment: The engine's.
        folder: The project's, in which the engine runs.
    """
    with suppress(OSError):
        if "virtualenv" in (folder / "Pulumi.yaml").read_text():
            return None
    name = environment.get("PULUMI_PYTHON_CMD") or "python3"
    python = shutil.which(name, path=environment.get("PATH"))
    if python is None:
        return f"there is no {name} on the engine's PATH"
    missing = "" if python == sys.executable else _missing_in(python, folder)
    return f"the engine runs it with {python}, which has no {missing}" if missing else None


@cache
def _missing_in(python: str, folder: Path) -> str:
    """Name which of Pulumi and sjresource an interpreter doesn't find."""
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
    """Give environment and folder of each engine that runs an inline program of this process."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_bytes()
            if int(parent) == os.getpid() and b"auto.inline" in command:
                variables = (process / "environ").read_bytes().decode(errors="replace")
                pairs = (each.partition("=") for each in variables.split("\0"))
                yield {name: value for name, _, value in pairs}, (process / "cwd").readlink()
