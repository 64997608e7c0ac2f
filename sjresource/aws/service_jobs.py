"""Service jobs: submitted, described, listed, reprioritised, terminated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sjresource.aws.calls import BatchCalls, call, unreadable
from sjresource.errors import RequestFailed, Unreachable
from sjresource.vocabulary import LIVE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_PAGE = 100
"""The most that one call of ListServiceJobs gives."""

_REPLAYED = ("clienttoken", "client token", "client_token")


class ServiceJobCalls(BatchCalls):
    """What Batch is asked about service jobs, and told."""

    def submit_service_job(self, request: Mapping[str, Any]) -> str | None:
        """Submit, and give the job's ARN; None if Batch says that it has this clientToken already.

        The same token may also be answered with the job that it named the first time.
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

    def find_request_payload(self, job: str) -> str:
        """Give a job's payload, which may hold secrets: to take them out of texts, and no more."""
        describe = self._batch.describe_service_job
        detail = call(describe, "reading", "ServiceJob", job, {"jobId": job}, raw=True)
        return str(detail.get("serviceRequestPayload") or "{}")

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
