"""One running command of the Pulumi CLI, and how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from engine_events import Diagnostic, Events, Step, read_events

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

TIMEOUT_SECONDS = 120.0
POLL_SECONDS = 0.02
_FOUND = "using pulumi-resource-sjresource from $PATH"


class UnexpectedOutcomeError(AssertionError):
    """A command failed that should have worked, or the other way round, or took too long."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended.

    Attributes:
        exit_code: Negative for a signal.
        stdout: As the user sees it, without colours.
        stderr: The same.
        events: What the engine recorded; empty for commands that run no operation.
    """

    exit_code: int
    stdout: str
    stderr: str
    events: Events

    @property
    def steps(self) -> list[tuple[str, str]]:
        """(op, resource name) of each step that changes something, without the stack's own."""
        return [(step.op, step.name) for step in self.changed]

    @property
    def changed(self) -> list[Step]:
        """The steps of `steps`, with all that is known of them."""
        own = ("pulumi:pulumi:Stack", "pulumi:providers:")
        steps = self.events.steps
        return [step for step in steps if step.op != "same" and not step.type.startswith(own)]

    @property
    def changes(self) -> dict[str, int]:
        """How many resources by op, the stack's own and providers included."""
        return self.events.changes

    def step(self, op: str, name: str) -> Step:
        """Return the one step with this op and resource name; fail unless there is just one."""
        (found,) = [step for step in self.events.steps if (step.op, step.name) == (op, name)]
        return found

    def diagnostics(self, severity: str) -> list[Diagnostic]:
        """Return what was shown with a severity, for instance "error" or "warning"."""
        return [line for line in self.events.diagnostics if line.severity == severity]

    @property
    def warnings(self) -> list[Diagnostic]:
        """The warnings, but for where the engine has found a plugin."""
        return [line for line in self.diagnostics("warning") if _FOUND not in line.message]


class RunningCli:
    """A command in a process group of its own, as a shell gives it one.

    Its output goes to files: a pipe that nobody reads would stop the CLI.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        environment: Mapping[str, str],
        logs: Path,
        operation: bool,
    ) -> None:
        """Start it.

        Args:
            command: The program, found on the environment's PATH, and its arguments.
            cwd: Where it runs.
            environment: All of its environment.
            logs: Folder for its output, in a folder of its own.
            operation: Whether it takes --event-log.
        """
        self.logs = Path(tempfile.mkdtemp(dir=logs))
        event_log = ["--event-log", str(self.logs / "events")] if operation else []
        self._command = [*command, *event_log]
        with (self.logs / "stdout").open("wb") as out, (self.logs / "stderr").open("wb") as err:
            self.process = subprocess.Popen(
                self._command,
                cwd=cwd,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def wait(
        self, timeout_seconds: float = TIMEOUT_SECONDS, *, fails: bool | None = None
    ) -> Outcome:
        """Block until it has ended.

        Args:
            timeout_seconds: It is killed then, and the test fails.
            fails: What is expected of it; None expects nothing.

        Raises:
            UnexpectedOutcomeError: With all that the command said.
        """
        try:
            code = self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self._complain(f"still running after {timeout_seconds:g} s")
        if fails is not None and fails != (code != 0):
            self._complain(f"exit code {code}")
        return Outcome(code, self.stdout(), self.stderr(), read_events(self.logs / "events"))

    def wait_for(self, text: str, timeout_seconds: float = 60.0) -> None:
        """Block until its stdout or stderr holds a text.

        Raises:
            UnexpectedOutcomeError: If it ends before, or the time is over.
        """
        self._wait_until(lambda: text in self.stdout() + self.stderr(), repr(text), timeout_seconds)

    def wait_for_file(self, file: Path, timeout_seconds: float = 60.0) -> None:
        """Block until the program has made a file, to say how far it is.

        Raises:
            UnexpectedOutcomeError: If it ends before, or the time is over.
        """
        self._wait_until(file.exists, str(file), timeout_seconds)

    def interrupt(self) -> None:
        """Press Ctrl-C: SIGINT to the whole process group, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def kill(self) -> None:
        """Kill the CLI alone with SIGKILL; what it has started is left to itself. Idempotent."""
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def stdout(self) -> str:
        """Return what it has written so far."""
        return (self.logs / "stdout").read_text(errors="replace")

    def stderr(self) -> str:
        """Return what it has written so far."""
        return (self.logs / "stderr").read_text(errors="replace")

    def _wait_until(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        ended = False

        def holds_or_ended() -> bool:
            nonlocal ended
            # Asked first: what it did last before its end counts.
            ended = self.process.poll() is not None
            return condition() or ended

        in_time = holds_within(seconds, holds_or_ended)
        if not in_time:
            self._complain(f"no {what} within {seconds:g} s")
        if ended and not condition():
            self._complain(f"ended without {what}")

    def _complain(self, seen: str) -> NoReturn:
        command = " ".join(self._command)
        said = f"--- stdout\n{self.stdout()}\n--- stderr\n{self.stderr()}"
        msg = f"running pulumi ({command}): {seen}\n{said}"
        raise UnexpectedOutcomeError(msg)


def holds_within(seconds: float, condition: Callable[[], bool]) -> bool:
    """Poll a condition of another process until it holds; False if it doesn't in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
