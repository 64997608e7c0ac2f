"""Why a job has its status: one paragraph, the evidence for it, and what to do. Words only.

They are those of a waiting `pulumi up`, with what the job's queue shows beside them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.cli.views.queue import label_of, waiting_in_order
from sjresource.status.capacity import TOO_LARGE_ADVICE
from sjresource.status.failure_report import (
    attempt_lines,
    evidence_lines,
    hint_of,
    unread_lines,
    verdict_line,
)
from sjresource.status.text import as_argument, first_of, progress_line, stated_reason
from sjresource.status.why_waiting import (
    disabled_words,
    never_starts,
    never_starts_words,
    queue_full_words,
    share_full_words,
    too_large_for_queue,
    why_waiting,
)
from sjresource.vocabulary import HOLDS_CAPACITY, TERMINAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.status.evidence import Evidence
    from sjresource.status.masking import Mask
    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]
    Labels = Mapping[str, str]

_NAMED = 5


@dataclass(frozen=True)
class Explanation:
    """Why; `verdict` is one word for scripts, `summary` the paragraph."""

    verdict: str
    summary: str
    evidence: list[str] = field(default_factory=list)
    next_steps: list[str] = field(default_factory=list)


def explain_failed(evidence: Evidence, mask: Mask, *, again: str | None) -> Explanation:
    """Explain a failure; `again` is how to run it again, None for a job that is not the stack's."""
    hint = hint_of(evidence)
    steps = [f"to try: {hint}"] if hint else []
    if again:
        steps.append(f"to run it again: {again}")
    return Explanation(
        "FAILED", verdict_line(evidence, mask), list(evidence_lines(evidence, mask)), steps
    )


def explain_forgotten(recorded: Mapping[str, Any], mask: Mask) -> Explanation:
    """Return what was recorded of a job that Batch no longer knows."""
    status = recorded.get("status")
    if status not in TERMINAL:
        return Explanation(
            "UNKNOWN",
            "Batch no longer knows it, and how it ended was never recorded",
            next_steps=["`pulumi refresh` drops it from the state; the next `up` runs it again"],
        )
    reason = recorded.get("failure_reason") or recorded.get("status_reason")
    why = f": {mask.text(reason)}" if isinstance(reason, str) else ""
    summary = f"{status}{why}; Batch has forgotten it, this is what was recorded"
    model = recorded.get("model_artifacts")
    lines = [f"model: {mask.text(model)}"] if isinstance(model, str) else []
    return Explanation(str(status), summary, lines)


def explain_succeeded(evidence: Evidence, mask: Mask) -> Explanation:
    """Return what came of a job: its model and its metrics."""
    trained = evidence.training_job
    lines = list(attempt_lines(evidence.detail, mask))
    model = trained.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if model:
        lines.append(f"model: {mask.text(model)}")
    metrics = trained.get("FinalMetricDataList", [])
    lines += [f"{mask.text(metric['MetricName'])}: {metric['Value']:g}" for metric in metrics]
    lines += unread_lines(evidence, mask)
    return Explanation("SUCCEEDED", progress_line(_masked(evidence.detail, mask), 0), lines)


def explain_running(
    label: str, job: Detail, detail: str, seconds: float, mask: Mask
) -> Explanation:
    """Return how a job is going; `detail` is what SageMaker says of it, masked."""
    summary = progress_line(_masked(job, mask), seconds, detail)
    lines = list(attempt_lines(job, mask))
    return Explanation(
        "RUNS", summary, lines, [f"its log: sjresource logs -f {as_argument(label)}"]
    )


def explain_waiting(
    job: Detail, seconds: float, mask: Mask, queue: QueueDescription | None, labels: Labels
) -> Explanation:
    """Explain a wait.

    Args:
        job: as Batch describes it.
        seconds: for how long it has had its status.
        mask: hides the stack's secrets.
        queue: its queue, None if it can't be read.
        labels: the resource names of the stack's jobs and queues, by ARN.
    """
    reason = mask.text(job.get("statusReason") or "")
    summary = progress_line(_masked(job, mask), seconds, why_waiting(job, queue) if queue else "")
    lines = list(attempt_lines(job, mask))
    if queue:
        lines += _queue_lines(job, queue, labels)
    if never_starts(reason):
        return Explanation(
            "NEVER_STARTS", summary, lines, [never_starts_words(reason, quoted=False)]
        )
    return Explanation("WAITS", summary, lines, list(_steps(job, queue, labels)) if queue else [])


def _queue_lines(job: Detail, queue: QueueDescription, labels: Labels) -> Iterator[str]:
    """Return who runs in the queue, who is before the job, and what could not be read."""
    running = [label_of(each, labels) for each in queue.jobs if each["status"] in HOLDS_CAPACITY]
    yield f"running in its queue: {first_of(running, _NAMED) or 'nothing'}"
    before = _before(job, queue, labels)
    if before:
        yield f"before it: {first_of(before, _NAMED)}"
    yield from (f"not read: {error}" for error in queue.unread)


def _steps(job: Detail, queue: QueueDescription, labels: Labels) -> Iterator[str]:
    disabled = disabled_words(job, queue)
    yield from (f"{words}: enable it, and jobs start again" for words in disabled)
    if disabled:
        return
    environments = " or ".join(each["serviceEnvironmentName"] for each in queue.environments)
    too_large = too_large_for_queue(job, queue)
    if too_large:
        yield f"it will never start as things are: {too_large}; {TOO_LARGE_ADVICE}"
        return
    yield "nothing is wrong: it starts when it is its turn and there is room"
    if share_full_words(job, queue):
        yield (
            f"sooner: raise what {job['quotaShareName']} may hold (capacity_limits), "
            "or let it borrow"
        )
    if queue_full_words(job, queue) and environments:
        yield f"sooner: raise max_capacity of {environments}"
    if _before(job, queue, labels) and queue.queue.get("schedulingPolicyArn"):
        yield "sooner: raise its scheduling_priority, which changes in place"
    name = labels.get(queue.queue["jobQueueArn"]) or queue.queue["jobQueueName"]
    yield f"the whole queue: sjresource queue {as_argument(name)}"


def _before(job: Detail, queue: QueueDescription, labels: Labels) -> list[str]:
    """Return the jobs before a RUNNABLE one; in a queue of quota shares those of its own share."""
    share = job.get("quotaShareName")
    same_share = [
        each
        for each in waiting_in_order(queue)
        if each["status"] == "RUNNABLE" and each.get("quotaShareName") == share
    ]
    arns = [each["jobArn"] for each in same_share]
    number = arns.index(job["jobArn"]) if job["jobArn"] in arns else 0
    return [label_of(each, labels) for each in same_share[:number]]


def _masked(job: Detail, mask: Mask) -> dict[str, Any]:
    return {**job, "statusReason": mask.text(stated_reason(job))}
