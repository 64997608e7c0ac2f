"""A group of commands that says which one was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sjresource.suggestions import close_names, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

OTHER_WORDS = {
    "cancel": "terminate", "delete": "terminate", "describe": "why", "explain": "why",
    "jobs": "status", "kill": "terminate", "list": "status", "log": "logs", "ls": "status",
    "ps": "status", "restart": "rerun", "retry": "rerun", "run": "rerun", "stop": "terminate",
    "submit": "rerun", "tail": "logs", "top": "watch", "ui": "dashboard",
}  # fmt: skip
"""What kubectl, docker and others call a command of ours."""


class SuggestingGroup(click.Group):
    """A group whose error for an unknown command names the one that was probably meant."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command.

        Raises:
            click.UsageError: there is none of that name.
        """
        name = args[0]
        if not (name.startswith("-") or ctx.resilient_parsing or self.get_command(ctx, name)):
            ctx.fail(no_such_command(name, self.list_commands(ctx)))
        return super().resolve_command(ctx, args)


def no_such_command(name: str, commands: Sequence[str]) -> str:
    """Return the error for a command that does not exist: what was meant, else what there is."""
    other = OTHER_WORDS.get(name.lower(), "")
    meant = close_names(name, commands, 3) or ([other] if other in commands else [])
    advice = did_you_mean(meant, f"there are {', '.join(commands)}")
    return f"there is no command {name!a}{advice}"
