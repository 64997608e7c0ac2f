"""Asks before something is lost: on a terminal a person, in a pipe for `--yes`."""

from __future__ import annotations

import sys

import click

from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode


def confirm(doing: str, question: str, *, yes: bool) -> None:
    """Return if it may be done.

    Raises:
        CommandFailure: it may not; `doing` is what is left undone, such as `terminating ServiceJob
            (train)`.
    """
    if yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise CommandFailure(
            f"{doing}: nobody can be asked here; say --yes if it is meant", ExitCode.USAGE
        )
    if not click.confirm(question, err=True):
        raise CommandFailure(f"{doing}: nothing was done", ExitCode.NOT_WELL)
