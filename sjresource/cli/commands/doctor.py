"""`sjresource doctor`: check everything that `pulumi up` needs."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sjresource.cli.doctor.access import check_access
from sjresource.cli.doctor.check import failed, ok, unknown
from sjresource.cli.doctor.deployment import check_deployment
from sjresource.cli.doctor.engine import check_engine, check_module_names, is_python
from sjresource.cli.doctor.native_plugin import check_native_plugin
from sjresource.cli.doctor.permissions import check_permissions
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode, exit_for
from sjresource.cli.terminal.output import Output, output_option
from sjresource.stack.spelling.words import native_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sjresource.cli.doctor.check import Check
    from sjresource.cli.terminal.screen import Screen

_MARKS = {"ok": "✓", "failed": "✗", "unknown": "–"}  # noqa: RUF001 - a dash, on purpose
_ASCII_MARKS = {"ok": "ok    ", "failed": "FAILED", "unknown": "?     "}
_STYLES = {"ok": "green", "failed": "bold red", "unknown": "dim"}


@click.command()
@stack_options
@output_option
def doctor(context: StackContext, output: Output) -> int:
    """Check that everything `pulumi up` needs is in place, and say how to fix what is not.

    Nothing is changed. Checks the engine and the plugin's Python, a lock or unfinished creates that
    were left behind, credentials, region, endpoint and account, and every permission to read, by
    calls without an effect. Exit code 1: something has to be fixed.
    """
    checks = list(_checks(context))
    healthy = not any(check.status == "failed" for check in checks)
    result = {"healthy": healthy, "checks": [asdict(check) for check in checks]}
    output.print(result, lambda screen: _print(screen, checks))
    return ExitCode.OK if healthy else ExitCode.FAILED


def _checks(context: StackContext) -> Iterator[Check]:
    try:
        project = context.project
    except CommandFailure:  # the check of the stack says so
        project = None
    yield from check_module_names(project)
    yield from check_engine(project)
    of_stack = list(check_deployment(context))
    yield from of_stack
    if any(check.status == "failed" for check in of_stack if check.name == "stack"):
        yield unknown("aws: config", "not read; from here on by this shell's own settings")
        context = StackContext(Path(os.sep))
    if wrong := config_check(context):
        yield wrong
        return
    is_native, settings = context.is_native, context.settings
    if project and (context.uses_plugin or not is_python(project)):
        yield check_native_plugin(project)
    access = list(check_access(settings))
    yield from map(_natively_spelled, access) if is_native else access
    if any(check.status == "failed" for check in access):
        yield unknown("permissions", "not tried without access", "fix that first")
        return
    yield from check_permissions(context, settings)


def config_check(context: StackContext) -> Check | None:
    """Return what is wrong with the settings, under the name of their config; None if nothing is.

    Raises:
        Exception: a bug.
    """
    name = "aws: config"
    try:
        if context.is_native:
            name = "sjresource: config"
        _ = context.settings
    except Exception as error:  # all but bugs; see `main.run`
        known = exit_for(error)
        if known is None:
            raise
        return failed(name, known[0], "see `pulumi config`")
    return None


def _natively_spelled(check: Check) -> Check:
    """Return a check with the settings as the native provider calls them."""
    fix = check.fix and native_words(check.fix)
    return replace(check, message=native_words(check.message), fix=fix)


def _print(screen: Screen, checks: Sequence[Check]) -> None:
    marks = _MARKS if _can_encode(_MARKS.values()) else _ASCII_MARKS
    for proven, group in groupby(checks, key=_is_proven_permission):
        for check in _in_one_line(group) if proven else group:
            mark = marks[check.status]
            line, indent = f"{mark} {check.name}: {check.message}", len(mark) + 1
            screen.print(line, _STYLES[check.status], hanging=indent)
            if check.fix:
                screen.print(f"→ {check.fix}" if marks is _MARKS else check.fix, indent=indent)


def _in_one_line(proven: Iterable[Check]) -> list[Check]:
    return [ok("may", ", ".join(check.name.removeprefix("may ") for check in proven))]


def _is_proven_permission(check: Check) -> bool:
    return check.status == "ok" and check.name.startswith("may ")


def _can_encode(marks: Iterable[str]) -> bool:
    try:
        "".join(marks).encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
