"""What `sjresource queue` shows: how full a queue is, who holds what, who waits for what. Pure.

Its shape is that of `sjresource/cli/schemas/queue.json`.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in
from sjresource.aws.models import property_name
from sjresource.status.capacity import limits_of, scheduling, share_name, shares, units
from sjresource.status.place import place_of
from sjresource.status.text import reason_and_detail, stated_reason
from sjresource.status.timeline import status_since
from sjresource.status.why_waiting import why_waiting
from sjresource.vocabulary import HOLDS_CAPACITY, stage

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Mapping, Sequence

    from sjresource.status.capacity import Unit
    from sjresource.status.masking import Mask
    from sjresource.status.queue_reader import QueueDescription

    Detail = Mapping[str, Any]
    Labels = Mapping[str, str]


def queue_json(queue: QueueDescription, labels: Labels) -> dict[str, Any]:
    """Return what is shown; `labels` are the resource names of the stack's jobs, by ARN."""
    running = [job for job in queue.jobs if job["status"] in HOLDS_CAPACITY]
    running.sort(key=lambda job: status_since(job) or 0)
    counts = Counter((share_name(job), stage(job["status"])) for job in queue.jobs)
    names = {job["jobArn"]: label_of(job, labels) for job in queue.jobs}
    return {
        "queue": {
            "arn": queue.queue["jobQueueArn"],
            "name": queue.queue["jobQueueName"],
            "state": queue.queue.get("state"),
            "status": queue.queue.get("status"),
            "priority": queue.queue.get("priority"),
            "scheduling": scheduling(queue),
        },
        "capacity": _capacity(units(queue)),
        "environments": [_environment(each) for each in queue.environments],
        "shares": [
            {
                "share": share.name,
                "state": share.state,
                "strategy": share.strategy,
                "borrow_limit": share.borrow_limit,
                "weight_factor": share.weight_factor,
                "capacity": _capacity(share.units),
                "running": counts[share.name, "running"],
                "waiting": counts[share.name, "waiting"],
            }
            for share in shares(queue)
        ],
        "running": [
            {**_job(job, labels), "capacity_usage": _capacity_usage(job)} for job in running
        ],
        "waiting": [
            {**_job(job, labels), **_wait(job, queue, names)} for job in waiting_in_order(queue)
        ],
        "truncated": queue.truncated,
        "unread": queue.unread,
    }


def waiting_in_order(queue: QueueDescription) -> list[Detail]:
    """Return the waiting jobs, first those at the front, as AWS has them, then the older first."""
    front = queue.snapshot.get("frontOfQueue", {}).get("jobs", [])
    places = {job["jobArn"]: place for place, job in enumerate(front)}
    waiting = [job for job in queue.jobs if stage(job["status"]) == "waiting"]
    return sorted(
        waiting,
        key=lambda job: (places.get(job["jobArn"], len(places)), job.get("createdAt", 0)),
    )


def label_of(job: Detail, labels: Labels) -> str:
    """Return the name that the program has for a job, else the one that Batch has."""
    return labels.get(job["jobArn"]) or job.get("jobName") or name_in(job["jobArn"])


def masked_reasons(
    jobs: Iterable[Detail], own: Container[str], mask: Callable[[], Mask]
) -> list[dict[str, Any]]:
    """Mask AWS's words about a stack's `own` jobs; `mask` is called only if there are some."""
    return [
        {**job, "statusReason": mask().text(job["statusReason"])}
        if job.get("statusReason") and job["jobArn"] in own
        else dict(job)
        for job in jobs
    ]


def _job(job: Detail, labels: Labels) -> dict[str, Any]:
    return {
        "arn": job["jobArn"],
        "job_id": job["jobId"],
        "job_name": job.get("jobName"),
        "resource": labels.get(job["jobArn"]),
        "status": job["status"],
        "since": status_since(job),
        "share": share_name(job),
    }


def _wait(job: Detail, queue: QueueDescription, names: Labels) -> dict[str, Any]:
    place = place_of(job, queue.snapshot)
    why = reason_and_detail(stated_reason(job), why_waiting(job, queue, names))
    return {
        "place": place.in_queue if place else None,
        "place_in_share": place.in_share if place else None,
        "waits_for": why or None,
    }


def _capacity_usage(job: Detail) -> list[dict[str, Any]]:
    return [
        {property_name(name): value for name, value in each.items()}
        for each in job.get("capacityUsage", [])
    ]


def _capacity(used: Sequence[Unit]) -> list[dict[str, Any]]:
    return [
        {"capacity_unit": unit.capacity_unit, "used": unit.used, "max": unit.limit} for unit in used
    ]


def _environment(environment: Detail) -> dict[str, Any]:
    return {
        "arn": environment["serviceEnvironmentArn"],
        "name": environment["serviceEnvironmentName"],
        "state": environment.get("state"),
        "status": environment.get("status"),
        "capacity_limits": [
            {"capacity_unit": unit, "max_capacity": most}
            for unit, most in limits_of(environment).items()
        ],
    }
