"""Live jobs that a stack submitted and no longer knows.

A run that was lost in a crash and then edited, or removed from the program, goes on and costs money
until somebody ends it. It carries the stack's identity in its tags, and is in no state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.arn import stop_command
from sjresource.client import BatchClient, batch_client
from sjresource.deployed_stack import DeployedStack
from sjresource.ending import is_given_up
from sjresource.errors import NotFound
from sjresource.identity import IDENTITY_TAG, stack_tag_prefix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pulumi.automation import Stack

_JOB = "pulumi-python:dynamic/sjresource:ServiceJob"


@dataclass(frozen=True)
class Orphan:
    """A live job that a stack submitted, and that is in no state."""

    arn: str
    """The job's ARN."""
    job_name: str
    """Its name in Batch."""
    status: str
    """Where it stood when it was found."""
    resource: str
    """The name of the resource that it was submitted for."""

    @property
    def command(self) -> str:
        """What stops it."""
        return stop_command(self.arn)


def find_orphans(stack: Stack) -> list[Orphan]:
    """List the live jobs that carry the stack's tags and are not in its state.

    Blocks: it lists the live jobs of every SAGEMAKER_TRAINING queue in the stack's region (six
    calls a queue), describes each (one call a job), and exports the state. Nothing is changed. A
    job whose create is going on, or was interrupted, is no orphan: an `up` finds it again.

    Args:
        stack: the stack, through Pulumi's Automation API.

    Raises:
        Refused, Unreachable: AWS could not be asked.
    """
    return orphans_of(DeployedStack.of(stack))


def orphans_of(stack: DeployedStack) -> list[Orphan]:
    """List them for a stack that is known otherwise; see `find_orphans`."""
    client = batch_client(stack.settings())
    live = list(_live_jobs_of(client, stack_tag_prefix_of(stack.qualified_name())))
    # The state is read last: what was live before is in it by now, or its create goes on.
    deployment = stack.deployment() if live else {}
    resources = deployment.get("resources") or []
    known = {resource.get("id") for resource in resources if resource["type"] == _JOB}
    creating = {urn.split("::", 3)[3] for urn in _being_created(deployment)}
    return [job for job in live if job.arn not in known and job.resource not in creating]


def _being_created(deployment: dict[str, Any]) -> Iterator[str]:
    """Give the URNs of creates that go on or were interrupted; an `up` finds their jobs again."""
    for operation in deployment.get("pending_operations") or []:
        if operation["type"] == "creating":
            yield operation["resource"]["urn"]


def _live_jobs_of(client: BatchClient, prefix: str) -> Iterator[Orphan]:
    seen = set()
    for queue in client.list_job_queues():
        if queue.get("jobQueueType") != "SAGEMAKER_TRAINING":
            continue
        for job in client.list_live_service_jobs(queue["jobQueueArn"]):
            if job["jobId"] not in seen:
                seen.add(job["jobId"])
                yield from _of_stack(client, job["jobId"], prefix)


def _of_stack(client: BatchClient, job_id: str, prefix: str) -> Iterator[Orphan]:
    try:
        detail = client.find_service_job(job_id)
    except NotFound:
        return
    owner = detail.get("tags", {}).get(IDENTITY_TAG, "")
    if owner.startswith(prefix) and not is_given_up(detail):
        resource = owner.removeprefix(prefix).rsplit("@", 1)[0]
        yield Orphan(detail["jobArn"], detail["jobName"], detail["status"], resource)
