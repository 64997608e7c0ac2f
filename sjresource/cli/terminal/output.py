"""What a command prints: JSON for programs, or words for people, harmless to a terminal.

JSON escapes what would act on a terminal; words go through `plain` on their way to the `screen`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from sjresource.cli.terminal.screen import Screen


@dataclass(frozen=True)
class Output:
    """Where a command's answer goes: stdout, as JSON if `as_json`."""

    as_json: bool

    def give(self, answer: Any, tell: Callable[[Screen], None]) -> None:
        """Print the answer, or let `tell` say it; only one of both happens."""
        if self.as_json:
            write_json(answer)
        else:
            tell(self.screen())

    def screen(self) -> Screen:
        """Give the screen that words go to."""
        from sjresource.cli.terminal.screen import Screen  # noqa: PLC0415 - rich takes 0.1 s to load

        return Screen(sys.stdout)


def output_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command `--json`, as its argument `output`."""

    @wraps(command)
    def with_output(*args: Any, as_json: bool, **options: Any) -> Any:
        return command(*args, output=Output(as_json), **options)

    option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")
    return option(with_output)


def write_json(answer: Any) -> None:
    """Print one JSON document, indented; ASCII alone, so that nothing in it acts on a terminal."""
    sys.stdout.write(json.dumps(answer, indent=2) + "\n")
