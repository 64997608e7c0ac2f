"""Asks for confirmation before something is lost: on a terminal; elsewhere `--yes` is needed."""

from __future__ import annotations

import sys

import click

from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode


def confirm(action: str, question: str, *, yes: bool) -> None:
    """Ask, unless `yes`; return if the answer is yes.

    Raises:
        CommandFailure: the answer is no, or there is no terminal; `action` begins its message, such
            as `terminating ServiceJob (train)`.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandFailure(f"{action}: not a terminal; pass --yes to confirm", ExitCode.USAGE)
    if not click.confirm(question, err=True):
        raise CommandFailure(f"{action}: nothing was done", ExitCode.FAILED)
