"""What the credentials may read, proven by calls that change nothing; and what else they need.

A call for something that does not exist proves its permission as well: IAM is asked first. Where
the stack has such a thing its own is asked for, since a policy may allow no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sjresource.aws.arn import parse_arn
from sjresource.aws.calls import DENIED, TRANSIENT
from sjresource.cli.doctor.access import asked_twice
from sjresource.cli.doctor.findings import failed, ok, unproven
from sjresource.errors import NotFound, RequestFailed, SjresourceError
from sjresource.vocabulary import LOG_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.logs import LogsClient
    from sjresource.aws.sagemaker import SageMakerClient
    from sjresource.cli.doctor.findings import Finding

NEEDS_EFFECT = (
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
"""What can't be proven without doing it."""

_NOTHING = "sjresource-doctor"
_NO_JOB = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Things:
    """What is asked for, by name or ARN: the stack's own, else what does not exist."""

    job_queue: str
    job: str
    training_job: str
    place: str

    @classmethod
    def of(cls, queues: list[str], jobs: Mapping[str, str | None], place: str) -> Things:
        """Choose; `jobs` are training jobs' ARNs by the job's, `place` is `region:account`."""
        job = next(iter(jobs), _NO_JOB)
        training = parse_arn(jobs.get(job) or "")
        return cls(
            job_queue=queues[0] if queues else _NOTHING,
            job=job,
            training_job=training.name if training else _NOTHING,
            place=place,
        )

    def made_up(self, kind: str) -> str:
        """Give the ARN of something in Batch that does not exist."""
        return f"arn:aws:batch:{self.place}:{kind}/{_NOTHING}"


@dataclass(frozen=True)
class Readers:
    """The clients that read."""

    batch: BatchClient
    sagemaker: SageMakerClient
    logs: LogsClient


READS: dict[str, Callable[[Readers, Things], Any]] = {
    "batch:DescribeJobQueues": lambda to, it: to.batch.find_job_queue(it.job_queue),
    "batch:DescribeQuotaShare": lambda to, it: to.batch.find_quota_share(
        it.made_up(f"job-queue/{_NOTHING}/quota-share")
    ),
    "batch:DescribeSchedulingPolicies": lambda to, it: to.batch.find_scheduling_policy(
        it.made_up("scheduling-policy")
    ),
    "batch:DescribeServiceEnvironments": lambda to, _: to.batch.find_service_environment(_NOTHING),
    "batch:DescribeServiceJob": lambda to, it: to.batch.find_service_job(it.job),
    "batch:GetJobQueueSnapshot": lambda to, it: to.batch.find_job_queue_snapshot(it.job_queue),
    "batch:ListQuotaShares": lambda to, it: next(to.batch.list_quota_shares(it.job_queue), None),
    "batch:ListSchedulingPolicies": lambda to, _: next(to.batch.list_scheduling_policies(), None),
    "batch:ListServiceJobs": lambda to, it: next(
        to.batch.pages_of_service_jobs(it.job_queue, "RUNNING"), None
    ),
    "logs:DescribeLogStreams": lambda to, it: next(
        to.logs.list_log_streams(LOG_GROUP, f"{it.training_job}/"), None
    ),
    "logs:GetLogEvents": lambda to, it: to.logs.read_log_events(
        LOG_GROUP, f"{it.training_job}/algo-1", None
    ),
    "sagemaker:DescribeTrainingJob": lambda to, it: to.sagemaker.find_training_job(it.training_job),
}
"""A call that proves each permission to read."""


def permission_findings(readers: Readers, things: Things) -> Iterator[Finding]:
    """Try every permission to read, and name the others."""
    for action, read in READS.items():
        yield _tried(action, lambda read=read: read(readers, things))  # type: ignore[misc] # bound now
    yield unproven(
        "permissions with an effect",
        f"not tried: {', '.join(NEEDS_EFFECT)}",
        "docs/iam.md has the policy that allows them",
    )


def _tried(action: str, call: Callable[[], object]) -> Finding:
    check = f"may {action}"
    try:
        asked_twice(call)
    except NotFound:
        return ok(check, "proven")
    except RequestFailed as error:
        if error.code in DENIED:
            return failed(check, error.seen, f"allow these credentials {action}; see docs/iam.md")
        if error.code in TRANSIENT:
            return unproven(check, error.seen, "run it again later")
        return ok(check, "proven")  # it was let in, and asked for what makes no sense
    except SjresourceError as error:
        return failed(check, error.seen, "see that the service's endpoint can be reached")
    return ok(check, "proven")
