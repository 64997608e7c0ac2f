"""Decides whether this run of the program waits.

`sjresource:wait` and SJRESOURCE_WAIT decide it. Without them every run waits, except those in which
a wait is of no use: `destroy`, `refresh`, and an `up` whose options leave the completion out. The
engine does not tell a program which operation it serves, but one of the program's ancestors is a
`pulumi` whose command line shows it. Where that can't be read (the Automation API runs programs in
its own process) the run waits.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from sjresource.sanitize import plain
from sjresource.stack.config import FALSE, TRUE, stack_settings, wrong_value
from sjresource.stack.pulumi_cli.command_line import CommandLine
from sjresource.stack.pulumi_cli.process import pulumi_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

VARIABLE = "SJRESOURCE_WAIT"


@dataclass(frozen=True)
class Operation:
    """The operation that this run of the program serves.

    Attributes:
        setting: the user's setting; None where there is none, and the command line decides.
        command_line: what the `pulumi` above this process was started with.
        reason: why a completion does not wait, if it doesn't.
    """

    setting: bool | None
    command_line: CommandLine = field(default_factory=CommandLine)
    reason: str = "its operation leaves it out"

    @property
    def never_waits(self) -> bool:
        """Whether no completion waits in it."""
        if self.setting is not None:
            return not self.setting
        return not self.command_line.may_run_jobs

    def should_wait(self, urn: str, dependencies: Iterable[str] = ()) -> bool:
        """Return whether the completion with this URN waits; `dependencies` are URNs it needs."""
        if self.setting is not None or self.never_waits:
            return bool(self.setting)
        return not self.command_line.leaves_out(urn, dependencies)

    def may_leave_out(self, urn: str) -> bool:
        """Return whether the operation may leave the completion out, as only the engine knows."""
        return self.setting is None and self.command_line.may_leave_out(urn)


def stack_operation() -> Operation:
    """Return the operation that this run of the program serves.

    Raises:
        pulumi.RunError: one of our settings, or the variable, has a wrong value.
    """
    stack_settings()  # reports all wrong settings of ours at once
    try:
        return read_operation(pulumi.Config("sjresource").get("wait"))
    except ValueError as error:
        raise pulumi.RunError(str(error)) from None


def read_operation(
    setting: str | None,
    environ: Mapping[str, str] = os.environ,
    command: Callable[[], Sequence[str]] = pulumi_command,
) -> Operation:
    """Return the operation; the variable overrides the setting, and both the command line.

    Raises:
        ValueError: the variable or setting is neither true nor false.
    """
    if variable := environ.get(VARIABLE):
        value = _parse_bool(variable, f"Variable ({VARIABLE})")
        return Operation(value, reason=f"{VARIABLE}={plain(variable)}")
    if setting:
        value = _parse_bool(setting, "Setting (sjresource:wait)")
        return Operation(value, reason=f"sjresource:wait is {plain(setting)}")
    return Operation(None, CommandLine.parse(command(), environ))


def _parse_bool(text: str, source: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"reading {source}: {wrong_value('wait', text)}")
    return word in TRUE
