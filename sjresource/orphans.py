"""Live jobs that a stack submitted and no longer knows.

A run that was lost in a crash and then edited, or removed from the program, goes on and costs money
until somebody ends it. It has the stack's identity in its tags, and is in no state.

A job that some state has recorded may be another stack's by now: a stack or resource that was
renamed or moved takes its jobs with it, but their tags only at its next `up`. A job that no state
has recorded may belong to any stack of the project. Both are listed with `may_be_owned`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import terminate_command
from sjresource.aws.batch import JOB_QUEUE
from sjresource.aws.clients import batch_client
from sjresource.checks.function_arguments import describe, refuse
from sjresource.errors import NotFound
from sjresource.problem import Problem
from sjresource.stack.deployed_stack import DeployedStack, settings_source
from sjresource.stack.identity import (
    IDENTITY_TAG,
    identity_tag,
    readable_owner,
    stack_tag_prefix,
    stack_tag_prefix_of,
)
from sjresource.stack.ownership import is_recorded, is_released
from sjresource.stack.spelling.resources import identity_of, is_type_of
from sjresource.vocabulary import NATIVE_PREFIX, SAGEMAKER_TRAINING, TYPE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pulumi.automation import Stack

    from sjresource.aws.batch import BatchClient

_LOCAL_ORGANIZATION = "organization"
"""Pulumi's word where a backend has none, and the native provider's where it is told none."""

_TOLD_ORGANIZATION = "sjresource:organization"
"""The config by which the native provider is told one."""


@dataclass(frozen=True)
class Orphan:
    """A live job that a stack submitted, and that is not in its state."""

    arn: str
    """The job's ARN."""
    job_name: str
    """Its name in Batch."""
    status: str
    """Its status when it was found."""
    resource: str
    """The name of the resource that it was submitted for, from its tag."""
    may_be_owned: bool = False
    """Whether another stack, or a renamed resource, may own it: look there before you end it."""

    @property
    def command(self) -> str:
        """The AWS CLI command that terminates it."""
        return terminate_command(self.arn)


def find_orphans(stack: Stack) -> list[Orphan]:
    """Return the live jobs that have the stack's tags and are not in its state.

    Blocks: it lists the live jobs of every SAGEMAKER_TRAINING queue in the stack's region (six
    calls a queue), describes each (one call a job), and exports the state. Nothing is changed. A
    job whose create is under way, or was interrupted, is no orphan: an `up` finds it again. What
    another stack may own is listed with `may_be_owned`.

    Args:
        stack: the stack, through Pulumi's Automation API.

    Raises:
        pulumi.RunError: this is no stack.
        RequestFailed, Unreachable: AWS could not be asked.
    """
    if not _is_local_stack(stack):
        seen = (
            f"must be a stack of Pulumi's Automation API on this machine, got {describe(stack)}; "
            "pulumi.automation.select_stack returns one, and in a terminal there is "
            "`sjresource orphans`"
        )
        refuse("listing ServiceJobs", [Problem("stack", seen)])
    return orphans_of(DeployedStack.of(stack))


def orphans_of(stack: DeployedStack) -> list[Orphan]:
    """Like `find_orphans`, for a stack that is not one of the Automation API."""
    config = stack.config()
    client = batch_client(stack.settings_by(config, settings_source(config, stack.deployment())))
    name = stack.qualified_name()
    live = list(_live_jobs_of(client))
    # The state is read last: what was live before is in it by now, or its create goes on.
    deployment = stack.deployment() if live else {}
    resources = deployment.get("resources") or []
    known = {
        resource.get("id") for resource in resources if is_type_of("ServiceJob", resource["type"])
    }
    identities = set(_identities(resources))
    native = _native_names(name, config)
    creating = set(_being_created(deployment, {name, *native, *identities}))
    own, *others = map(stack_tag_prefix_of, (name, *native))
    former = {stack_tag_prefix(identity) for identity in identities}
    prefixes = (own, *others, *former)
    return [
        _orphan(job, own)
        for job in live
        if job["jobArn"] not in known
        and job["tags"][IDENTITY_TAG] not in creating
        and job["tags"][IDENTITY_TAG].startswith(
            (*prefixes, *_project_prefixes(job, (own, *others)))
        )
    ]


def _is_local_stack(stack: Any) -> bool:
    """Return whether the CLI can be asked about it; the class would take 0.3 s to import."""
    is_named = not isinstance(stack, type) and isinstance(getattr(stack, "name", None), str)
    return is_named and hasattr(getattr(stack, "workspace", None), "pulumi_command")


def _native_names(name: str, config: Mapping[str, Any]) -> list[str]:
    """Return what `organization/project/stack` is to the native provider, by each organization.

    The config may have been set after a job was submitted, so it is known without it, too.
    """
    _, _, rest = name.partition("/")
    told = config.get(_TOLD_ORGANIZATION, {}).get("value")
    return [f"{each}/{rest}" for each in (_LOCAL_ORGANIZATION, told) if each]


def _project_prefixes(job: Mapping[str, Any], prefixes: Iterable[str]) -> Iterator[str]:
    """Yield the project's prefixes for a job that no state has recorded.

    This stack may have submitted it under another name, which no state has any more.
    """
    if not is_recorded(job):
        for prefix in prefixes:
            organization, project, *_ = prefix.split("/")
            yield f"{organization}/{project}/"


def _being_created(deployment: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    """Yield the identity tags of creates that are under way or interrupted; an `up` finds them.

    Args:
        deployment: the state.
        names: what begins with the organizations that the resources of the stack may have: the
            native provider is told none.
    """
    organizations = {name.partition("/")[0].partition("+")[0] for name in names}
    for operation in deployment.get("pending_operations") or []:
        if operation["type"] == "creating":
            resource = operation["resource"]
            for organization in organizations:
                yield identity_tag(identity_of(resource["urn"], organization))
            yield from map(identity_tag, _identities([resource]))


def _identities(resources: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the identities of our resources, from before a rename if there was no `up` since.

    The native provider has them in its outputs, since no program gives them.
    """
    for resource in resources:
        if resource["type"].startswith((TYPE_PREFIX, NATIVE_PREFIX)):
            told = {**(resource.get("outputs") or {}), **(resource.get("inputs") or {})}
            identity = told.get("identity")
            if isinstance(identity, str):
                yield identity


def _live_jobs_of(client: BatchClient) -> Iterator[Mapping[str, Any]]:
    """Yield the live jobs of every stack, each once, as Batch describes them."""
    seen = set()
    for queue in client.list_all(JOB_QUEUE):
        if queue.get("jobQueueType") != SAGEMAKER_TRAINING:
            continue
        for job in client.list_live_service_jobs(queue["jobQueueArn"]):
            if job["jobId"] not in seen:
                seen.add(job["jobId"])
                yield from _with_identity(client, job["jobId"])


def _with_identity(client: BatchClient, job_id: str) -> Iterator[Mapping[str, Any]]:
    try:
        detail = client.find_service_job(job_id)
    except NotFound:
        return
    if IDENTITY_TAG in detail.get("tags", {}) and not is_released(detail):
        yield detail


def _orphan(job: Mapping[str, Any], prefix: str) -> Orphan:
    owner = readable_owner(job["tags"][IDENTITY_TAG])
    return Orphan(
        job["jobArn"],
        job["jobName"],
        job["status"],
        owner.split("/", 3)[-1],
        may_be_owned=is_recorded(job) or not owner.startswith(prefix),
    )
