"""The table of commands, with their help. A command's module is loaded when it is run."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from sjresource.cli.terminal.exit_codes import EXIT_CODE_HELP
from sjresource.cli.terminal.group import SuggestingGroup

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = {
    "status": "Show the stack's jobs: status, time in it, attempt, place in the queue, model.",
    "watch": "Show the jobs live until all have ended; the exit code is 0 if all succeeded.",
    "why": "Explain why a job waits or failed, with the evidence and what to do.",
    "queue": "Show how full a queue is, by share, who runs, and who waits for what.",
    "logs": "Print a job's log over all its attempts; -f follows it.",
    "rerun": "Print how to run a job again, and what that may cost; --yes runs it.",
    "terminate": "Terminate a job that waits or runs.",
    "orphans": "List live jobs of the stack that are not in its state; --terminate ends them.",
    "doctor": "Check that everything `pulumi up` needs is in place, and how to fix what is not.",
    "dashboard": "Show queues, shares and jobs in a browser, live and read-only.",
    "emulator": "Start, stop, show, use or empty the emulator of AWS on this machine.",
}
"""Each command with its line in `sjresource --help`.

It is the function of the same name in `sjresource/cli/commands/<name>.py`.
"""


class LazyGroup(SuggestingGroup):
    """A group that imports a command's module when the command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - as above
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"sjresource.cli.commands.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the commands' names without loading them, which click's own way would."""
        names = [
            CompletionItem(name, help=text)
            for name, text in COMMANDS.items()
            if name.startswith(incomplete)
        ]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - as above
        """Write the commands without loading them, which click's own way would, and exit codes."""
        exit_codes = [(str(int(code)), text) for code, text in EXIT_CODE_HELP.items()]
        sections: dict[str, Sequence[tuple[str, str]]] = {
            "Commands": list(COMMANDS.items()),
            "Exit codes": exit_codes,
        }
        for title, rows in sections.items():
            with formatter.section(title):
                formatter.write_dl(rows)


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="sjresource", message="sjresource %(version)s")
def sjresource() -> None:
    """See what AWS Batch does with the service jobs of a Pulumi stack.

    JOB is a Pulumi resource name of the current stack, a job id, an ARN or a job name. See
    docs/command.md for everything, and for the JSON schemas of --json.
    """
