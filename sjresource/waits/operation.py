"""Whether this run of the program is one that waits.

`sjresource:wait` and SJRESOURCE_WAIT say so. Without them every run waits, except those in which a
wait is of no use as far as can be seen: the engine does not tell a program which operation it
serves, but the program's ancestors have a `pulumi` among them whose command line does. Where it
can't be read (the Automation API runs programs in its own process) the run waits.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from sjresource.own_settings import FALSE, TRUE, wrong_value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

VARIABLE = "SJRESOURCE_WAIT"

_WITHOUT_WAITS = frozenset({"destroy", "down", "dn", "refresh"})
_COMMANDS = _WITHOUT_WAITS | {"up", "update", "preview", "pre", "import", "watch"}
_WITH_VALUE = frozenset({"-C", "--cwd", "--color", "-v", "--verbose", "--tracing", "--profiling"})
_ANCESTORS = 8


def run_waits(
    setting: str | None,
    urn: str | None,
    environ: Mapping[str, str] = os.environ,
    command: Callable[[], Sequence[str]] = lambda: pulumi_command(),  # noqa: PLW0108 - it is below
) -> bool:
    """Decide for the completion with this URN; None where it isn't known yet.

    The variable overrides the setting, and both override what can be seen of the operation.

    Raises:
        ValueError: the variable or setting is neither true nor false.
    """
    if environ.get(VARIABLE):
        return _truth(environ[VARIABLE], f"Variable ({VARIABLE})")
    if setting:
        return _truth(setting, "Setting (sjresource:wait)")
    arguments = list(command())
    if _verb(arguments) in _WITHOUT_WAITS:
        return False
    targets = _targets(arguments)
    if not targets or urn is None or "--target-dependents" in arguments:
        return True
    return any(_pattern(target).fullmatch(urn) for target in targets)


def pulumi_command() -> list[str]:
    """Give the arguments of the `pulumi` that started this process; empty if none is found."""
    pid = os.getppid()
    for _ in range(_ANCESTORS):
        process = _process(pid)
        if process is None or process.parent <= 1:
            break
        if process.arguments and PurePath(process.arguments[0]).stem == "pulumi":
            return process.arguments[1:]
        pid = process.parent
    return []


class _Process(NamedTuple):
    parent: int
    arguments: list[str]


def _process(pid: int) -> _Process | None:
    try:
        if Path("/proc/self/stat").exists():
            return _process_of_linux(pid)
        said = subprocess.run(  # noqa: S603 - nothing of it is anybody's input
            ["ps", "-o", "ppid=,args=", "-p", str(pid)],  # noqa: S607 - wherever the system has it
            capture_output=True,
            text=True,
            check=True,
            timeout=5,
        ).stdout.split()
        return _Process(int(said[0]), said[1:])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return None


def _process_of_linux(pid: int) -> _Process:
    folder = Path(f"/proc/{pid}")
    # The name, in brackets, may hold anything; the parent is the second field after it.
    parent = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1]
    arguments = folder.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
    return _Process(int(parent), arguments[:-1])


def _verb(arguments: Sequence[str]) -> str | None:
    words = iter(arguments)
    for word in words:
        if word in _WITH_VALUE:
            next(words, None)
        elif word in _COMMANDS:
            return word
    return None


def _targets(arguments: Sequence[str]) -> list[str]:
    targets = []
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        if word in ("--target", "-t"):
            targets.append(following)
        elif word.startswith("--target="):
            targets.append(word.partition("=")[2])
    return targets


def _pattern(target: str) -> re.Pattern[str]:
    """Read a target as the CLI does: `*` is anything but a colon, `**` is anything."""
    parts = re.split(r"(\*\*|\*)", target)
    return re.compile("".join({"**": ".*", "*": "[^:]*"}.get(p, re.escape(p)) for p in parts))


def _truth(said: str, where: str) -> bool:
    word = said.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"reading {where}: {wrong_value('wait', said)}")
    return word in TRUE
