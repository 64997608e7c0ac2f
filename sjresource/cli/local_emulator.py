"""The emulator as a background process of this machine: find, start, stop, empty and ask it.

A running one is known by the `emulator.json` that it keeps in its data folder; a file that a dead
one left is ignored. An emulator that runs inside another program is never touched. `make up` and
`sjresource emulator` both use this.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import psutil

from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode
from sjresource.emulator_shell import PROFILE
from sjresource.errors import Unreachable, WaitTimeout

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MODULE = "sjresource.emulator"

MARKER = ".sjresource-emulator"
"""The emulator puts this file into its data folder. A folder without it is not the emulator's."""

REGION = "us-east-1"

LOG_HEAD = "# an sjresource emulator's log: each start writes it anew\n"
"""The first line of a log. Any other file is not overwritten."""

_START_TOLERANCE_SECONDS = 0.1
_REQUEST_SECONDS = 10
_START_SECONDS = 60
_STOP_SECONDS = 30


@dataclass(frozen=True)
class RunningEmulator:
    """A running emulator; `page` is the URL of its queue page, "" if it has none."""

    pid: int
    url: str
    page: str = ""
    started: float = 0.0
    """When its process began, in seconds since the boot."""

    @property
    def port(self) -> int:
        """The port of its URL."""
        return urlsplit(self.url).port or 0


def find(data: Path) -> RunningEmulator | None:
    """Return the emulator that serves `data`; None if no process of its own does."""
    recorded = _recorded(data)
    if recorded is None or _process(recorded) is None or not _is_locked(data):
        return None
    return recorded


def start(
    data: Path, log: Path, *, port: int | None = None, executor: str = "process"
) -> RunningEmulator:
    """Start an emulator that outlives this process, and wait until it answers.

    Without `port` it listens where it did the last time, if that is free.

    Raises:
        WaitTimeout: it does not answer within a minute, or it ended; with the end of its log.
        CommandFailure: `log` is another program's file.
        ModuleNotFoundError: the extra `emulator` is not installed.
    """
    if find_spec("moto") is None:
        raise ModuleNotFoundError(name="moto")
    options = ["--data", str(data), "--executor", executor]
    options += [] if port is None else ["--port", str(port)]
    return _start([sys.executable, "-m", MODULE, *options], data, log)


def last_port(data: Path) -> int:
    """Return the port on which the emulator of `data` listened last; 0 if none is known."""
    try:
        return int(json.loads((data / "address.json").read_text())["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def stop(emulator: RunningEmulator) -> None:
    """Terminate an emulator and wait until it is gone; kill it after half a minute.

    Another process that has its pid by now is left alone.
    """
    process = _process(emulator)
    if process is None:
        return
    try:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(_STOP_SECONDS)
    except psutil.NoSuchProcess:
        return


def reset(data: Path, log: Path) -> RunningEmulator | None:
    """Delete everything that the emulator of `data` stores; restart it if it was running.

    It comes back with the same address, options and key. Foreign files in the folder stay.

    Raises:
        CommandFailure: the folder is not an emulator's, or another program uses it.
    """
    check_folder(data, "emptying")
    running = find(data)
    command, folder = [], None
    if running:
        process = psutil.Process(running.pid)
        command, folder = process.cmdline(), process.cwd()  # its options may name files from there
        stop(running)
    if data.exists():
        _empty(data)
    if running is None:
        return None
    return _start([*command, "--port", str(running.port)], data, log, folder)


def check_folder(data: Path, doing: str) -> None:
    """Check that `data` is an emulator's folder or free, and that no other program uses it.

    Args:
        data: the folder.
        doing: what it is to be used for, the gerund with which an error begins.

    Raises:
        CommandFailure: the folder is not an emulator's, or another program uses it.
    """
    if found := _foreign_file(data, doing):
        seen = f"the folder is not empty, and no emulator made it: it has {found!r}"
        raise _usage_failure(doing, data, seen, "give --data a folder that is new or empty")
    if find(data) is None and _is_locked(data):
        recorded = _recorded(data)
        who = f"pid {recorded.pid} at {recorded.url}" if recorded else "it is just starting"
        seen = f"another program uses it: {who}"
        message = f"{doing} Emulator ({data}): {seen}; end that program"
        raise CommandFailure(message, ExitCode.FAILED)


def aws_variables(url: str, data: Path) -> dict[str, str]:
    """Return the variables by which boto3, the AWS CLI and a stack use the emulator."""
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_SHARED_CREDENTIALS_FILE": str(data / "credentials"),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_PROFILE": PROFILE,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
    }


def read_control(url: str, data: Path, route: str) -> Any:
    """Return the answer of a route under `/_emulator/`, signed with the key in `data`.

    Raises:
        Unreachable: it does not answer, or not as an emulator does.
    """
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - `start` does without
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415 - as above
    from botocore.credentials import SharedCredentialProvider  # noqa: PLC0415 - as above
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415 - as above
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415 - as above

    request = AWSRequest("GET", f"{url}/_emulator/{route}")
    try:
        key = SharedCredentialProvider(str(data / "credentials"), PROFILE).load()
        SigV4Auth(key, "emulator", REGION).add_auth(request)  # type: ignore[arg-type] # None raises
        answer = URLLib3Session(timeout=_REQUEST_SECONDS).send(request.prepare())
        if answer.status_code == HTTPStatus.OK:
            return json.loads(answer.content)
        seen = f"HTTP {answer.status_code}"
    except (BotoCoreError, ValueError) as error:
        seen = str(error)
    raise Unreachable("asking", "Emulator", url, seen)


def _start(
    command: Sequence[str], data: Path, log: Path, folder: str | None = None
) -> RunningEmulator:
    """Run a command in a folder, by default this process's, until its emulator answers."""
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # payloads may hold secrets
    _require_own_log(log, data)
    with open(log, "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        os.fchmod(output.fileno(), 0o600)
        output.write(LOG_HEAD)
        output.flush()
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # so that Ctrl-C in the terminal doesn't end it
        )
    deadline = time.monotonic() + _START_SECONDS
    while (emulator := find(data)) is None:
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            last_lines = "\n".join(log.read_text().splitlines()[-20:])
            seen = f"it did not come up; see {log}\n{last_lines}"
            raise WaitTimeout("starting", "Emulator", str(data), seen)
        time.sleep(0.05)  # nothing tells when its record is there
    return emulator


def _recorded(data: Path) -> RunningEmulator | None:
    """Return what `emulator.json` says, whether or not that process lives."""
    try:
        record = json.loads((data / "emulator.json").read_text())
        return RunningEmulator(
            int(record["pid"]),
            str(record["url"]),
            str(record.get("page") or ""),
            float(record["started"]),
        )
    except (OSError, ValueError, KeyError, TypeError, OverflowError):
        return None


def _process(emulator: RunningEmulator) -> psutil.Process | None:
    """Return the process that wrote the file: its pid may be another's by now."""
    boot_time = psutil.boot_time()
    try:
        process = psutil.Process(emulator.pid)
        difference = abs(process.create_time() - boot_time - emulator.started)
        same = difference < _START_TOLERANCE_SECONDS and MODULE in process.cmdline()
    except (psutil.Error, ValueError, OverflowError):
        return None
    return process if same else None


def _foreign_file(data: Path, doing: str) -> str | None:
    """Return a file name in a folder that no emulator made; None for its own, and if it is free."""
    try:
        names = sorted(path.name for path in data.iterdir())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _usage_failure(doing, data, error.strerror or str(error)) from None
    return None if MARKER in names else next(iter(names), None)


def _empty(data: Path) -> None:
    command = [sys.executable, "-m", MODULE, "reset", "--data", str(data)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if ended.returncode:
        last_line = ended.stderr.strip().splitlines()[-1]
        raise CommandFailure(f"emptying Emulator ({data}): {last_line}", ExitCode.FAILED)


def _require_own_log(log: Path, data: Path) -> None:
    try:
        with log.open("rb") as file:
            head = file.read(len(LOG_HEAD))
    except FileNotFoundError:
        return
    if head and head != LOG_HEAD.encode():
        seen = f"its log file {log} exists already, and is not an emulator's"
        raise _usage_failure("starting", data, seen, "give --data another folder")


def _usage_failure(doing: str, data: Path, seen: str, advice: str = "") -> CommandFailure:
    message = f"{doing} Emulator ({data}): {seen}" + (f"; {advice}" if advice else "")
    return CommandFailure(message, ExitCode.USAGE)


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
