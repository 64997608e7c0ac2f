"""The commands that there are: a table. A command's module is loaded when it is called."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "status": "The stack's jobs: state, time in it, attempt, place in the queue, model.",
    "watch": "The status, live, until all jobs have ended; the exit code says how.",
    "why": "Why a job waits, or why it failed: the evidence, and what to do.",
    "queue": "How full a queue is, by share; who runs, who waits for what.",
    "logs": "What a job has logged, over all its attempts; -f follows it.",
    "terminate": "End a job that waits or runs.",
    "orphans": "Live jobs that the stack submitted and no longer knows; --terminate ends them.",
    "doctor": "Whether all is there that an `up` needs, and how to mend what isn't.",
    "dashboard": "Queues, shares and jobs in a browser, live and read-only.",
    "emulator": "Start, stop, see or empty the emulator of AWS on this machine.",
}
"""Each command with the line that `sjresource --help` has for it.

It is the function of its own name in `sjresource/cli/commands/<name>.py`.
"""


class LazyGroup(click.Group):
    """A group whose commands are imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name them, in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load one."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"sjresource.cli.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """List the commands without loading them, which click's own way would."""
        rows: Sequence[tuple[str, str]] = list(COMMANDS.items())
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="sjresource", message="sjresource %(version)s")
def sjresource() -> None:
    """See what AWS Batch does with the service jobs of a Pulumi stack.

    JOB is a Pulumi resource name of the current stack, a job id, an ARN or a job name. Exit codes
    and the shapes of --json: docs/command.md.
    """
