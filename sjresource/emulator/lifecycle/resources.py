"""Makes CREATING and UPDATING resources VALID, and removes DELETING ones.

The jobs of a deleted queue or share are terminated first, as Batch documents for DeleteJobQueue.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sjresource.emulator.store.records import LIVE

if TYPE_CHECKING:
    from sjresource.emulator.lifecycle.tick import Tick
    from sjresource.emulator.store.records import Job, Resource

CHANGE_MS: Final = 100
"""Milliseconds until a CREATING or UPDATING resource is VALID, or a DELETING one is gone."""


def finish_changes(tick: Tick) -> None:
    """Finish every change of a resource that is due."""
    for resource in tick.store.changing_resources():
        if resource.since + CHANGE_MS > tick.now:
            continue
        if resource.detail["status"] != "DELETING":
            detail = {**resource.detail, "status": "VALID"}
            tick.store.put_resource(replace(resource, detail=detail, since=tick.now))
        elif not _terminate_jobs(tick, resource):
            for share in tick.store.resources("quota-share"):
                if share.detail["jobQueueArn"] == resource.arn:
                    tick.store.remove_resource(share.arn)
            tick.store.remove_resource(resource.arn)


def _terminate_jobs(tick: Tick, resource: Resource) -> bool:
    """Terminate the jobs that are left in a queue or share; return whether there were any."""
    left = [job for job in tick.store.live.with_status(LIVE) if _is_in(job, resource)]
    for job in left:
        if not job.terminated:
            reason = f"The {resource.kind.replace('-', ' ')} was deleted"
            tick.put(replace(job, terminated=True, termination_reason=reason, stop_due=tick.now))
    return bool(left)


def _is_in(job: Job, resource: Resource) -> bool:
    if resource.kind == "job-queue":
        return job.queue == resource.arn
    if resource.kind == "quota-share":
        queue = resource.detail["jobQueueArn"]
        return job.queue == queue and job.quota_share_name == resource.name
    return False
