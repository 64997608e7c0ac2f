"""The one door to AWS: the calls that sjresource makes, and what their failures mean.

`find_x` gives the detail or raises NotFound; Batch has no such error, so not-found is told from an
empty answer or from its message. The clients are `session`'s; retries and timeouts are botocore's,
set there, and nothing retries around them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sjresource.errors import NotFound, Refused, Unreachable
from sjresource.refusals import advice
from sjresource.session import open_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.settings import Settings

TERMINAL = frozenset({"SUCCEEDED", "FAILED"})
"""The statuses that a service job keeps.

https://docs.aws.amazon.com/batch/latest/userguide/service-job-status.html
"""

LIVE = ("SUBMITTED", "PENDING", "RUNNABLE", "SCHEDULED", "STARTING", "RUNNING")
"""The statuses that pass."""

_MISSING = ("does not exist", "not found", "doesn't exist", "could not be found")
_ABOUT_ITSELF = frozenset({"reading", "terminating", "tagging", "untagging", "deleting"})
"""What is missing in these calls can only be the thing that they name."""

_OF_THE_SERVICE = frozenset({"ClientException", "ResourceNotFoundException", "ResourceNotFound"})
"""A proxy, too, may say that something is not found; that is no word about a job."""

_PAGE = 100
"""The most that one call of ListServiceJobs gives."""

_REPLAYED = ("clienttoken", "client token", "client_token")


class BatchClient:
    """AWS Batch in one region. Safe to share between threads.

    Every method makes one call, or one a page. They raise NotFound, Refused or Unreachable.
    """

    def __init__(self, batch: Any) -> None:
        self._batch = batch

    def submit_service_job(self, request: Mapping[str, Any]) -> str | None:
        """Submit, and give the job's ARN; None if Batch says that it has this clientToken already.

        The same token may also be answered with the job that it named the first time.
        """
        try:
            answer = self._call(
                "submitting", "ServiceJob", request["jobName"], "submit_service_job", **request
            )
        except Refused as error:
            if any(word in error.seen.lower() for word in _REPLAYED):
                return None
            raise
        arn: str | None = answer.get("jobArn") or answer.get("jobId")
        if arn is None:  # botocore reads a garbled answer as an empty one
            seen, help_ = "the answer names no job", "run `pulumi up` again to find it"
            raise Unreachable("submitting", "ServiceJob", request["jobName"], seen, help_)
        return arn

    def find_service_job(self, job: str) -> dict[str, Any]:
        """Describe the job with this id or ARN, without its payload, which may hold secrets."""
        detail = self._call("reading", "ServiceJob", job, "describe_service_job", jobId=job)
        detail.pop("serviceRequestPayload", None)
        if "status" not in detail:
            raise _unreadable("reading", "ServiceJob", job)
        return detail

    def list_service_jobs_named(self, job_queue: str, job_name: str) -> Iterator[dict[str, Any]]:
        """List the jobs of a queue that have exactly this name, in any status, newest first.

        The service's own filter ignores case.
        """
        request: dict[str, Any] = {
            "jobQueue": job_queue,
            "filters": [{"name": "JOB_NAME", "values": [job_name]}],
        }
        for page in self._pages("listing", "ServiceJob", job_name, "list_service_jobs", request):
            yield from (job for job in page["jobSummaryList"] if job["jobName"] == job_name)

    def list_live_service_jobs(
        self, job_queue: str, quota_share_name: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """List the jobs of a queue, or of a share in it, that have not ended.

        The API takes one status at a time; a job that changes its status meanwhile may come twice.
        """
        share = [{"name": "QUOTA_SHARE_NAME", "values": [quota_share_name]}]
        filters = {"filters": share} if quota_share_name else {}
        for status in LIVE:
            request = {"jobQueue": job_queue, "jobStatus": status, **filters}
            for page in self._pages(
                "listing", "ServiceJob", job_queue, "list_service_jobs", request
            ):
                yield from page["jobSummaryList"]

    def pages_of_service_jobs(self, job_queue: str, status: str) -> Iterator[list[dict[str, Any]]]:
        """Give a queue's jobs in one status, newest first, a list for each call."""
        request = {"jobQueue": job_queue, "jobStatus": status, "maxResults": _PAGE}
        for page in self._pages("listing", "ServiceJob", job_queue, "list_service_jobs", request):
            yield page["jobSummaryList"]

    def find_job_queue_snapshot(self, job_queue: str) -> dict[str, Any]:
        """Tell which jobs are at the front of the queue, and what capacity is in use."""
        return self._call(
            "reading", "JobQueue", job_queue, "get_job_queue_snapshot", jobQueue=job_queue
        )

    def update_service_job(self, job: str, scheduling_priority: int) -> None:
        """Change the one thing that Batch can change in a submitted job."""
        self._call(
            "updating",
            "ServiceJob",
            job,
            "update_service_job",
            jobId=job,
            schedulingPriority=scheduling_priority,
        )

    def terminate_service_job(self, job: str, reason: str) -> None:
        """Ask Batch to end the job; it ends some time after the answer."""
        self._call(
            "terminating", "ServiceJob", job, "terminate_service_job", jobId=job, reason=reason
        )

    def tag_resource(self, arn: str, tags: Mapping[str, str]) -> None:
        """Add tags, or change their values."""
        self._call("tagging", "resource", arn, "tag_resource", resourceArn=arn, tags=dict(tags))

    def untag_resource(self, arn: str, keys: list[str]) -> None:
        """Take tags away; a key that is not there is no error."""
        self._call("untagging", "resource", arn, "untag_resource", resourceArn=arn, tagKeys=keys)

    def create_job_queue(self, request: Mapping[str, Any]) -> str:
        """Create a queue and give its ARN; it becomes VALID some time after the answer."""
        name = request["jobQueueName"]
        answer = self._call("creating", "JobQueue", name, "create_job_queue", **request)
        arn: str = answer["jobQueueArn"]
        return arn

    def find_job_queue(self, job_queue: str) -> dict[str, Any]:
        """Describe the queue with this name or ARN; one that is DELETED is not found."""
        answer = self._call(
            "reading", "JobQueue", job_queue, "describe_job_queues", jobQueues=[job_queue]
        )
        return _only(answer["jobQueues"], "JobQueue", job_queue)

    def update_job_queue(self, request: Mapping[str, Any]) -> None:
        """Change a queue; it is VALID again some time after the answer."""
        self._call("updating", "JobQueue", request["jobQueue"], "update_job_queue", **request)

    def delete_job_queue(self, job_queue: str) -> None:
        """Delete a DISABLED queue with every job in it; it is gone some time after the answer."""
        self._call("deleting", "JobQueue", job_queue, "delete_job_queue", jobQueue=job_queue)

    def create_service_environment(self, request: Mapping[str, Any]) -> str:
        """Create an environment and give its ARN; it becomes VALID some time after the answer."""
        name = request["serviceEnvironmentName"]
        answer = self._call(
            "creating", "ServiceEnvironment", name, "create_service_environment", **request
        )
        arn: str = answer["serviceEnvironmentArn"]
        return arn

    def find_service_environment(self, service_environment: str) -> dict[str, Any]:
        """Describe the environment with this name or ARN; one that is DELETED is not found."""
        answer = self._call(
            "reading",
            "ServiceEnvironment",
            service_environment,
            "describe_service_environments",
            serviceEnvironments=[service_environment],
        )
        return _only(answer["serviceEnvironments"], "ServiceEnvironment", service_environment)

    def update_service_environment(self, request: Mapping[str, Any]) -> None:
        """Change an environment; it is VALID again some time after the answer."""
        self._call(
            "updating",
            "ServiceEnvironment",
            request["serviceEnvironment"],
            "update_service_environment",
            **request,
        )

    def delete_service_environment(self, service_environment: str) -> None:
        """Delete a DISABLED environment that no queue uses; it is gone some time later."""
        self._call(
            "deleting",
            "ServiceEnvironment",
            service_environment,
            "delete_service_environment",
            serviceEnvironment=service_environment,
        )

    def find_service_environments(self, service_environments: list[str]) -> list[dict[str, Any]]:
        """Describe those of the environments that exist."""
        answer = self._call(
            "reading",
            "ServiceEnvironment",
            ", ".join(service_environments),
            "describe_service_environments",
            serviceEnvironments=service_environments,
        )
        found: list[dict[str, Any]] = answer["serviceEnvironments"]
        return found

    def list_job_queues(self) -> Iterator[dict[str, Any]]:
        """Describe every queue of the region."""
        for page in self._pages("listing", "JobQueue", "all", "describe_job_queues", {}):
            yield from page["jobQueues"]

    def create_scheduling_policy(self, request: Mapping[str, Any]) -> str:
        """Create a policy and give its ARN; it can be used at once."""
        answer = self._call(
            "creating", "SchedulingPolicy", request["name"], "create_scheduling_policy", **request
        )
        arn: str = answer["arn"]
        return arn

    def find_scheduling_policy(self, arn: str) -> dict[str, Any]:
        """Describe the policy with this ARN."""
        answer = self._call(
            "reading", "SchedulingPolicy", arn, "describe_scheduling_policies", arns=[arn]
        )
        return _only(answer["schedulingPolicies"], "SchedulingPolicy", arn)

    def list_scheduling_policies(self) -> Iterator[str]:
        """Give the ARN of every policy of the region."""
        for page in self._pages(
            "listing", "SchedulingPolicy", "all", "list_scheduling_policies", {}
        ):
            yield from (policy["arn"] for policy in page["schedulingPolicies"])

    def update_scheduling_policy(self, request: Mapping[str, Any]) -> None:
        """Change a policy within its kind; the change holds at once."""
        self._call(
            "updating", "SchedulingPolicy", request["arn"], "update_scheduling_policy", **request
        )

    def delete_scheduling_policy(self, arn: str) -> None:
        """Delete a policy that no queue uses; it is gone at once."""
        self._call("deleting", "SchedulingPolicy", arn, "delete_scheduling_policy", arn=arn)

    def create_quota_share(self, request: Mapping[str, Any]) -> str:
        """Create a share and give its ARN; it becomes VALID some time after the answer."""
        name = request["quotaShareName"]
        answer = self._call("creating", "QuotaShare", name, "create_quota_share", **request)
        arn: str = answer["quotaShareArn"]
        return arn

    def find_quota_share(self, arn: str) -> dict[str, Any]:
        """Describe the share with this ARN."""
        return self._call("reading", "QuotaShare", arn, "describe_quota_share", quotaShareArn=arn)

    def list_quota_shares(self, job_queue: str) -> Iterator[dict[str, Any]]:
        """Describe a queue's shares, without their tags."""
        request = {"jobQueue": job_queue}
        for page in self._pages("listing", "QuotaShare", job_queue, "list_quota_shares", request):
            yield from page["quotaShares"]

    def update_quota_share(self, request: Mapping[str, Any]) -> None:
        """Change a share; it is VALID again some time after the answer."""
        self._call(
            "updating", "QuotaShare", request["quotaShareArn"], "update_quota_share", **request
        )

    def delete_quota_share(self, arn: str) -> None:
        """Delete a DISABLED share with every job in it; it is gone some time after the answer."""
        self._call("deleting", "QuotaShare", arn, "delete_quota_share", quotaShareArn=arn)

    def _pages(
        self, doing: str, noun: str, identifier: str, operation: str, request: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        token: str | None = None
        while True:
            more = {"nextToken": token} if token else {}
            page = self._call(doing, noun, identifier, operation, **request, **more)
            if not page:
                raise _unreadable(doing, noun, identifier)
            yield page
            token = page.get("nextToken")
            if not token:
                return

    def _call(
        self, doing: str, noun: str, identifier: str, operation: str, **request: Any
    ) -> dict[str, Any]:
        return _call(getattr(self._batch, operation), doing, noun, identifier, request)


class SageMakerClient:
    """SageMaker in one region: what became of the training job that Batch started."""

    def __init__(self, sagemaker: Any) -> None:
        self._sagemaker = sagemaker

    def find_training_job(self, name: str) -> dict[str, Any]:
        """Describe a training job, without what may hold secrets."""
        detail = _call(
            self._sagemaker.describe_training_job,
            "reading",
            "TrainingJob",
            name,
            {"TrainingJobName": name},
        )
        for secret in ("HyperParameters", "Environment"):
            detail.pop(secret, None)
        return detail


class LogsClient:
    """CloudWatch Logs in one region: what a training job wrote."""

    def __init__(self, logs: Any) -> None:
        self._logs = logs

    def find_log_streams(self, group: str, prefix: str) -> list[str]:
        """Name the group's streams that begin with `prefix`, 50 at most; none if there are none."""
        request = {"logGroupName": group, "logStreamNamePrefix": prefix}
        try:
            answer = _call(self._logs.describe_log_streams, "reading", "LogGroup", group, request)
        except NotFound:
            return []
        return [stream["logStreamName"] for stream in answer.get("logStreams", [])]

    def find_last_lines(self, group: str, stream: str, lines: int) -> list[str]:
        """Give the last lines that CloudWatch has by now: it lags seconds behind the writer."""
        request = {
            "logGroupName": group, "logStreamName": stream, "limit": lines, "startFromHead": False
        }  # fmt: skip
        answer = _call(self._logs.get_log_events, "reading", "LogStream", stream, request)
        return [event["message"].rstrip("\n") for event in answer.get("events", [])]


def batch_client(
    settings: Settings, region: str | None = None, *, patient: bool = True
) -> BatchClient:
    """Give the client for `region`, else for the configured one; made once a process.

    One that is not `patient` gives up within seconds: for what can as well be left unasked.

    Raises:
        Refused: the config does not allow the account that the credentials are for.
    """
    return BatchClient(_allowed_client("batch", settings, region, patient=patient))


def sagemaker_client(settings: Settings, region: str | None = None) -> SageMakerClient:
    """Give the client for `region`, else for the configured one; see `batch_client`."""
    return SageMakerClient(_allowed_client("sagemaker", settings, region))


def logs_client(settings: Settings, region: str | None = None) -> LogsClient:
    """Give the client for `region`, else for the configured one; see `batch_client`."""
    return LogsClient(_allowed_client("logs", settings, region))


@cache
def caller_account(settings: Settings) -> str | None:
    """Give the account that the credentials are for, asked once a process; None if STS is mute."""
    try:
        sts = open_client("sts", settings, settings.region, patient=False)
        answer = _call(sts.get_caller_identity, "reading", "caller", "identity", {})
    except (Refused, Unreachable):
        return None
    account: str = answer["Account"]
    return account


def account_refusal(settings: Settings) -> str | None:
    """Say why the config does not allow the account of the credentials; None if it does.

    STS is asked only where the config names accounts.
    """
    if not (settings.allowed_accounts or settings.forbidden_accounts):
        return None
    return settings.account_refusal(caller_account(settings))


def _allowed_client(
    service: str, settings: Settings, region: str | None, *, patient: bool = True
) -> Any:
    refusal = account_refusal(settings)
    if refusal:
        raise Refused("opening", "client", service, refusal, "use another account's credentials")
    return open_client(service, settings, region or settings.region, patient=patient)


def _call(
    operation: Any, doing: str, noun: str, identifier: str, request: Mapping[str, Any]
) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above

    try:
        answer: dict[str, Any] = operation(**request)
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        # `from None`: the engine shows a user the whole chain, and botocore's part adds nothing.
        about_itself = doing in _ABOUT_ITSELF and code in _OF_THE_SERVICE
        if about_itself and any(words in message for words in _MISSING):
            raise NotFound(doing, noun, identifier, message) from None
        help_ = advice(code, message, _iam_action(operation, error.operation_name))
        raise Refused(doing, noun, identifier, f"{code}: {message}", help_, code=code) from None
    except BotoCoreError as error:
        raise Unreachable(doing, noun, identifier, str(error)) from None
    answer.pop("ResponseMetadata", None)
    return answer


def _iam_action(operation: Any, failed: str) -> str:
    """Name what was refused as IAM does; a role is assumed within the first call that needs it."""
    service = operation.__self__.meta.service_model.signing_name
    return f"{'sts' if failed.startswith('AssumeRole') else service}:{failed}"


def _unreadable(doing: str, noun: str, identifier: str) -> Unreachable:
    """Botocore reads a garbled answer, such as a proxy's page, as an empty one."""
    return Unreachable(doing, noun, identifier, "the answer can't be read")


def _only(found: list[dict[str, Any]], noun: str, identifier: str) -> dict[str, Any]:
    if not found or found[0].get("status") == "DELETED":
        raise NotFound("reading", noun, identifier)
    return found[0]
