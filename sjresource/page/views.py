"""Queues and jobs as the page shows them: picked by name, so that nothing secret slips in.

Pure. `sjresource.status` reads and words the answers; this gives them the shape of the page's JSON.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sjresource.status.capacity import (
    SCHEDULING_WORDS,
    amount_words,
    amounts,
    limits_of,
    scheduling,
    share_name,
    shares,
    sharing_words,
    to_lend,
    unit_word,
    units,
)
from sjresource.status.console_links import console_urls
from sjresource.status.evidence import training_job_arn
from sjresource.status.failure_hints import hint_for
from sjresource.status.text import reason_and_detail, stated_reason
from sjresource.status.timeline import (
    attempt_number,
    attempts_allowed,
    ended_attempts,
    preemption_count,
    spans,
    status_since,
)
from sjresource.status.why_waiting import why_waiting
from sjresource.vocabulary import TERMINAL, stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sjresource.status.capacity import Share, Unit
    from sjresource.status.queue_reader import QueueDescription

    Answer = Mapping[str, Any]
    View = dict[str, Any]


def queue_view(queue: QueueDescription) -> View:
    """Return a queue with its units and shares."""
    described = queue.queue
    return {
        "arn": described["jobQueueArn"],
        "name": described["jobQueueName"],
        "state": described.get("state"),
        "status": described.get("status"),
        "reason": "" if described.get("status") == "VALID" else described.get("statusReason") or "",
        "priority": described.get("priority"),
        "scheduling": SCHEDULING_WORDS[scheduling(queue)],
        "environments": [_environment(each) for each in queue.environments],
        "units": [_unit(unit) for unit in units(queue)],
        "shares": [
            {
                "name": share.name,
                "state": share.state,
                "status": share.status,
                "sharing": sharing_words(share),
                "preempts": share.preempts,
                "units": [_share_unit(share, unit) for unit in share.units],
            }
            for share in shares(queue)
        ],
    }


def job_entry(job: Answer, queue: QueueDescription, names: Mapping[str, str]) -> View:
    """Return a job of ListServiceJobs; `names` are those of the queue's jobs by their ARNs."""
    return {
        "arn": job["jobArn"],
        "name": job["jobName"],
        "queue": queue.queue["jobQueueArn"],
        "share": share_name(job) or "",
        "status": job["status"],
        "stage": stage(job["status"]),
        "why": reason_and_detail(stated_reason(job), why_waiting(job, queue, names)),
        "training_job": _training_job_name(job),
        "needs": amount_words(amounts(job.get("capacityUsage", []))),
        "stopping": bool(job.get("isTerminated")) and job["status"] not in TERMINAL,
        "created": job["createdAt"],
        "since": status_since(job),
        "spans": spans(job),
    }


def job_row(job: Answer, training_job: Answer) -> View:
    """Return what only the job's description and SageMaker have: attempts, model, numbers.

    Of the hyperparameters that is only what is a number: a plot needs no more, and secrets are
    hardly ever numbers.
    """
    metrics = training_job.get("FinalMetricDataList", [])
    parameters = training_job.get("HyperParameters", {})
    return {
        "arn": job["jobArn"],
        "attempt": attempt_number(job),
        "attempts": attempts_allowed(job),
        "preemptions": preemption_count(job),
        "since": status_since(job),
        "spans": spans(job),
        "model": _model(job, training_job),
        "metrics": _finite({each["MetricName"]: each["Value"] for each in metrics}),
        "parameters": _finite({name: _number(value) for name, value in parameters.items()}),
    }


def job_details(
    entry: View,
    job: Answer,
    training_job: Answer,
    log: Sequence[str],
    scheduler: str | None,
    *,
    has_console: bool,
) -> View:
    """Return everything about one job.

    Args:
        entry: the job as the list shows it.
        job: its description.
        training_job: SageMaker's description of its last training job, empty if there is none.
        log: the last lines of its log.
        scheduler: what more is known of why it waits.
        has_console: whether AWS's console shows it.
    """
    waits = stage(job["status"]) == "waiting"
    failure = training_job.get("FailureReason") or ""
    reasons = "\n".join(filter(None, (failure, stated_reason(job))))
    failed = job["status"] == "FAILED"
    console = console_urls(entry["queue"], training_job_arn(job)) if has_console else {}
    return {
        **entry,
        **job_row(job, training_job),
        "status": job["status"],
        "stage": stage(job["status"]),
        "why": entry["why"] if waits else stated_reason(job),
        "scheduler": (scheduler or "") if waits else "",
        "priority": job.get("schedulingPriority"),
        "timeout_seconds": job.get("timeoutConfig", {}).get("attemptDurationSeconds"),
        "created": job["createdAt"],
        "started": job.get("startedAt") or None,
        "stopped": job.get("stoppedAt"),
        "ended_attempts": [span._asdict() for span in ended_attempts(job)],
        "training_job": _training_job_name(job),
        "training_status": training_job.get("SecondaryStatus") or "",
        "failure": failure,
        "hint": (hint_for(reasons, "\n".join(log)) or "") if failed else "",
        "console": console,
        "metrics": [
            {"name": metric["MetricName"], "value": f"{metric['Value']:.12g}"}  # a loss may be nan
            for metric in training_job.get("FinalMetricDataList", [])
        ],
        "log": list(log),
    }


def stage_counts(entries: Iterable[View]) -> dict[tuple[str, str], dict[str, int]]:
    """Count the jobs of each queue, and of each share of it, by stage; share "" is the queue."""
    counted: dict[tuple[str, str], dict[str, int]] = {}
    for entry in entries:
        for share in {"", entry["share"]}:
            counts = counted.setdefault((entry["queue"], share), {})
            counts[entry["stage"]] = counts.get(entry["stage"], 0) + 1
    return counted


def _environment(environment: Answer) -> View:
    return {
        "name": environment["serviceEnvironmentName"],
        "state": environment.get("state"),
        "status": environment.get("status"),
        "capacity": amount_words(limits_of(environment)),
    }


def _unit(unit: Unit) -> View:
    return {**unit._asdict(), "capacity_unit": unit_word(unit.capacity_unit)}


def _share_unit(share: Share, unit: Unit) -> View:
    borrowed = 0 if unit.limit is None else max(0, unit.used - unit.limit)
    return {**_unit(unit), "borrowed": borrowed, "to_lend": to_lend(share, unit)}


def _model(job: Answer, training_job: Answer) -> str:
    if job["status"] != "SUCCEEDED":
        return ""
    return str(training_job.get("ModelArtifacts", {}).get("S3ModelArtifacts") or "")


def _number(text: str) -> float:
    """Return a hyperparameter's value, which SageMaker has as text; NaN if it is no number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _finite(values: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in values.items() if math.isfinite(value)}


def _training_job_name(job: Answer) -> str:
    return (training_job_arn(job) or "").rpartition("/")[2]
