"""`sjresource doctor`: a tick or a fix for each thing that an `up` needs."""

from __future__ import annotations

import os
import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sjresource.aws.arn import parse_arn
from sjresource.aws.clients import (
    batch_client,
    endpoint_of,
    find_caller,
    logs_client,
    sagemaker_client,
)
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.cli.doctor.access import access_findings
from sjresource.cli.doctor.deployment import deployment_findings
from sjresource.cli.doctor.engine import engine_findings
from sjresource.cli.doctor.findings import failed, ok, unproven
from sjresource.cli.doctor.permissions import Readers, Things, permission_findings
from sjresource.cli.doctor.shadowing import shadow_findings
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.terminal.exit_codes import CommandFailure, ExitCode, exit_for
from sjresource.cli.terminal.output import Output, output_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sjresource.aws.settings import Settings
    from sjresource.cli.doctor.findings import Finding
    from sjresource.cli.stack.state import StackJob
    from sjresource.cli.terminal.screen import Screen

_MARKS = {"ok": "✓", "failed": "✗", "unproven": "–"}  # noqa: RUF001 - a dash, on purpose
_PLAIN_MARKS = {"ok": "ok    ", "failed": "FAILED", "unproven": "?     "}
_STYLES = {"ok": "green", "failed": "bold red", "unproven": "dim"}


@click.command()
@stack_options
@output_option
def doctor(context: StackContext, output: Output) -> int:
    """Look whether all is there that an `up` needs, changing nothing; say how to mend what isn't.

    The engine and the plugin's Python, a lock or unfinished creates that were left behind,
    credentials, region, endpoint and account, and every permission to read, by calls that have no
    effect. Exit code 1: something has to be mended.
    """
    findings = list(_look(context))
    bad = [finding for finding in findings if finding.verdict == "failed"]
    answer = {
        "healthy": not bad,
        "findings": [finding.as_json() for finding in findings],
    }
    output.print(answer, lambda screen: _tell(screen, findings))
    return ExitCode.FAILED if bad else ExitCode.OK


def _look(context: StackContext) -> Iterator[Finding]:
    yield from shadow_findings(_project(context))
    yield from engine_findings(_project(context))
    of_stack = list(deployment_findings(context))
    yield from of_stack
    if any(finding.verdict == "failed" for finding in of_stack if finding.check == "stack"):
        yield unproven("aws: config", "not read; from here on by this shell's own settings")
        context = StackContext(Path(os.sep))
    yield from _look_at_aws(context)


def _look_at_aws(context: StackContext) -> Iterator[Finding]:
    try:
        settings = context.settings
    except Exception as error:
        ending = exit_for(error)
        if ending is None:
            raise
        yield failed("aws: config", ending[0], "see `pulumi config`")
        return
    found = list(access_findings(settings))
    yield from found
    if any(finding.verdict == "failed" for finding in found):
        yield unproven("permissions", "not tried without access", "mend that first")
        return
    yield from permission_findings(_readers(settings), _things(context, settings))


def _project(context: StackContext) -> Path | None:
    try:
        return context.project
    except CommandFailure:  # the stack's own finding says so
        return None


def _readers(settings: Settings) -> Readers:
    """Give clients that give up within seconds."""
    return Readers(
        batch_client(settings, timeouts=OPTIONAL_TIMEOUTS),
        sagemaker_client(settings, timeouts=OPTIONAL_TIMEOUTS),
        logs_client(settings, timeouts=OPTIONAL_TIMEOUTS),
    )


def _things(context: StackContext, settings: Settings) -> Things:
    region, _ = endpoint_of(settings)
    jobs = {job.arn: _training_job(job) for job in context.jobs if _is_in(job.arn, region)}
    queues = [queue.arn for queue in context.queues if _is_in(queue.arn, region)]
    return Things.of(queues, jobs, f"{region}:{find_caller(settings)['Account']}")


def _is_in(arn: str, region: str) -> bool:
    parsed = parse_arn(arn)
    return parsed is not None and parsed.region == region


def _training_job(job: StackJob) -> str | None:
    """Give the ARN of a training job of its that the state knows."""
    latest = (job.outputs.get("latest_attempt") or {}).get("service_resource_id") or {}
    arn: str | None = job.record.get("training_job_arn") or latest.get("value")
    return arn


def _tell(screen: Screen, findings: Sequence[Finding]) -> None:
    marks = _MARKS if _can_show(_MARKS.values()) else _PLAIN_MARKS
    for proven, group in groupby(findings, key=_is_proven_permission):
        for finding in _summed(list(group)) if proven else group:
            mark = marks[finding.verdict]
            line, room = f"{mark} {finding.check}: {finding.seen}", len(mark) + 1
            screen.print(line, _STYLES[finding.verdict], hanging=room)
            if finding.fix:
                screen.print(f"→ {finding.fix}" if marks is _MARKS else finding.fix, indent=room)


def _summed(proven: list[Finding]) -> list[Finding]:
    """Put what may be read into one line."""
    actions = ", ".join(finding.check.removeprefix("may ") for finding in proven)
    return [ok("may", actions)]


def _is_proven_permission(finding: Finding) -> bool:
    return finding.verdict == "ok" and finding.check.startswith("may ")


def _can_show(marks: Iterable[str]) -> bool:
    try:
        "".join(marks).encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
