"""Decides whether this run of the program waits.

`sjresource:wait` and SJRESOURCE_WAIT decide it. Without them every run waits, except those in which
a wait is of no use: `destroy`, `refresh`, and an `up` whose options leave the completion out. The
engine does not tell a program which operation it serves, but one of the program's ancestors is a
`pulumi` whose command line shows it. Where that can't be read (the Automation API runs programs in
its own process) the run waits.

The command line is read as the CLI's own parser (pflag) reads it: options anywhere, `--target=X`,
`--target X`, `-t X`, `-tX`, `-t=X`, several short ones in a word, and `--` as their end. An option
that is not on the command line may be a variable: PULUMI_OPTION_TARGET=X,Y.
https://www.pulumi.com/blog/controlling-the-cli-through-environment-variables/
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pulumi

from sjresource.sanitize import plain
from sjresource.stack.config import FALSE, TRUE, stack_settings, wrong_value
from sjresource.stack.engine_process import pulumi_command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

VARIABLE = "SJRESOURCE_WAIT"

_WITHOUT_WAITS = frozenset({"destroy", "down", "dn", "refresh"})
UPDATES = frozenset({"up", "update"})
"""The commands that show a preview, and then make what it shows."""

COMMANDS = frozenset(
    {"up", "update", "preview", "pre", "import", "watch", "destroy", "down", "dn", "refresh"}
)

SHORT = {"C": "cwd", "c": "config", "m": "message", "p": "parallel", "s": "stack", "t": "target",
         "v": "verbose", "x": "exclude"}  # fmt: skip
"""The short options with a value; `-f` and `-r` have none in the commands that run programs."""

WITH_VALUE = frozenset(
    {
        *SHORT.values(),
        "client", "color", "config-file", "exec-agent", "exec-kind", "from", "generate-resources",
        "import-file", "import-pending-creates", "memprofilerate", "otel-traces", "override-env",
        "parent", "path", "plan", "policy-pack", "policy-pack-config", "profiling", "properties",
        "provider", "replace", "save-plan", "secrets-provider", "target-replace", "tracing",
    }
)  # fmt: skip
"""The options whose value is the next word, if there is none behind a `=`."""

_FALSE = frozenset({"", "0", "f", "false"})


@dataclass(frozen=True)
class CommandLine:
    """The command of `pulumi`, and the patterns of URNs that it targets or excludes."""

    command: str | None = None
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    target_dependents: bool = False
    exclude_dependents: bool = False

    @classmethod
    def parse(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> CommandLine:
        """Parse the arguments behind `pulumi`, and the variables that stand for options."""
        command, options = _parse(arguments)

        def values(*names: str) -> tuple[str, ...]:
            given = [value for name in names for value in options.get(name, ())]
            if given:
                return tuple(given)
            texts = (environ.get(_variable(name), "") for name in names)
            return tuple(each for text in texts for each in text.split(",") if each)

        def flag(name: str) -> bool:
            given = options.get(name) or [environ.get(_variable(name), "")]
            return given[-1].lower() not in _FALSE

        return cls(
            command=command,
            targets=values("target", "target-replace"),
            excludes=values("exclude"),
            target_dependents=flag("target-dependents"),
            exclude_dependents=flag("exclude-dependents"),
        )

    @property
    def may_run_jobs(self) -> bool:
        """Whether the command is one that creates resources, as far as is known."""
        return self.command not in _WITHOUT_WAITS

    def leaves_out(self, urn: str, dependencies: Iterable[str] = ()) -> bool:
        """Return whether a resource is left out; `dependencies` are the URNs it depends on."""
        excluded = [urn, *dependencies] if self.exclude_dependents else [urn]
        if any(_matches(self.excludes, each) for each in excluded):
            return True
        return bool(self.targets) and not (
            _matches(self.targets, urn) or self.target_dependents  # the engine alone knows those
        )

    def may_leave_out(self, urn: str) -> bool:
        """Return whether only the engine knows: its graph shows the dependents of a target."""
        return bool(self.targets) and self.target_dependents and not _matches(self.targets, urn)


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
        return self.command_line.command in _WITHOUT_WAITS

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


def names_targets(
    arguments: Sequence[str] | None = None, environ: Mapping[str, str] = os.environ
) -> bool:
    """Return whether `pulumi` leaves resources out.

    Args:
        arguments: those of the `pulumi` that started this process, if None.
        environ: its variables, some of which may stand for the options.
    """
    given = pulumi_command() if arguments is None else arguments
    line = CommandLine.parse(given, environ)
    return bool(line.targets or line.excludes)


def _parse_bool(text: str, source: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE + FALSE:
        raise ValueError(f"reading {source}: {wrong_value('wait', text)}")
    return word in TRUE


def _parse(arguments: Sequence[str]) -> tuple[str | None, dict[str, list[str]]]:
    """Return the command, and each option's values by its long name."""
    command: str | None = None
    options: dict[str, list[str]] = {}
    words = iter(arguments)
    for word in words:
        if word == "--":
            break
        if word.startswith("--"):
            name, has_value, value = word[2:].partition("=")
            takes_next = name in WITH_VALUE and not has_value
            value = next(words, "") if takes_next else value if has_value else "true"
            options.setdefault(name, []).append(value)
        elif word.startswith("-") and len(word) > 1:
            for name, value in _parse_short(word[1:], words):
                options.setdefault(name, []).append(value)
        elif command is None and word in COMMANDS:
            command = word
    return command, options


def _parse_short(letters: str, words: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Yield the short options of a word; the first that takes a value takes the word's rest."""
    for at, letter in enumerate(letters):
        if letter in SHORT:
            rest = letters[at + 1 :]
            yield SHORT[letter], rest.removeprefix("=") if rest else next(words, "")
            return
        if letters[at + 1 : at + 2] == "=":
            return


def _variable(name: str) -> str:
    return f"PULUMI_OPTION_{name.upper().replace('-', '_')}"


def _matches(patterns: Iterable[str], urn: str) -> bool:
    return any(_pattern(each).fullmatch(urn) for each in patterns)


def _pattern(target: str) -> re.Pattern[str]:
    """Compile a target as the CLI does: `*` is anything but a colon, `**` is anything."""
    parts = re.split(r"(\*\*|\*)", target)
    return re.compile("".join({"**": ".*", "*": "[^:]*"}.get(p, re.escape(p)) for p in parts))
