"""Why a job stands where it stands: one paragraph, the evidence for it, and what to do. Words only.

They are those of a waiting `pulumi up`: a failure is told as in `waits/failure`, a wait as in
`waits/standing`, with what the job's queue shows beside it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sjresource.checks.preflight.job import may_run
from sjresource.cli.views.queue import amounts, full_words, label_of, waiting_in_order
from sjresource.status.detail import masked_words, misfit_words, share_words, stopped_words
from sjresource.status.failure_report import (
    advice_for,
    attempt_lines,
    evidence_lines,
    unread_lines,
    verdict_line,
)
from sjresource.status.text import progress_line, stated_reason
from sjresource.vocabulary import HOLDS_CAPACITY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.status.evidence import Evidence
    from sjresource.status.masking import Mask
    from sjresource.status.queue_reader import QueueSeen

    Detail = Mapping[str, Any]
    Labels = Mapping[str, str]

_NAMED = 5


@dataclass(frozen=True)
class Explanation:
    """Why; `verdict` sums it up for scripts, `says` is the paragraph."""

    verdict: str
    says: str
    evidence: list[str] = field(default_factory=list)
    next_steps: list[str] = field(default_factory=list)


def why_failed(evidence: Evidence, mask: Mask, *, again: str | None) -> Explanation:
    """Explain a failure; `again` is how to run it again, None for a job that is not the stack's."""
    advice = advice_for(evidence)
    steps = [f"to try: {advice}"] if advice else []
    if again:
        steps.append(f"to run it again: {again}")
    return Explanation(
        "FAILED", verdict_line(evidence, mask), list(evidence_lines(evidence, mask)), steps
    )


def why_forgotten(recorded: Mapping[str, Any], mask: Mask) -> Explanation:
    """Explain what was recorded of a job that Batch no longer knows."""
    status = recorded.get("status")
    if status not in ("SUCCEEDED", "FAILED"):
        return Explanation(
            "UNKNOWN",
            "Batch no longer knows it, and how it ended was never recorded",
            next_steps=["`pulumi refresh` drops it from the state; the next `up` runs it again"],
        )
    reason = recorded.get("failure_reason") or recorded.get("status_reason")
    told = f": {mask.text(reason)}" if isinstance(reason, str) else ""
    said = f"{status}{told}; Batch has forgotten it, this is what was recorded"
    model = recorded.get("model_artifacts")
    shown = [f"model: {mask.text(model)}"] if isinstance(model, str) else []
    return Explanation(str(status), said, shown)


def why_succeeded(evidence: Evidence, mask: Mask) -> Explanation:
    """Say what came of it."""
    trained = evidence.training_job
    lines = list(attempt_lines(evidence.detail, mask))
    model = trained.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if model:
        lines.append(f"model: {mask.text(model)}")
    metrics = trained.get("FinalMetricDataList", [])
    lines += [f"{mask.text(metric['MetricName'])}: {metric['Value']:g}" for metric in metrics]
    lines += unread_lines(evidence, mask)
    return Explanation("SUCCEEDED", progress_line(_masked(evidence.detail, mask), 0), lines)


def why_running(
    label: str, detail: Detail, standing: str, seconds: float, mask: Mask
) -> Explanation:
    """Say how it goes."""
    goes = masked_words(detail["status"], standing, mask)
    said = progress_line(_masked(detail, mask), seconds, goes)
    lines = list(attempt_lines(detail, mask))
    return Explanation("RUNS", said, lines, [f"its log: sjresource logs -f {label}"])


def why_waiting(
    detail: Detail,
    standing: str,
    seconds: float,
    mask: Mask,
    queue: tuple[QueueSeen, Labels] | None,
) -> Explanation:
    """Say what it waits for; `queue` is its queue, with the stack's own names."""
    reason = mask.text(detail.get("statusReason") or "")
    misfit = misfit_words(reason)
    taken = _taken(*queue) if queue else ""
    told = "; ".join(filter(None, (standing, taken)))
    said = progress_line(_masked(detail, mask), seconds, told)
    lines = [*attempt_lines(detail, mask), *(_queue_lines(detail, *queue) if queue else ())]
    if misfit:
        return Explanation("NEVER_STARTS", said, lines, [misfit.replace(f": {reason}", "")])
    return Explanation("WAITS", said, lines, list(_steps(detail, *queue)) if queue else [])


def _taken(seen: QueueSeen, labels: Labels) -> str:
    """Say how full a queue is, and by whom."""
    full = full_words(seen)
    running = [label_of(job, labels) for job in seen.jobs if job["status"] in HOLDS_CAPACITY]
    if not running:
        return full or "nothing runs in its queue"
    return f"{full}, by {_named(running)}" if full else f"{_named(running)} running beside it"


def _queue_lines(detail: Detail, seen: QueueSeen, labels: Labels) -> Iterator[str]:
    """Say who is before it, and what could not be read."""
    before = _before(detail, seen, labels)
    if before:
        yield f"before it: {_named(before)}"
    yield from (f"not read: {error}" for error in seen.unread)


def _steps(detail: Detail, seen: QueueSeen, labels: Labels) -> Iterator[str]:
    name = labels.get(seen.queue["jobQueueArn"]) or seen.queue["jobQueueName"]
    stopped = stopped_words(seen.queue, seen.environments)
    if stopped:
        yield f"{stopped}: enable it, and jobs start again"
        return
    share = detail.get("quotaShareName")
    shares = {each["quotaShareName"]: each for each in seen.shares}
    limit = share_words(share, shares, seen.snapshot) if share else ""
    if limit.endswith("DISABLED"):
        yield f"{limit}: enable it, and its jobs start again"
        return
    environments = [each["serviceEnvironmentName"] for each in seen.environments]
    wanted = amounts(detail.get("capacityUsage", []))
    if environments and not any(may_run(each, wanted) for each in seen.environments):
        yield (
            f"it will never start as things are: it asks for more than {' or '.join(environments)} "
            "may ever run; raise max_capacity, or ask for less"
        )
        return
    yield "nothing is wrong: it starts when it is its turn and there is room"
    if limit:
        yield f"sooner: raise what {share} may hold (capacity_limits), or let it borrow"
    if full_words(seen) and environments:
        yield f"sooner: raise max_capacity of {' or '.join(environments)}"
    if _before(detail, seen, labels) and seen.queue.get("schedulingPolicyArn"):
        yield "sooner: raise its scheduling_priority, which changes in place"
    yield f"the whole queue: sjresource queue {name}"


def _before(detail: Detail, seen: QueueSeen, labels: Labels) -> list[str]:
    waiting = [job for job in waiting_in_order(seen) if job["status"] == "RUNNABLE"]
    share = detail.get("quotaShareName")
    names: list[str] = []
    for job in waiting:
        if job["jobArn"] == detail["jobArn"]:
            return names
        if job.get("quotaShareName") == share:
            names.append(label_of(job, labels))
    return []


def _named(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"


def _masked(detail: Detail, mask: Mask) -> dict[str, Any]:
    return {**detail, "statusReason": mask.text(stated_reason(detail))}
