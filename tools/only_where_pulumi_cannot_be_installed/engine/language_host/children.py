"""The processes that a language host runs for the engine, and their certain end.

Each child leads a session of its own, so that Ctrl-C in a terminal reaches the engine alone and
whatever the child has started ends with it. SIGTERM asks first: SIGINT would make Python print a
KeyboardInterrupt traceback under the user's Ctrl-C.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# Less than the five seconds after which the engine kills the host, and would orphan its children.
GRACE_SECONDS = 3.0


class Children:
    """Every process that was started here and has not ended yet; safe to use from many threads."""

    def __init__(self, grace_seconds: float = GRACE_SECONDS) -> None:
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._ended = False

    def start(
        self,
        command: Sequence[str],
        *,
        cwd: str | None,
        environment: Mapping[str, str],
        output: int | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a command whose end must be awaited with `wait`.

        Args:
            command: The program and its arguments.
            cwd: Where it runs; None is where the host runs.
            environment: All of its environment.
            output: `subprocess.PIPE` gives stdout and stderr as pipes; None shares the host's,
                which the engine shows to the user.

        Raises:
            OSError: If the program can't be started, or `end` has been called.
        """
        with self._lock:
            if self._ended:
                msg = "the language host is leaving"
                raise OSError(msg)
            child = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # No preexec_fn: a Python fork in a process that serves gRPC has crashed.
                start_new_session=True,
            )
            self._running.add(child)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """Block until the child has ended; return its exit code, negative for a signal.

        Whatever it has left in its session is killed: such a process would hold the engine's
        pipes, and the engine waits for their end.
        """
        code = child.wait()
        with self._lock:
            first_to_know = child in self._running
            self._running.discard(child)
        # Once only: the group's number may be another's later.
        if first_to_know:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
        return code

    def stop(self, *children: subprocess.Popen[bytes]) -> None:
        """End these children together; block until they are dead, seconds at most."""
        for child in children:
            _signal(child, signal.SIGTERM)
        deadline = time.monotonic() + self._grace_seconds
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, deadline - time.monotonic()))
            _signal(child, signal.SIGKILL)
            self.wait(child)

    def stop_all(self) -> None:
        """End what is running now; block until it is dead, seconds at most."""
        with self._lock:
            children = list(self._running)
        self.stop(*children)

    def end(self) -> None:
        """Do as `stop_all`, and refuse every later start."""
        with self._lock:
            self._ended = True
        self.stop_all()


def outputs(child: subprocess.Popen[bytes]) -> Iterator[tuple[str, bytes]]:
    """Yield ("stdout" or "stderr", bytes) as they come, until the child closes both pipes."""
    arrived: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    pipes = {"stdout": child.stdout, "stderr": child.stderr}
    for name, pipe in pipes.items():
        Thread(target=_forward, args=(name, pipe, arrived), daemon=True).start()
    open_pipes = len(pipes)
    while open_pipes:
        name, data = arrived.get()
        if data:
            yield name, data
        else:
            open_pipes -= 1


def _forward(name: str, pipe: IO[bytes], arrived: SimpleQueue[tuple[str, bytes]]) -> None:
    with pipe:
        while data := os.read(pipe.fileno(), 65536):
            arrived.put((name, data))
    arrived.put((name, b""))


def _signal(child: subprocess.Popen[bytes], number: int) -> None:
    if child.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
