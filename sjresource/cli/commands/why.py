"""`sjresource why`: why a job waits, or why it failed, and what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import click

from sjresource.aws.arn import parse_arn
from sjresource.cli.stack.context import StackContext, stack_options
from sjresource.cli.stack.find_job import FoundJob, job_argument, resolve_job
from sjresource.cli.stack.state import fails_up
from sjresource.cli.terminal.output import Output, output_option
from sjresource.cli.views.explanation import (
    Explanation,
    explain_failed,
    explain_forgotten,
    explain_running,
    explain_succeeded,
    explain_waiting,
)
from sjresource.errors import NotFound, SjresourceError
from sjresource.status.console_links import console_urls
from sjresource.status.detail import StatusDetail
from sjresource.status.evidence import gather_evidence, training_job_arn
from sjresource.status.failure_report import how_to_rerun, link_lines
from sjresource.status.masking import Mask
from sjresource.status.queue_reader import read_queue
from sjresource.status.timeline import status_since
from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sjresource.cli.terminal.screen import Screen
    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]

_LOG_LINES = 20
_LOG_LAG_SECONDS = 60.0
"""A job's log may get lines for so long after its end."""


@click.command()
@job_argument
@stack_options
@output_option
def why(job: str, context: StackContext, output: Output) -> None:
    """Explain why a job waits, or why it failed: a paragraph, the evidence, what to do next.

    JOB is a Pulumi resource name of the stack, a job id, an ARN or a job name.
    """
    found = resolve_job(context, job)
    mask = context.mask if found.stack_job else Mask()
    detail: Detail = {}
    try:
        detail = context.batch(found.arn).find_service_job(found.arn)
    except NotFound:
        if not found.stack_job:
            raise
        explanation = explain_forgotten({**found.stack_job.outputs, **found.stack_job.record}, mask)
    else:
        explanation = _explain(context, found, detail, mask)
    answer = _answer(found, detail, explanation, context.clients.page)
    links = list(link_lines({"jobArn": found.arn, **detail}, context.clients.page))
    output.print(answer, lambda screen: render(screen, found.label, explanation, links))


def render(screen: Screen, label: str, explanation: Explanation, links: Sequence[str]) -> None:
    """Print an explanation."""
    style = {"FAILED": "bold red", "NEVER_STARTS": "bold red"}.get(explanation.verdict, "bold")
    screen.print(f"{label}: {explanation.summary}", style)
    for line in explanation.evidence:
        depth = len(line) - len(line.lstrip())
        wrap = not line.startswith("model: ")
        screen.print(line.lstrip(), indent=2 + depth, wrap=wrap)
    for step in explanation.next_steps:
        screen.print(step, "cyan", indent=2)
    for link in links:
        screen.print(link, "dim", indent=2, wrap=False)


def _explain(context: StackContext, found: FoundJob, detail: Detail, mask: Mask) -> Explanation:
    status = detail["status"]
    since = status_since(detail)
    seconds = max(0.0, time.time() - since / 1000) if since else 0.0
    if status in TERMINAL:
        lines = _LOG_LINES if status == "FAILED" else None
        # CloudWatch lags behind the container: of a job that has just ended it is asked twice.
        sleep = time.sleep if seconds < _LOG_LAG_SECONDS else _no_sleep
        evidence = gather_evidence(context.clients, detail, lines, sleep)
        if status == "FAILED":
            return explain_failed(evidence, mask, again=_again(context, found))
        return explain_succeeded(evidence, mask)
    if status in HOLDS_CAPACITY:
        status_detail = StatusDetail(context.clients.batch, context.clients.sagemaker)
        more = status_detail.of(dict(detail), mask.text)
        return explain_running(found.label, detail, more, seconds, mask)
    labels = {each.arn: each.label for each in context.jobs}
    labels |= {each.arn: each.path for each in context.queues}
    return explain_waiting(detail, seconds, mask, _queue_of(context, detail), labels)


def _again(context: StackContext, found: FoundJob) -> str | None:
    job = found.stack_job
    if job is None:
        return None
    reruns = job.outputs.get("rerun_on_failure") is True
    failing = fails_up(job, context.deployment)
    return how_to_rerun(job.urn, job.label, reruns=reruns, fails_up=failing)


def _queue_of(context: StackContext, detail: Detail) -> QueueDescription | None:
    queue = parse_arn(detail.get("jobQueue", ""))
    if queue is None:
        return None
    try:
        return read_queue(context.clients.batch(queue.region), detail["jobQueue"])
    except SjresourceError:
        return None


def _answer(found: FoundJob, detail: Detail, explanation: Explanation, page: str) -> dict[str, Any]:
    known = found.stack_job
    return {
        "resource": known.label if known else None,
        "urn": known.urn if known else None,
        "arn": found.arn,
        "job_name": detail.get("jobName") or (known.job_name if known else None),
        "job_queue": detail.get("jobQueue") or (known.job_queue if known else None),
        "status": detail.get("status") or "UNKNOWN",
        "verdict": explanation.verdict,
        "summary": explanation.summary,
        "evidence": explanation.evidence,
        "next_steps": explanation.next_steps,
        "console_urls": console_urls(detail.get("jobQueue"), training_job_arn(detail), page),
    }


def _no_sleep(_seconds: float) -> None:
    """Don't wait: CloudWatch has all lines by now."""
