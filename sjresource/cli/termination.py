"""Ends a job on purpose, and knows what that means for the stack that has it, or lost it.

A job in the state stays what it was: the stack's own run, now FAILED. One that carries the stack's
tags and is in no state is given up as well, or the same request would find it and take it for its
own (`submission`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from sjresource.aws.presence import Sought
from sjresource.aws.waiters import Clock
from sjresource.cli.stack.state import COMPLETION_TYPE
from sjresource.resources.termination import end_and_release, terminate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.cli.stack.state import StackJob

    Detail = dict[str, Any]

REASON = "terminated by `sjresource terminate`"

_CLOCK = Clock(time.monotonic, time.sleep)


def end_job(
    client: BatchClient, arn: str, before: Detail, reason: str, *, gives_up: bool = False
) -> Detail | None:
    """Terminate, and look some seconds whether Batch took it; return what was seen last.

    `before` is what was seen of it just now. `gives_up` also marks the job as given up. None:
    Batch knows no such job any more.

    Raises:
        WaitTimeout: Batch took it, and does not show that it has an effect.
        RequestFailed, Unreachable: nothing was ended.
    """
    end = end_and_release if gives_up else terminate
    return end(client, Sought(arn), before, reason, _CLOCK)


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
