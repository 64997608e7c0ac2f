"""Starts the processes of a training job, waits for their end, and leaves none of them.

A job's processes are known by their process group, and those that left it by a variable that they
inherit. The group is recorded in the job's folder, for the next emulator if this one is killed.
"""

from __future__ import annotations

import enum
import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import psutil

from sjresource.emulator.executors.process.container import CannotRunError

if TYPE_CHECKING:
    import threading
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

MARKER: Final = "SJRESOURCE_EMULATOR_JOB_FOLDER"

_POLL_SECONDS: Final = 0.05
_RECORD: Final = "process.json"


class Ending(enum.Enum):
    """Why a process ended: by itself, by a stop, or at its time limit."""

    EXITED = enum.auto()
    STOPPED = enum.auto()
    TIMED_OUT = enum.auto()


@dataclass(frozen=True)
class Grace:
    """Seconds between SIGTERM and SIGKILL; SageMaker gives 120 in both cases."""

    stop: float = 10
    timeout: float = 120


def start(
    command: Sequence[str], variables: Mapping[str, str], folder: Path
) -> subprocess.Popen[bytes]:
    """Start a command in `folder`, in its own session, stdout and stderr in one pipe.

    Raises CannotRunError if the program can't be run.
    """
    program = _program(command[0], folder, variables.get("PATH", os.defpath))
    try:
        process = subprocess.Popen(  # noqa: S603 - to run the job's own command is the purpose
            [program, *command[1:]],
            cwd=folder,
            env={**variables, MARKER: str(folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise CannotRunError(
            f"ClientError: the entrypoint {command[0]} can't be executed: {error.strerror}"
        ) from error
    except ValueError as error:  # a NUL, or a name with an equals sign
        raise CannotRunError(
            "ClientError: an argument of the entrypoint, or a variable of Environment or "
            f"HyperParameters, can't be given to a process: {error}"
        ) from error
    record = {"pid": process.pid, "created": psutil.Process(process.pid).create_time()}
    (folder / _RECORD).write_text(json.dumps(record))
    return process


def wait(
    process: subprocess.Popen[bytes],
    stop: threading.Event,
    max_runtime_seconds: float,
    grace: Grace,
) -> Ending:
    """Block until a process has ended, by itself or at a stop or the time limit.

    The latter send SIGTERM to its group, and SIGKILL when the grace period is over.
    """
    ending = Ending.EXITED
    deadline = time.monotonic() + max_runtime_seconds
    asked_at = math.inf
    while process.poll() is None:
        if ending is Ending.EXITED and (stop.is_set() or time.monotonic() >= deadline):
            ending = Ending.STOPPED if stop.is_set() else Ending.TIMED_OUT
            asked_at = time.monotonic()
            _signal_group(process.pid, signal.SIGTERM)
        seconds = grace.stop if stop.is_set() else grace.timeout
        if time.monotonic() >= asked_at + seconds:
            _signal_group(process.pid, signal.SIGKILL)
        if ending is Ending.EXITED:
            stop.wait(_POLL_SECONDS)
        else:
            time.sleep(_POLL_SECONDS)
    _signal_group(process.pid, signal.SIGKILL)  # a container ends with its first process
    return ending


def end_all(folders: Collection[Path]) -> None:
    """Kill every process that the jobs of these folders started, in whatever group it is.

    Blocks until they are gone, for a few seconds at most.
    """
    for folder in folders:
        _end_recorded_group(folder)
    marks = {str(folder) for folder in folders}
    for _ in range(10):  # one that is just being forked is met in the next round
        found = [p for p in psutil.process_iter(["environ"]) if _mark(p) in marks]
        if not found:
            return
        for process in found:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(found, timeout=1)


def exit_code(process: subprocess.Popen[bytes]) -> int:
    """Return a container's exit code: 128 + the signal's number if a signal ended the process."""
    code = process.returncode
    return code if code >= 0 else 128 - code


def _program(name: str, folder: Path, path: str) -> str:
    if "/" in name:
        return str(folder / name)
    found = shutil.which(name, path=path)
    if found is None and name in ("python", "python3"):
        return sys.executable
    if found is None:
        raise CannotRunError(f"ClientError: the entrypoint {name} is not on this machine's PATH")
    return found


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _end_recorded_group(folder: Path) -> None:
    try:
        record = json.loads((folder / _RECORD).read_text())
        same = psutil.Process(record["pid"]).create_time() == record["created"]
    except (OSError, ValueError, psutil.NoSuchProcess):
        return  # never started, or gone: its pid may be another's by now
    if same:
        _signal_group(record["pid"], signal.SIGKILL)


def _mark(process: psutil.Process) -> str | None:
    environ: dict[str, str] = process.info["environ"] or {}  # None for another user's
    return environ.get(MARKER)
