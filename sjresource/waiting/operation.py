"""Whether this run of the program is one that waits.

`sjresource:wait` and SJRESOURCE_WAIT say so. Without them every run waits, except those in which a
wait is of no use as far as can be seen: the engine does not tell a program which operation it
serves, but the program's ancestors have a `pulumi` among them whose command line does. Where it
can't be read (the Automation API runs programs in its own process) the run waits.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, NamedTuple

from sjresource.sanitize import plain
from sjresource.stack.own_settings import FALSE, TRUE, wrong_value
from sjresource.waiting.pulumi_options import Options

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

VARIABLE = "SJRESOURCE_WAIT"

_WITHOUT_WAITS = frozenset({"destroy", "down", "dn", "refresh"})
_ANCESTORS = 8


@dataclass(frozen=True)
class Operation:
    """The operation that this run of the program serves; `said` is what a user says of waiting."""

    said: bool | None
    options: Options = field(default_factory=Options)
    why: str = "its operation leaves it out"

    @property
    def never_waits(self) -> bool:
        """Whether no completion waits in it."""
        if self.said is not None:
            return not self.said
        return self.options.verb in _WITHOUT_WAITS

    def waits_for(self, urn: str, dependencies: Iterable[str] = ()) -> bool:
        """Whether the completion with this URN waits; `dependencies` are URNs that it needs."""
        if self.said is not None or self.never_waits:
            return bool(self.said)
        return not self.options.leaves_out(urn, dependencies)

    @property
    def asks_for_dependencies(self) -> bool:
        """Whether `waits_for` depends on what a completion needs."""
        return self.said is None and self.options.asks_for_dependencies

    def is_uncertain(self, urn: str) -> bool:
        """Whether the completion may be left out, as only the engine knows."""
        return self.said is None and self.options.is_uncertain(urn)


def this_operation(
    setting: str | None,
    environ: Mapping[str, str] = os.environ,
    command: Callable[[], Sequence[str]] = lambda: pulumi_command(),  # noqa: PLW0108 - it is below
) -> Operation:
    """Read what can be seen of the operation; the variable overrides the setting.

    Raises:
        ValueError: the variable or setting is neither true nor false.
    """
    if environ.get(VARIABLE):
        said = _truth(environ[VARIABLE], f"Variable ({VARIABLE})")
        return Operation(said, why=f"{VARIABLE}={plain(environ[VARIABLE])}")
    if setting:
        said = _truth(setting, "Setting (sjresource:wait)")
        return Operation(said, why=f"sjresource:wait is {plain(setting)}")
    return Operation(None, Options.of(command(), environ))


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


def _truth(said: str, where: str) -> bool:
    word = said.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"reading {where}: {wrong_value('wait', said)}")
    return word in TRUE
