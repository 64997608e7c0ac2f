"""Fakes for what waits: a Batch that answers from memory, and a clock that moves when looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sjresource.aws.clients import RegionalClients
from sjresource.errors import NotFound, SjresourceError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.aws.batch import BatchClient
    from sjresource.aws.logs import LogsClient
    from sjresource.aws.sagemaker import SageMakerClient

    Detail = dict[str, Any]

PAGE = 100
SUMMARY = ("jobId", "jobArn", "status", "statusReason", "latestAttempt")
REGION = "us-east-1"
PREFIX = f"arn:aws:batch:{REGION}:123456789012"


def arn(job: str) -> str:
    """Return the ARN of a service job."""
    return f"{PREFIX}:service-job/{job}"


class FakeBatch:
    """Jobs by id; `calls` names each call. `listing` and `describing` are raised if given.

    `listed` are the ids that the list of a name shows, all of them if it is None.
    """

    def __init__(
        self,
        jobs: dict[str, Detail],
        listing: SjresourceError | None = None,
        describing: SjresourceError | None = None,
    ) -> None:
        self.jobs = jobs
        self.calls: list[str] = []
        self.listing = listing
        self.describing = describing
        self.listed: list[str] | None = None

    def client(self, _region: str = "") -> BatchClient:
        """Return itself as the client."""
        return cast("BatchClient", self)

    def find_service_job(self, job: str) -> Detail:
        """Describe."""
        self.calls.append("describe")
        if self.describing:
            raise self.describing
        name = job.rsplit("/", 1)[-1]
        if name not in self.jobs:
            raise NotFound("reading", "ServiceJob", job)
        return self._full(name)

    def service_job_pages(self, _queue: str, status: str) -> Iterator[list[Detail]]:
        """List, newest first: in the order of `jobs`."""
        found = [self._full(name) for name, job in self.jobs.items() if job["status"] == status]
        for start in range(0, max(len(found), 1), PAGE):
            self.calls.append(f"list {status}")
            if self.listing:
                raise self.listing
            page = found[start : start + PAGE]
            yield [{key: job[key] for key in SUMMARY if key in job} for job in page]

    def list_service_jobs_named(self, _queue: str, name: str) -> Iterator[Detail]:
        """List those of this name, newest first."""
        self.calls.append("list name")
        if self.listing:
            raise self.listing
        for each in self.jobs if self.listed is None else self.listed:
            if self._full(each).get("jobName", name) == name:
                yield self._full(each)

    def _full(self, name: str) -> Detail:
        return {"jobId": name, "jobArn": arn(name), **self.jobs[name]}


class FakeTraining:
    """SageMaker and CloudWatch Logs: training jobs and log streams by name."""

    def __init__(
        self,
        jobs: dict[str, Detail],
        streams: dict[str, list[str]] | None = None,
        refusing: SjresourceError | None = None,
    ) -> None:
        self.jobs = jobs
        self.streams = streams or {}
        self.refusing = refusing
        self.calls: list[str] = []

    def find_training_job(self, name: str) -> Detail:
        """Describe."""
        self.calls.append("training job")
        if self.refusing:
            raise self.refusing
        if name not in self.jobs:
            raise NotFound("reading", "TrainingJob", name)
        return self.jobs[name]

    def find_log_streams(self, _group: str, prefix: str) -> list[str]:
        """List."""
        self.calls.append("log streams")
        return [name for name in self.streams if name.startswith(prefix)]

    def find_last_lines(self, _group: str, stream: str, lines: int) -> list[str]:
        """Return the end of a stream."""
        self.calls.append("log lines")
        return self.streams[stream][-lines:]


def fake_clients(batch: FakeBatch, training: FakeTraining) -> RegionalClients:
    """Put fakes in the place of all clients."""
    return RegionalClients(
        batch=batch.client,
        sagemaker=lambda _: cast("SageMakerClient", training),
        logs=lambda _: cast("LogsClient", training),
    )


def training_arn(name: str) -> str:
    """Return the ARN of a training job."""
    return f"arn:aws:sagemaker:{REGION}:123456789012:training-job/{name}"


def started(status: str, training_job: str, **more: Any) -> Detail:
    """Describe a service job of which Batch has started a training job."""
    resource = {"name": "TrainingJobArn", "value": training_arn(training_job)}
    return {"status": status, "latestAttempt": {"serviceResourceId": resource}, **more}
