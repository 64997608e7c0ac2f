"""The queue page of this emulator: its data source, which asks in process, and its controls.

The source's requests are routed like all others, but without signatures, faults and the call log.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sjresource.emulator.controls.routes import PREFIX
from sjresource.emulator.protocol import model
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import Request
from sjresource.page import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sjresource.emulator.clock import Clock
    from sjresource.emulator.controls.routes import ControlRoutes
    from sjresource.emulator.lifecycle.lifecycle import Lifecycle
    from sjresource.emulator.server.router import ServiceRouter
    from sjresource.emulator.store.store import Store

    Answer = dict[str, Any]

_REST_SECONDS: Final = 0.5
_MOST_JOBS: Final = 1000
"""The most jobs of a queue that are shown in each status, the newest ones."""

_LOG_GROUP: Final = "/aws/sagemaker/TrainingJobs"
_LOG_LINES: Final = 200
_ROUTES: Final = frozenset({"clock", "faults"})
_TARGETS: Final = {"logs": "Logs_20140328.", "sagemaker": "SageMaker."}


class EmulatorSource:
    """The emulator's answers, for all regions that have queues."""

    title = "emulator"
    has_console = False

    def __init__(
        self, services: ServiceRouter, store: Store, clock: Clock, lifecycle: Lifecycle
    ) -> None:
        self._services = services
        self._store = store
        self._clock = clock
        self._lifecycle = lifecycle

    @property
    def clock_rate(self) -> float:
        """How fast the emulator's clock goes."""
        return self._clock.rate

    def now(self) -> int:
        """Return the emulator's time, in epoch milliseconds."""
        return round(self._clock.now() * 1000)

    def version(self) -> int:
        """Return a number that changes with every record."""
        return self._store.version

    def pause_seconds(self) -> float:
        """Return for how long several pages share an answer; a page asks once a second."""
        return _REST_SECONDS

    def job_queues(self) -> list[Answer]:
        """Describe the queues of service jobs in all regions."""
        with self._store.transaction():
            queues = self._store.resources("job-queue")
        regions = sorted({queue.region for queue in queues})
        ours = {queue.arn for queue in queues}
        return [
            queue
            for region in regions
            for queue in self._pages(region, "DescribeJobQueues", "jobQueues")
            if queue["jobQueueArn"] in ours
        ]

    def service_environments(self, arns: Sequence[str]) -> list[Answer]:
        """Describe environments, each in its region."""
        found: list[Answer] = []
        for region in sorted({_region(arn) for arn in arns}):
            wanted = [arn for arn in arns if _region(arn) == region]
            answer = self._batch(
                region, "DescribeServiceEnvironments", {"serviceEnvironments": wanted}
            )
            found += answer["serviceEnvironments"]
        return found

    def quota_shares(self, job_queue: str) -> list[Answer]:
        """List a queue's shares."""
        asked = {"jobQueue": job_queue}
        return list(self._pages(_region(job_queue), "ListQuotaShares", "quotaShares", asked))

    def snapshot(self, job_queue: str) -> Answer:
        """Return GetJobQueueSnapshot's answer."""
        return self._batch(_region(job_queue), "GetJobQueueSnapshot", {"jobQueue": job_queue})

    def service_jobs(self, job_queue: str, status: str) -> tuple[list[Answer], bool]:
        """List a queue's newest jobs in a status; the flag says whether there are more."""
        asked = {"jobQueue": job_queue, "jobStatus": status}
        found: list[Answer] = []
        for job in self._pages(_region(job_queue), "ListServiceJobs", "jobSummaryList", asked):
            if len(found) == _MOST_JOBS:
                return found, True
            found.append(job)
        return found, False

    def service_job(self, arn: str) -> Answer:
        """Describe a job."""
        return self._batch(_region(arn), "DescribeServiceJob", {"jobId": arn})

    def training_job(self, arn: str) -> Answer:
        """Describe a training job."""
        asked = {"TrainingJobName": arn.rpartition("/")[2]}
        return self._ask("sagemaker", _region(arn), "DescribeTrainingJob", asked)

    def log_tail(self, training_job_arn: str) -> list[str]:
        """Return the last lines of the first instance's log; none before it has written any."""
        region, name = _region(training_job_arn), training_job_arn.rpartition("/")[2]
        asked: Answer = {"logGroupName": _LOG_GROUP, "logStreamNamePrefix": f"{name}/"}
        try:
            streams = self._ask("logs", region, "DescribeLogStreams", asked)["logStreams"]
        except SourceError:
            return []  # no job has ever written anything
        if not streams:
            return []
        stream = min(each["logStreamName"] for each in streams)
        asked = {"logGroupName": _LOG_GROUP, "logStreamName": stream, "limit": _LOG_LINES}
        events = self._ask("logs", region, "GetLogEvents", asked)["events"]
        return [event["message"].rstrip("\n") for event in events]

    def why_waiting(self, arn: str) -> str | None:
        """Return the scheduler's explanation, with numbers."""
        with self._store.transaction():
            job = self._store.job(arn.rpartition("/")[2])
        return None if job is None else self._lifecycle.why_waiting(job)

    def _pages(
        self, region: str, operation: str, member: str, asked: Mapping[str, Any] | None = None
    ) -> Iterator[Answer]:
        request = dict(asked or {})
        while True:
            page = self._batch(region, operation, request)
            yield from page[member]
            if not page.get("nextToken"):
                return
            request["nextToken"] = page["nextToken"]

    def _batch(self, region: str, operation: str, asked: Mapping[str, Any]) -> Answer:
        http = model.batch_model().operation_model(operation).http
        return self._answered(
            "batch", region, Request(http["method"], http["requestUri"], {}, _json(asked))
        )

    def _ask(self, service: str, region: str, operation: str, asked: Mapping[str, Any]) -> Answer:
        headers = {
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"{_TARGETS[service]}{operation}",
        }
        return self._answered(service, region, Request("POST", "/", headers, _json(asked)))

    def _answered(self, service: str, region: str, request: Request) -> Answer:
        try:
            response = self._services.answer(service, region, request)
        except AWSError as error:
            raise SourceError(f"{error.code}: {error.message}") from None
        answer: Answer = json.loads(response.body)
        if response.status >= 300:  # noqa: PLR2004 - HTTP's own bounds
            raise SourceError(str(answer.get("message") or answer.get("__type")))
        return answer


class EmulatorControls:
    """Clock and faults, by their control routes."""

    def __init__(self, control: ControlRoutes) -> None:
        self._control = control

    def answer(self, method: str, route: str, body: bytes) -> tuple[int, bytes]:
        """Answer a request for the clock or the faults."""
        if route not in _ROUTES:
            return 404, _json({"message": f"there is no {route} here"})
        try:
            response = self._control.answer(Request(method, f"{PREFIX}{route}", {}, body))
        except AWSError as error:
            return error.status, _json({"message": error.message})
        return response.status, response.body


def _region(arn: str) -> str:
    return arn.split(":")[3]


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
