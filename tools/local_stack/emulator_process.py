"""The emulator as a process of its own: found, started in the background, stopped.

It is known by the `emulator.json` that it keeps in its data folder while it runs; a file that one
left when it died counts for nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "sjresource.emulator"


@dataclass(frozen=True)
class Emulator:
    """A running emulator."""

    pid: int
    url: str


def find(data: Path) -> Emulator | None:
    """Give the emulator that serves `data`, None if none does."""
    try:
        emulator = Emulator(**json.loads((data / "emulator.json").read_text()))
    except FileNotFoundError:
        return None
    return emulator if _runs(emulator.pid) else None


def start(data: Path, log: Path, *, seconds: float = 60) -> Emulator:
    """Start an emulator that outlives this process, and wait until it answers.

    Raises SystemExit, with the end of the log, if that takes more than `seconds`.
    """
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # payloads may hold secrets
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", MODULE, "--data", data, "--port", "0", "--executor", "process"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # so that Ctrl-C in the terminal doesn't end it
        )
    deadline = time.monotonic() + seconds
    while (emulator := find(data)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            last_lines = "\n".join(log.read_text().splitlines()[-20:])
            sys.exit(f"starting Emulator ({data}): it did not come up; see {log}\n{last_lines}")
        time.sleep(0.05)
    return emulator


def stop(emulator: Emulator, *, seconds: float = 30) -> None:
    """End an emulator and wait until it is gone; kill it if it takes more than `seconds`."""
    try:
        process = psutil.Process(emulator.pid)
        process.terminate()
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(seconds)
    except psutil.NoSuchProcess:
        return


def _runs(pid: int) -> bool:
    # The pid of an emulator that died may be another process's by now.
    try:
        return MODULE in psutil.Process(pid).cmdline()
    except psutil.Error:
        return False
