"""What a `pulumi` command line says of the resources that its operation leaves out. Pure.

It is read as the CLI's own parser (pflag) reads it: options anywhere, `--target=X`, `--target X`,
`-t X`, `-tX`, `-t=X`, several short ones in a word, and `--` as their end. An option that is not
on the command line may be a variable: PULUMI_OPTION_TARGET=X,Y.
https://www.pulumi.com/blog/controlling-the-cli-through-environment-variables/
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

COMMANDS = frozenset(
    {"up", "update", "preview", "pre", "import", "watch", "destroy", "down", "dn", "refresh"}
)

SHORT = {"C": "cwd", "c": "config", "m": "message", "p": "parallel", "s": "stack", "t": "target",
         "v": "verbose", "x": "exclude"}  # fmt: skip
"""The short options that take a value; `-f` and `-r` do not, where programs are run."""

WITH_VALUE = frozenset(
    {
        *SHORT.values(),
        "client", "color", "config-file", "exec-agent", "exec-kind", "from", "generate-resources",
        "import-file", "import-pending-creates", "memprofilerate", "otel-traces", "override-env",
        "parent", "path", "plan", "policy-pack", "policy-pack-config", "profiling", "properties",
        "provider", "replace", "save-plan", "secrets-provider", "target-replace", "tracing",
    }
)  # fmt: skip
"""The options that take the next word as their value, if they have none behind a `=`."""

_FALSE = frozenset({"", "0", "f", "false"})


@dataclass(frozen=True)
class Options:
    """The operation, and the patterns of URNs that it is about, or leaves out."""

    verb: str | None = None
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    target_dependents: bool = False
    exclude_dependents: bool = False

    @classmethod
    def of(cls, arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
        """Read a command line, without the program's own name, and its variables."""
        read = _read(arguments)

        def values(*names: str) -> tuple[str, ...]:
            given = [value for name in names for value in read.options.get(name, ())]
            if given:
                return tuple(given)
            said = (environ.get(_variable(name), "") for name in names)
            return tuple(each for text in said for each in text.split(",") if each)

        def flag(name: str) -> bool:
            given = read.options.get(name) or [environ.get(_variable(name), "")]
            return given[-1].lower() not in _FALSE

        return cls(
            verb=read.verb,
            targets=values("target", "target-replace"),
            excludes=values("exclude"),
            target_dependents=flag("target-dependents"),
            exclude_dependents=flag("exclude-dependents"),
        )

    def leaves_out(self, urn: str, dependencies: Iterable[str] = ()) -> bool:
        """Whether a resource is left out; `dependencies` are URNs that it depends on."""
        excluded = [urn, *dependencies] if self.exclude_dependents else [urn]
        if any(_matches(self.excludes, each) for each in excluded):
            return True
        return bool(self.targets) and not (
            _matches(self.targets, urn) or self.target_dependents  # of which, only the engine knows
        )

    @property
    def asks_for_dependencies(self) -> bool:
        """Whether `leaves_out` depends on what a resource depends on."""
        return self.exclude_dependents and bool(self.excludes)

    def is_uncertain(self, urn: str) -> bool:
        """Whether only the engine knows: a target's dependents are told by its graph."""
        return bool(self.targets) and self.target_dependents and not _matches(self.targets, urn)


@dataclass
class _Read:
    verb: str | None = None
    options: dict[str, list[str]] = field(default_factory=dict)


def _read(arguments: Sequence[str]) -> _Read:
    read, words = _Read(), iter(arguments)
    for word in words:
        if word == "--":
            break
        if word.startswith("--"):
            name, has_value, value = word[2:].partition("=")
            needs = name in WITH_VALUE and not has_value
            value = next(words, "") if needs else value if has_value else "true"
            read.options.setdefault(name, []).append(value)
        elif word.startswith("-") and len(word) > 1:
            for name, value in _short(word[1:], words):
                read.options.setdefault(name, []).append(value)
        elif read.verb is None and word in COMMANDS:
            read.verb = word
    return read


def _short(letters: str, words: Iterator[str]) -> Iterator[tuple[str, str]]:
    """Read a word of short options; the first that takes a value takes the rest of the word."""
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
    """Read a target as the CLI does: `*` is anything but a colon, `**` is anything."""
    parts = re.split(r"(\*\*|\*)", target)
    return re.compile("".join({"**": ".*", "*": "[^:]*"}.get(p, re.escape(p)) for p in parts))
