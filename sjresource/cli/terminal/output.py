"""A command's result on stdout: JSON for programs, or text for people.

Neither can act on a terminal: JSON is escaped, and the screen sanitizes text.
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
    """Prints a command's result, as JSON if `as_json`; as text with all there is if `is_wide`."""

    as_json: bool
    is_wide: bool = False

    def print(self, data: Any, render: Callable[[Screen], None]) -> None:
        """Print `data` as one JSON document, or let `render` print it as text."""
        if self.as_json:
            sys.stdout.write(json.dumps(data, indent=2) + "\n")  # ASCII only
        else:
            render(self.screen())

    def screen(self) -> Screen:
        """Return the screen to print text to."""
        from sjresource.cli.terminal.screen import Screen  # noqa: PLC0415 - rich takes 0.1 s to load

        return Screen(sys.stdout)


def output_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--json` to a command, which gets it as the argument `output`."""

    @wraps(command)
    def with_output(*args: Any, as_json: bool, **options: Any) -> Any:
        return command(*args, output=Output(as_json), **options)

    option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
    return option(with_output)


def table_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `-o json|table|wide`, `--json` and `--wide` to a command, which gets it as `output`."""

    @wraps(command)
    def with_output(
        *args: Any, form: str | None, as_json: bool, is_wide: bool, **options: Any
    ) -> Any:
        asked = {name for name, on in (("json", as_json), ("wide", is_wide)) if on}
        asked |= {form} if form else set()
        if len(asked) > 1:
            message = f"one form at a time: {' or '.join(sorted(asked))}"
            raise click.UsageError(message)
        return command(*args, output=Output("json" in asked, "wide" in asked), **options)

    forms = click.Choice(["table", "wide", "json"])
    for option in (
        click.option("--wide", "is_wide", is_flag=True, help="The same as -o wide."),
        click.option("--json", "as_json", is_flag=True, help="The same as -o json."),
        click.option(
            "-o",
            "--output",
            "form",
            type=forms,
            help="A line a job (table), everything there is to say (wide), or JSON.",
        ),
    ):
        with_output = option(with_output)
    return with_output
