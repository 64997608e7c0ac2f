"""Calls to Batch that wait, before or after their effect, until the test lets them go."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from emulated_stack import EmulatedCloud
from pulumi_cli import holds_within

from sjresource.emulator import Emulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi_cli import RunningCli
    from pulumi_stack import PulumiStack

LONGEST_HOLD_SECONDS = 60.0
TokenReplay = Literal["same-job", "reject"]


@contextmanager
def held_calls(
    token_replay: TokenReplay = "same-job",  # noqa: S107 - no password
) -> Iterator[HeldCalls]:
    """Yield an emulated cloud that can hold calls, and whose jobs run for an hour."""
    with Emulator() as emulator:
        emulator.behaviour.token_replay = token_replay
        held = HeldCalls(EmulatedCloud(emulator))
        held.cloud.script(running=3600.0)
        emulator.faults.sleep = held.wait
        try:
            yield held
        finally:
            held.let_go()


class HeldCalls:
    """The calls that are held in `cloud`."""

    def __init__(self, cloud: EmulatedCloud) -> None:
        self.cloud = cloud
        self._opened = threading.Event()
        self._waiting = 0
        self._lock = threading.Lock()

    def hold(self, operation: str, *, after_effect: bool = False, **fault: Any) -> None:
        """Have the next calls of an operation wait; `match` and `count` as of any fault."""
        kind = "delay_after" if after_effect else "delay"
        self.cloud.control.fault(operation, kind, seconds=LONGEST_HOLD_SECONDS, **fault)

    def start_up(self, stack: PulumiStack) -> RunningCli:
        """Start an `up` and block until every hold that was ordered has its call."""
        cli = stack.start("up")
        orders = self.cloud.emulator.faults.pending
        assert holds_within(LONGEST_HOLD_SECONDS, lambda: not orders()), cli.stdout()
        return cli

    def wait(self, seconds: float) -> None:
        """Take the place of the emulator's sleep."""
        with self._lock:
            self._waiting += 1
        if not self._opened.wait(seconds):
            with self._lock:
                self._waiting -= 1

    def let_go(self) -> None:
        """Let every call go on, and block until each has had its effect. Idempotent."""
        with self._lock:
            answered = self._answered() + self._waiting
            self._waiting = 0
            self._opened.set()
        assert holds_within(60, lambda: self._answered() >= answered)

    def hold_again(self) -> None:
        """Let later holds hold, after `let_go`."""
        self._opened.clear()

    def _answered(self) -> int:
        return sum(self.cloud.emulator.calls.counts().values())
