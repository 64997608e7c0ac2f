"""Ends a job on purpose, and knows what that means for the stack that has it, or lost it.

A job in the state stays what it was: the stack's own run, now FAILED. One that carries the stack's
tags and is in no state is given up as well, or the same request would find it and take it for its
own (`submission`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sjresource.cli.state import COMPLETION_TYPE
from sjresource.client import TERMINAL
from sjresource.errors import NotFound
from sjresource.submission import release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sjresource.cli.state import StackJob
    from sjresource.client import BatchClient

    Detail = dict[str, Any]

REASON = "terminated by `sjresource terminate`"

_TAKEN_WITHIN = 10.0
_LOOK_AGAIN = 0.5


def has_ended(detail: Mapping[str, Any]) -> bool:
    """Tell whether there is nothing left to end; a job may still be on its way to its end."""
    return detail["status"] in TERMINAL or bool(detail.get("isTerminated"))


def end_job(
    client: BatchClient,
    arn: str,
    reason: str,
    *,
    gives_up: bool = False,
    sleep: Callable[[float], None] = time.sleep,
) -> Detail | None:
    """Terminate, and look some seconds whether Batch took it; give what was seen last.

    `gives_up` marks the job as released first. None: Batch knows no such job any more.

    Raises:
        Refused, Unreachable: nothing was ended.
    """
    try:
        if gives_up:
            release(client, arn)
        client.terminate_service_job(arn, reason)
        detail = client.find_service_job(arn)
        waited = 0.0
        while not has_ended(detail) and waited < _TAKEN_WITHIN:
            sleep(_LOOK_AGAIN)
            waited += _LOOK_AGAIN
            detail = client.find_service_job(arn)
    except NotFound:
        return None
    return detail


def what_comes_next(job: StackJob, resources: Iterable[Mapping[str, Any]]) -> str:
    """Say what the next `pulumi up` does with a job of the stack that was terminated by hand."""
    if job.outputs.get("rerun_on_failure") is True:
        return "The next `pulumi up` runs it again: rerun_on_failure is set."
    fails = " and fails, as its completion does" if fails_with(job, resources) else ""
    return (
        f"The next `pulumi up` leaves it as it is{fails}; to run it again, change its `triggers` "
        f"or `pulumi up --replace '{job.urn}'`."
    )


def fails_with(job: StackJob, resources: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a `pulumi up` fails for as long as the job is a failed one."""
    return any(_waits_for(job, resource) for resource in resources)


def _waits_for(job: StackJob, resource: Mapping[str, Any]) -> bool:
    """Tell whether this is a completion of the job that fails with it."""
    if resource["type"] != COMPLETION_TYPE:
        return False
    inputs = resource.get("inputs", {})
    if inputs.get("on_failure") == "record":
        return False
    return job.urn in (resource.get("dependencies") or []) or job.arn in (inputs.get("jobs") or [])
