"""AWS Batch's client, and the table of the four kinds of resources that have a name.

Service jobs are another matter: see `service_jobs`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in
from sjresource.aws.calls import unreadable
from sjresource.aws.models import property_name
from sjresource.aws.service_jobs import ServiceJobCalls
from sjresource.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class ResourceKind(NamedTuple):
    """A kind of resource: its operations, and the names of their members."""

    noun: str
    """What AWS calls it."""
    create: str
    update: str
    delete: str
    describe: str
    described_by: str
    """The member of `describe` that takes the reference, or a list of references."""
    details: str | None
    """The member of its answer that lists the details; None if the answer is the detail."""
    list: str
    """The operation that lists all; of the details it may tell only a part."""
    listed: str
    """The member of its answer that is the list."""
    name: str
    reference: str
    """What `update` and `delete` call the resource."""
    arn: str
    by_name: bool = True
    """Whether a reference may be a name as well as an ARN."""
    listed_by: str | None = None
    """The member by which `list` is told where to look; None if it lists the whole region."""


JOB_QUEUE = ResourceKind(
    noun="JobQueue",
    create="CreateJobQueue",
    update="UpdateJobQueue",
    delete="DeleteJobQueue",
    describe="DescribeJobQueues",
    described_by="jobQueues",
    details="jobQueues",
    list="DescribeJobQueues",
    listed="jobQueues",
    name="jobQueueName",
    reference="jobQueue",
    arn="jobQueueArn",
)
"""A delete needs it DISABLED, and ends every job in it."""

SERVICE_ENVIRONMENT = ResourceKind(
    noun="ServiceEnvironment",
    create="CreateServiceEnvironment",
    update="UpdateServiceEnvironment",
    delete="DeleteServiceEnvironment",
    describe="DescribeServiceEnvironments",
    described_by="serviceEnvironments",
    details="serviceEnvironments",
    list="DescribeServiceEnvironments",
    listed="serviceEnvironments",
    name="serviceEnvironmentName",
    reference="serviceEnvironment",
    arn="serviceEnvironmentArn",
)
"""A delete needs it DISABLED, and no queue that uses it."""

SCHEDULING_POLICY = ResourceKind(
    noun="SchedulingPolicy",
    create="CreateSchedulingPolicy",
    update="UpdateSchedulingPolicy",
    delete="DeleteSchedulingPolicy",
    describe="DescribeSchedulingPolicies",
    described_by="arns",
    details="schedulingPolicies",
    list="ListSchedulingPolicies",
    listed="schedulingPolicies",
    name="name",
    reference="arn",
    arn="arn",
    by_name=False,
)
"""It has no status: every change takes effect at once."""

QUOTA_SHARE = ResourceKind(
    noun="QuotaShare",
    create="CreateQuotaShare",
    update="UpdateQuotaShare",
    delete="DeleteQuotaShare",
    describe="DescribeQuotaShare",
    described_by="quotaShareArn",
    details=None,
    list="ListQuotaShares",
    listed="quotaShares",
    name="quotaShareName",
    reference="quotaShareArn",
    arn="quotaShareArn",
    by_name=False,
    listed_by="jobQueue",
)
"""A delete needs it DISABLED, and ends every job in it."""


class BatchClient(ServiceJobCalls):
    """AWS Batch in one region. Safe to share between threads.

    Every method makes one call, or one per page. All raise NotFound, RequestFailed or Unreachable.
    What is created, updated or deleted gets its status some time after the answer; see `waiters`.
    """

    def create(self, kind: ResourceKind, request: Mapping[str, Any]) -> str:
        """Create a resource and return its ARN."""
        doing, name = "creating", request[kind.name]
        arn: str | None = self._act(doing, kind, kind.create, name, request).get(kind.arn)
        if arn is None:
            raise unreadable(doing, kind.noun, name, "run `pulumi up` again to find it")
        return arn

    def update(self, kind: ResourceKind, request: Mapping[str, Any]) -> None:
        """Change the resource that the request refers to."""
        operation = property_name(kind.update)
        self._done("updating", kind.noun, request[kind.reference], operation, **request)

    def delete(self, kind: ResourceKind, reference: str) -> None:
        """Delete a resource, by its name or ARN."""
        self._act("deleting", kind, kind.delete, reference, {kind.reference: reference})

    def find(self, kind: ResourceKind, reference: str) -> dict[str, Any]:
        """Describe the resource with this name or ARN; one that is DELETED is not found."""
        if kind.details is None:
            request = {kind.described_by: reference}
            detail = self._act("reading", kind, kind.describe, reference, request)
            if kind.arn not in detail:
                raise unreadable("reading", kind.noun, reference)
            return detail
        found = self.find_many(kind, [reference])
        if not found or found[0].get("status") == "DELETED":
            raise NotFound("reading", kind.noun, reference)
        return found[0]

    def find_many(self, kind: ResourceKind, references: list[str]) -> list[dict[str, Any]]:
        """Describe those of the resources that exist; not for quota shares, described singly."""
        request = {kind.described_by: references}
        named = ", ".join(references)
        answer = self._act("reading", kind, kind.describe, named, request)
        found: list[dict[str, Any]] | None = answer.get(str(kind.details))
        if found is None:
            raise unreadable("reading", kind.noun, named)
        return found

    def find_by_name(self, kind: ResourceKind, name: str, within: str = "") -> dict[str, Any]:
        """Describe the resource with this name, also of a kind that is only referred to by ARN."""
        if kind.by_name:
            return self.find(kind, name)
        for each in self.list_all(kind, within):
            if name_in(each[kind.arn]) == name:
                return self.find(kind, each[kind.arn])
        raise NotFound("reading", kind.noun, name)

    def list_all(self, kind: ResourceKind, within: str = "") -> Iterator[dict[str, Any]]:
        """List the resources of the region, or the quota shares of the job queue `within`."""
        scope = {kind.listed_by: within} if kind.listed_by else {}
        operation = property_name(kind.list)
        for page in self._pages(kind.noun, within or "all", operation, scope, kind.listed):
            yield from page

    def find_job_queue_snapshot(self, job_queue: str) -> dict[str, Any]:
        """Return which jobs are at the front of a queue, and what capacity is in use."""
        return self._done(
            "reading", "JobQueue", job_queue, "get_job_queue_snapshot", jobQueue=job_queue
        )

    def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add tags, or change their values."""
        self._done("tagging", "resource", arn, "tag_resource", resourceArn=arn, tags=dict(tags))

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        """Remove tags; a key that is not there is no error."""
        self._done("untagging", "resource", arn, "untag_resource", resourceArn=arn, tagKeys=keys)

    def _act(
        self,
        doing: str,
        kind: ResourceKind,
        operation: str,
        identifier: str,
        request: Mapping[str, Any],
    ) -> dict[str, Any]:
        return self._call(doing, kind.noun, identifier, property_name(operation), **request)
