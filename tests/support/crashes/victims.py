"""Who can die in the middle of an `up`: finds the process, kills it with SIGKILL, cleans up.

The emulator is a victim too; it is started anew on the same data and port, as Batch would be there
again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import psutil
from emulated_stack import EmulatedCloud
from emulator_process import EmulatorProcess
from fronts import NATIVE, PLUGIN_MODULES
from pulumi_cli import holds_within

if TYPE_CHECKING:
    from pathlib import Path

    from fronts import Front
    from pulumi_cli import RunningCli
    from pulumi_stack import PulumiStack

    from sjresource.emulator import Credentials, Emulator

PLUGIN = "plugin"
PROGRAM = "program"
CLI = "cli"
EMULATOR = "emulator"

# An argument that just the program, below the CLI, was started with.
_PROGRAM_ARGUMENT = "--monitor"


def find_victim(cli: RunningCli, victim: str, front: Front) -> psutil.Process | None:
    """Find the plugin's or the program's process; None if it isn't there (yet, or any more)."""
    argument = PLUGIN_MODULES[front] if victim == PLUGIN else _PROGRAM_ARGUMENT
    with suppress(psutil.Error):
        for process in psutil.Process(cli.process.pid).children(recursive=True):
            with suppress(psutil.Error):
                if argument in process.cmdline():
                    return process
    return None


def plugins_of(stack: PulumiStack) -> list[psutil.Process]:
    """Return the native plugins that a stack's commands have started, and that still run."""
    found = []
    for process in stack.processes():
        with suppress(psutil.Error):
            if PLUGIN_MODULES[NATIVE] in process.cmdline():
                found.append(process)
    return found


def kill_in_up(cli: RunningCli, victim: str, front: Front) -> bool:
    """Kill one process of a running `up` alone; tell whether it was there.

    Args:
        cli: the `up`.
        victim: who dies.
        front: whose plugin, if it is the plugin: a stack that changes its front has both.
    """
    if victim == CLI:
        was_there = cli.process.poll() is None
        cli.kill()
        return was_there
    process = find_victim(cli, victim, front)
    if process is None:
        return False
    with suppress(psutil.NoSuchProcess):
        process.kill()
        return True
    return False


def kill_when_there(cli: RunningCli, victim: str, front: Front) -> bool:
    """Kill a process as soon as it is there; False if the `up` ended without it."""
    killed = False

    def killed_or_ended() -> bool:
        nonlocal killed
        killed = kill_in_up(cli, victim, front)
        return killed or cli.process.poll() is not None

    holds_within(30, killed_or_ended)
    return killed


def unlock(stack: PulumiStack) -> None:
    """Do what the user of a killed CLI does: see that nothing is left, and `pulumi cancel`."""
    stack.close()
    stack.run("cancel", "--yes")


class MortalEmulator:
    """An emulator in a process of its own, always at the same URL over the same data."""

    def __init__(self, data: Path, *options: str) -> None:
        self._data = data
        self._options = options
        self._process = EmulatorProcess(data, *options)

    @property
    def url(self) -> str:
        """Where it listens, alive or not."""
        return self._process.url

    @property
    def credentials(self) -> Credentials:
        """The key that it lets in."""
        return self._process.credentials

    @property
    def cloud(self) -> EmulatedCloud:
        """The cloud in front of it, as of any emulator: only the URL and the key are used."""
        return EmulatedCloud(cast("Emulator", self))

    def kill(self) -> None:
        """Kill it; what it was doing is lost, and so are faults and rules."""
        self._process.kill()

    def start_again(self) -> None:
        """Start it where it was."""
        port = str(urlsplit(self.url).port)
        self._process = EmulatorProcess(self._data, "--port", port, *self._options)

    def stop(self) -> None:
        """End it."""
        self._process.end()
