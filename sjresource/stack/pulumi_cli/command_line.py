"""The command line of the `pulumi` above this process: its command, and what it leaves out.

It is read as the CLI's own parser (pflag) reads it: options anywhere, `--target=X`, `--target X`,
`-t X`, `-tX`, `-t=X`, several short ones in a word, and `--` as their end. An option that is not on
the command line may be a variable: PULUMI_OPTION_TARGET=X,Y.
https://www.pulumi.com/blog/controlling-the-cli-through-environment-variables/
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sjresource.stack.pulumi_cli.process import pulumi_command

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WITHOUT_JOBS = frozenset({"destroy", "down", "dn", "refresh"})
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
    """The command of `pulumi`, and of its options what is of interest.

    `targets`, `excludes` and `replaces` are patterns of URNs.
    """

    command: str | None = None
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    target_dependents: bool = False
    exclude_dependents: bool = False
    prints_lines: bool = False
    """Whether it prints lines in place of rows, as `--diff` says."""

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
            replaces=values("replace", "target-replace"),
            target_dependents=flag("target-dependents"),
            exclude_dependents=flag("exclude-dependents"),
            prints_lines=flag("diff"),
        )

    @property
    def may_run_jobs(self) -> bool:
        """Whether the command is one that creates resources, as far as is known."""
        return self.command not in _WITHOUT_JOBS

    def may_replace(self, name: str) -> bool:
        """Return whether it may ask for a replacement of a resource of this name.

        Of what is tainted it says nothing.
        """
        ends = (pattern.rpartition("::")[2] for pattern in self.replaces)
        return any(end == name or "*" in end for end in ends)

    @property
    def names_targets(self) -> bool:
        """Whether it leaves resources out."""
        return bool(self.targets or self.excludes)

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


def pulumi_command_line() -> CommandLine:
    """Return the command line of the `pulumi` above this process; an empty one if there is none."""
    return CommandLine.parse(pulumi_command(), os.environ)


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
