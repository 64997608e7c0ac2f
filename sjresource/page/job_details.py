"""Everything that is shown of one job: its attempts, its training, its log's end. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.page.job_list import job_row, reason, training_job_arn
from sjresource.vocabulary import stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Answer = Mapping[str, Any]
    View = dict[str, Any]


def job_details(
    entry: View, job: Answer, training_job: Answer, log: Sequence[str], scheduler: str | None
) -> View:
    """Show a job; `entry` is as the list shows it, `scheduler` what it is said to wait for."""
    waits = stage(job["status"]) == "waiting"
    return {
        **entry,
        **job_row(job, training_job),
        "status": job["status"],
        "why": entry["why"] if waits else reason(job),
        "scheduler": (scheduler or "") if waits else "",
        "priority": job.get("schedulingPriority"),
        "timeout_seconds": job.get("timeoutConfig", {}).get("attemptDurationSeconds"),
        "created": job["createdAt"],
        "started": job.get("startedAt") or None,
        "stopped": job.get("stoppedAt"),
        "tries": _tries(job),
        "training_job": training_job_arn(job).rpartition("/")[2],
        "training_status": training_job.get("SecondaryStatus") or "",
        "failure": training_job.get("FailureReason") or "",
        "metrics": [
            {"name": metric["MetricName"], "value": f"{metric['Value']:.12g}"}  # a loss may be nan
            for metric in training_job.get("FinalMetricDataList", [])
        ],
        "log": list(log),
    }


def _tries(job: Answer) -> list[View]:
    """Give attempts and preemptions, oldest first."""
    preempted = job.get("preemptionSummary", {}).get("recentPreemptedAttempts", [])
    tries = [
        {
            "what": what,
            "started": attempt.get("startedAt"),
            "stopped": attempt.get("stoppedAt"),
            "why": attempt.get("statusReason") or "",
        }
        for what, attempts in (("attempt", job.get("attempts", [])), ("preempted", preempted))
        for attempt in attempts
    ]
    return sorted(tries, key=lambda each: each["started"] or each["stopped"] or 0)
