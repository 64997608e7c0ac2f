"""Checks what the credentials may read, by calls without an effect; lists what else is needed.

A call for something that does not exist proves its permission as well, since IAM is asked first. If
the stack has such a resource, its own is asked for: a policy may allow no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import name_in, region_in
from sjresource.aws.batch import JOB_QUEUE, QUOTA_SHARE, SCHEDULING_POLICY, SERVICE_ENVIRONMENT
from sjresource.aws.calls import DENIED, TRANSIENT
from sjresource.aws.clients import caller_identity, endpoint_of, regional_clients
from sjresource.aws.session import OPTIONAL_TIMEOUTS
from sjresource.cli.doctor.access import retry_once
from sjresource.cli.doctor.check import failed, ok, unknown
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.clients import RegionalClients
    from sjresource.aws.settings import Settings
    from sjresource.cli.doctor.check import Check
    from sjresource.cli.stack.context import StackContext
    from sjresource.cli.stack.state import StackJob

ACTIONS_WITH_EFFECT = (
    "batch:CreateJobQueue",
    "batch:CreateQuotaShare",
    "batch:CreateSchedulingPolicy",
    "batch:CreateServiceEnvironment",
    "batch:DeleteJobQueue",
    "batch:DeleteQuotaShare",
    "batch:DeleteSchedulingPolicy",
    "batch:DeleteServiceEnvironment",
    "batch:SubmitServiceJob",
    "batch:TagResource",
    "batch:TerminateServiceJob",
    "batch:UntagResource",
    "batch:UpdateJobQueue",
    "batch:UpdateQuotaShare",
    "batch:UpdateSchedulingPolicy",
    "batch:UpdateServiceEnvironment",
    "batch:UpdateServiceJob",
    "iam:PassRole",
)
"""Permissions that can't be proven without an effect."""

_MISSING_NAME = "sjresource-doctor"
_MISSING_JOB = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Targets:
    """What is asked for, by name or ARN: resources of the stack, else missing ones.

    `owner` is `region:account`, as an ARN has them.
    """

    job_queue: str
    job: str
    training_job: str
    owner: str

    @classmethod
    def of(cls, context: StackContext, settings: Settings) -> Targets:
        """Return the first resources of the stack in the region of `settings`."""
        region, _ = endpoint_of(settings)
        queues = [queue.arn for queue in context.queues if region_in(queue.arn) == region]
        jobs = [job for job in context.jobs if region_in(job.arn) == region]
        training_job = _training_job(jobs[0]) if jobs else None
        return cls(
            job_queue=queues[0] if queues else _MISSING_NAME,
            job=jobs[0].arn if jobs else _MISSING_JOB,
            training_job=name_in(training_job or _MISSING_NAME),
            owner=f"{region}:{caller_identity(settings)['Account']}",
        )

    def missing(self, kind: str) -> str:
        """Return the ARN of something in Batch that does not exist."""
        return f"arn:aws:batch:{self.owner}:{kind}/{_MISSING_NAME}"


READ_CALLS: dict[str, Callable[[RegionalClients, Targets], Any]] = {
    "batch:DescribeJobQueues": lambda to, it: to.batch("").find(JOB_QUEUE, it.job_queue),
    "batch:DescribeQuotaShare": lambda to, it: to.batch("").find(
        QUOTA_SHARE, it.missing(f"job-queue/{_MISSING_NAME}/quota-share")
    ),
    "batch:DescribeSchedulingPolicies": lambda to, it: to.batch("").find(
        SCHEDULING_POLICY, it.missing("scheduling-policy")
    ),
    "batch:DescribeServiceEnvironments": lambda to, _: to.batch("").find(
        SERVICE_ENVIRONMENT, _MISSING_NAME
    ),
    "batch:DescribeServiceJob": lambda to, it: to.batch("").find_service_job(it.job),
    "batch:GetJobQueueSnapshot": lambda to, it: to.batch("").find_job_queue_snapshot(it.job_queue),
    "batch:ListQuotaShares": lambda to, it: next(
        to.batch("").list_all(QUOTA_SHARE, it.job_queue), None
    ),
    "batch:ListSchedulingPolicies": lambda to, _: next(
        to.batch("").list_all(SCHEDULING_POLICY), None
    ),
    "batch:ListServiceJobs": lambda to, it: next(
        to.batch("").service_job_pages(it.job_queue, "RUNNING"), None
    ),
    "logs:DescribeLogStreams": lambda to, it: next(
        to.logs("").list_log_streams(LOG_GROUP, f"{it.training_job}/"), None
    ),
    "logs:GetLogEvents": lambda to, it: to.logs("").read_log_events(
        LOG_GROUP, f"{it.training_job}/algo-1", None
    ),
    "sagemaker:DescribeTrainingJob": lambda to, it: to.sagemaker("").find_training_job(
        it.training_job
    ),
}
"""A call that proves each permission to read."""


def check_permissions(context: StackContext, settings: Settings) -> Iterator[Check]:
    """Try every permission to read, and list the others; calls give up within seconds."""
    clients = regional_clients(settings, OPTIONAL_TIMEOUTS)
    targets = Targets.of(context, settings)
    for action, read in READ_CALLS.items():
        yield _check(action, lambda read=read: read(clients, targets))  # type: ignore[misc] # bound now
    yield unknown(
        "permissions with an effect",
        f"not tried: {', '.join(ACTIONS_WITH_EFFECT)}",
        "docs/iam.md has the policy that allows them",
    )


def _check(action: str, call: Callable[[], object]) -> Check:
    name = f"may {action}"
    try:
        retry_once(call)
    except NotFound:
        return ok(name, "proven")
    except RequestFailed as error:
        if error.code in DENIED:
            return failed(name, error.seen, f"{error.advice}; see docs/iam.md")
        if error.code in TRANSIENT:
            return unknown(name, error.seen, "run it again later")
        return ok(name, "proven")  # it was allowed, and asked for what makes no sense
    except SjresourceError as error:
        return failed(name, error.seen, "check that the service's endpoint can be reached")
    return ok(name, "proven")


def _training_job(job: StackJob) -> str | None:
    """Return the ARN of a training job of the job that the state knows."""
    latest = (job.outputs.get("latest_attempt") or {}).get("service_resource_id") or {}
    arn: str | None = job.record.get("training_job_arn") or latest.get("value")
    return arn
