"""The emulator as a process of its own: found, started in the background, stopped, emptied.

It is known by the `emulator.json` that it keeps in its data folder while it runs; a file that one
left when it died counts for nothing. What another program runs as a part of itself is never
touched. `make up` and `sjresource emulator` both use this.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil

from sjresource.errors import RequestFailed, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MODULE = "sjresource.emulator"

MARKER = ".sjresource-emulator"
"""The file by which a folder is an emulator's."""

LOG_HEAD = "# an sjresource emulator's log: each start writes it anew\n"
"""The first line of a log, by which it is one: any other file is left alone."""

_SAME_START_SECONDS = 0.1


@dataclass(frozen=True)
class Emulator:
    """A running emulator; `page` is where a browser sees its queues, "" if it has no such page."""

    pid: int
    url: str
    page: str = ""
    started: float = 0.0
    """When its process began, in seconds since the boot."""

    @property
    def port(self) -> int:
        """The port of its URL."""
        return urlsplit(self.url).port or 0


def find(data: Path) -> Emulator | None:
    """Give the emulator that serves `data`, None if no process of its own does."""
    told = _told(data)
    if told is None or _process(told) is None or not _is_locked(data):
        return None
    return told


def start(
    data: Path, log: Path, *, port: int = 0, executor: str = "process", seconds: float = 60
) -> Emulator:
    """Start an emulator that outlives this process, and wait until it answers.

    Raises:
        WaitTimeout: that took more than `seconds`, or it ended; with the end of its log.
        ModuleNotFoundError: the extra `emulator` is not installed.
    """
    if find_spec("moto") is None:
        raise ModuleNotFoundError(name="moto")
    options = ["--data", str(data), "--port", str(port), "--executor", executor]
    return _start([sys.executable, "-m", MODULE, *options], data, log, seconds)


def stop(emulator: Emulator, *, seconds: float = 30) -> None:
    """End an emulator and wait until it is gone; kill it if it takes more than `seconds`.

    A process that merely has its pid by now is left alone.
    """
    process = _process(emulator)
    if process is None:
        return
    try:
        process.terminate()
        try:
            process.wait(seconds)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(seconds)
    except psutil.NoSuchProcess:
        return


def reset(data: Path, log: Path) -> Emulator | None:
    """Throw away all that the emulator of `data` keeps; give it as it runs again, if it ran.

    It comes back at the same address with the same options. Its key stays, so that whoever uses it
    goes on. What in the folder is not an emulator's stays, too.

    Raises:
        RequestFailed: a program uses the folder that is no emulator by itself.
    """
    refuse_foreign(data)
    running = find(data)
    command = psutil.Process(running.pid).cmdline() if running else []
    if running:
        stop(running)
    if data.exists():
        _empty(data)
    if running is None:
        return None
    return _start([*command, "--port", str(running.port)], data, log, seconds=60)


def refuse_foreign(data: Path) -> None:
    """Make sure that `data` is an emulator's or free, and that no other program uses it.

    Raises:
        RequestFailed: it is somebody else's, or somebody else uses it.
    """
    if found := _foreign(data):
        seen = f"the folder is not empty, and no emulator made it: it has {found!r}"
        advice = "give --data a folder that is new or empty"
        raise RequestFailed("using", "Emulator", str(data), seen, advice)
    if find(data) is None and _is_locked(data):
        told = _told(data)
        who = f"pid {told.pid} at {told.url}" if told else "it is just starting"
        seen = f"a program uses it that is no emulator by itself: {who}"
        raise RequestFailed("stopping", "Emulator", str(data), seen, "end that program")


def _start(command: Sequence[str], data: Path, log: Path, seconds: float) -> Emulator:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # payloads may hold secrets
    _require_own_log(log, data)
    with open(log, "w", opener=_for_the_owner) as output:
        os.fchmod(output.fileno(), 0o600)
        output.write(LOG_HEAD)
        output.flush()
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
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
            seen = f"it did not come up; see {log}\n{last_lines}"
            raise WaitTimeout("starting", "Emulator", str(data), seen)
        time.sleep(0.05)
    return emulator


def _for_the_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _told(data: Path) -> Emulator | None:
    try:
        told = json.loads((data / "emulator.json").read_text())
        return Emulator(
            int(told["pid"]), str(told["url"]), str(told.get("page") or ""), float(told["started"])
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _process(emulator: Emulator) -> psutil.Process | None:
    """Find the process that wrote the file: its pid may be another's by now."""
    booted = psutil.boot_time()
    try:
        process = psutil.Process(emulator.pid)
        apart = abs(process.create_time() - booted - emulator.started)
        same = apart < _SAME_START_SECONDS and MODULE in process.cmdline()
    except (psutil.Error, ValueError, OverflowError):
        return None
    return process if same else None


def _foreign(data: Path) -> str | None:
    """Name something in a folder that no emulator made; None where one did, or nothing is."""
    try:
        names = sorted(path.name for path in data.iterdir())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise RequestFailed("using", "Emulator", str(data), error.strerror or str(error)) from None
    return None if MARKER in names else next(iter(names), None)


def _empty(data: Path) -> None:
    command = [sys.executable, "-m", MODULE, "reset", "--data", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if ended.returncode:
        raise RequestFailed(
            "emptying", "Emulator", str(data), ended.stderr.strip().splitlines()[-1]
        )


def _require_own_log(log: Path, data: Path) -> None:
    try:
        with log.open("rb") as file:
            begins = file.read(len(LOG_HEAD))
    except FileNotFoundError:
        return
    if begins and begins != LOG_HEAD.encode():
        seen = f"its log would be {log}, which is there already and is no emulator's"
        raise RequestFailed("starting", "Emulator", str(data), seen, "give --data another folder")


def _is_locked(data: Path) -> bool:
    try:
        lock = os.open(data / "lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
