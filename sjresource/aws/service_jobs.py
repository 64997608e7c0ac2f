"""Batch's calls about service jobs, and how to find one that Batch may not show yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sjresource.aws.arn import name_in
from sjresource.aws.calls import TRANSIENT, BatchCalls, call, is_confirmed, unreadable
from sjresource.aws.waiters import VISIBLE_WITHIN, poll
from sjresource.errors import NotFound, RequestFailed, Unreachable
from sjresource.vocabulary import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sjresource.aws.waiters import WaiterClock

    Detail = dict[str, Any]

_PAGE = 100
"""The most jobs that one call of ListServiceJobs returns."""

_REPLAYED = ("clienttoken", "client token", "client_token")


class ServiceJobCalls(BatchCalls):
    """Submits, describes, lists, changes and terminates service jobs."""

    def submit_service_job(self, request: Mapping[str, Any]) -> str | None:
        """Submit a job and return its ARN; None if Batch refuses the clientToken as used before.

        Batch may also answer a used token with the job that it led to the first time.
        """
        try:
            answer = self._call(
                "submitting", "ServiceJob", request["jobName"], "submit_service_job", **request
            )
        except RequestFailed as error:
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
            raise unreadable("reading", "ServiceJob", job)
        return detail

    def find_payload(self, job: str) -> str:
        """Return a job's payload, which may hold secrets; only to mask these in texts."""
        return self.find_payload_and_tags(job)[0]

    def find_payload_and_tags(self, job: str) -> tuple[str, dict[str, str]]:
        """Return a job's payload and tags, which may hold secrets; only to mask these in texts."""
        describe = self._batch.describe_service_job
        detail = call(describe, "reading", "ServiceJob", job, {"jobId": job}, raw=True)
        return str(detail.get("serviceRequestPayload") or "{}"), detail.get("tags") or {}

    def list_service_jobs_named(self, job_queue: str, job_name: str) -> Iterator[dict[str, Any]]:
        """Yield the jobs of a queue with exactly this name, in any status, newest first.

        The service's own filter ignores case.
        """
        request: dict[str, Any] = {
            "jobQueue": job_queue,
            "filters": [{"name": "JOB_NAME", "values": [job_name]}],
        }
        for page in self._job_pages(job_name, request):
            yield from (job for job in page if job["jobName"] == job_name)

    def newest_service_jobs(self, job_queue: str) -> list[dict[str, Any]]:
        """Return the newest hundred jobs of a queue, in any status, newest first, by one call."""
        request: dict[str, Any] = {
            "jobQueue": job_queue,
            "filters": [{"name": "AFTER_CREATED_AT", "values": ["0"]}],
        }
        return next(iter(self._job_pages(job_queue, request)), [])

    def list_live_service_jobs(
        self, job_queue: str, quota_share_name: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the jobs of a queue, or of a share in it, that have not ended.

        The API lists one status at a time: a job whose status changes meanwhile may come twice.
        """
        share = [{"name": "QUOTA_SHARE_NAME", "values": [quota_share_name]}]
        filters = {"filters": share} if quota_share_name else {}
        for status in LIVE:
            request = {"jobQueue": job_queue, "jobStatus": status, **filters}
            for page in self._job_pages(job_queue, request):
                yield from page

    def service_job_pages(self, job_queue: str, status: str) -> Iterator[list[dict[str, Any]]]:
        """Return a queue's jobs in one status, newest first, as one list for each call."""
        request = {"jobQueue": job_queue, "jobStatus": status, "maxResults": _PAGE}
        return self._job_pages(job_queue, request)

    def _job_pages(
        self, identifier: str, request: Mapping[str, Any]
    ) -> Iterator[list[dict[str, Any]]]:
        return self._pages("ServiceJob", identifier, "list_service_jobs", request, "jobSummaryList")

    def update_service_job(self, job: str, scheduling_priority: int) -> None:
        """Change the priority, the only property that Batch can change in a submitted job."""
        self._done(
            "updating",
            "ServiceJob",
            job,
            "update_service_job",
            jobId=job,
            schedulingPriority=scheduling_priority,
        )

    def terminate_service_job(self, job: str, reason: str) -> bool:
        """Ask Batch to end a job, which ends some time after the answer.

        Returns:
            Whether it is Batch that has answered. It also says so of a job that it doesn't know.
        """
        terminate = self._batch.terminate_service_job
        request = {"jobId": job, "reason": reason}
        return is_confirmed(terminate, "terminating", "ServiceJob", job, request)


class JobLocator(NamedTuple):
    """How to find a job; without queue and name it is not looked for in lists.

    `may_lag` is False for a job so old that Batch must show it: it is looked for once.
    """

    arn: str
    job_queue: str = ""
    job_name: str = ""
    may_lag: bool = True

    @classmethod
    def of(cls, id_: str, props: Mapping[str, Any], *, may_lag: bool = True) -> JobLocator:
        """Return the locator of a resource's job, by its id and its properties."""
        return cls(id_, props.get("job_queue") or "", props.get("job_name") or "", may_lag)


def find_job(client: ServiceJobCalls, job: JobLocator) -> Detail | None:
    """Describe a job, or find it in the list of its name; None if Batch shows it nowhere.

    What Batch shows lags behind, in each of the two. A list tells less than a description.
    """
    try:
        return client.find_service_job(job.arn)
    except NotFound:
        pass
    try:
        return find_listed_job(client, job)
    except (NotFound, RequestFailed) as error:
        if isinstance(error, RequestFailed) and error.code in TRANSIENT:
            raise
        return None


def find_listed_job(client: ServiceJobCalls, job: JobLocator) -> Detail | None:
    """Find a job in the list of its name alone.

    Raises:
        NotFound, RequestFailed: the list may not be read, or the queue is gone.
    """
    if not (job.job_queue and job.job_name):
        return None
    listed = client.list_service_jobs_named(job.job_queue, job.job_name)
    return next((each for each in listed if each["jobId"] == name_in(job.arn)), None)


def wait_for_job(client: ServiceJobCalls, job: JobLocator, clock: WaiterClock) -> Detail | None:
    """Find a job that Batch may not show yet; None if it is shown nowhere all the same."""
    delays = clock.backoff(VISIBLE_WITHIN if job.may_lag else 0)
    return poll(lambda: find_job(client, job), lambda found: found is not None, clock.sleep, delays)
