"""The session of a run: its names and its tag, what it makes for its probes, and its waits.

Everything is named `sjprobe-<run>-<label>` and tagged, from the moment that it exists, so that a
run that was killed can be cleaned up after. What several probes need, queues and an ended job, is
made when the first one asks for it, and once.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sjresource.aws.batch import (
    JOB_QUEUE,
    QUOTA_SHARE,
    SCHEDULING_POLICY,
    SERVICE_ENVIRONMENT,
    BatchClient,
    ResourceKind,
)
from sjresource.aws.waiters import poll, wait_until_settled
from sjresource.errors import SjresourceError
from sjresource.probes.session.calls import Answer, Calls, NotTriedError
from sjresource.probes.session.payload import INSTANCE_TYPE, ROOM, Training, idle_payload
from sjresource.probes.session.redaction import PREFIX
from sjresource.vocabulary import DISABLED, LIVE, NUM_INSTANCES, SAGEMAKER_TRAINING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.waiters import WaiterClock

Result = TypeVar("Result")

TAG: Final = "sjresource-probe"
"""The key of the tag of everything that a run makes; its value is the run."""

SOON: Final = 60.0
"""Seconds within which Batch is believed to carry out what it is asked."""

_MAKE: Final = {
    SERVICE_ENVIRONMENT: "CreateServiceEnvironment",
    JOB_QUEUE: "CreateJobQueue",
    SCHEDULING_POLICY: "CreateSchedulingPolicy",
    QUOTA_SHARE: "CreateQuotaShare",
}

QUOTA_POLICY: Final = {"idleResourceAssignmentStrategy": "FIFO"}
"""The only quotaSharePolicy that there is."""

Made = tuple[ResourceKind, str]
"""What a run has made, or was about to: its kind, and its name."""


@dataclass
class Session:
    """What a probe gets. `run` is eight random hex digits, `account` the caller's."""

    client: Any
    clock: WaiterClock
    run: str
    account: str
    role: str = ""
    training: Training | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    """What earlier runs have left to be asked about later, and what this one leaves."""
    epoch: Callable[[], float] = time.time
    """Now, in epoch seconds."""

    def __post_init__(self) -> None:
        self.calls = Calls(self.client)
        self.batch = BatchClient(self.client)
        self.made: list[Made] = []
        self.jobs: list[str] = []
        self.fixture_calls: list[str] = []
        """The operations of what several probes share."""
        self.unknown_job = str(uuid.uuid4())
        """The id of a job that is not there."""
        self._fixtures: dict[str, Any] = {}
        self.role = self.role or f"arn:aws:iam::{self.account}:role/{PREFIX}-{self.run}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of everything that the run makes."""
        return {TAG: self.run}

    def name(self, label: str) -> str:
        """Return the run's name for something."""
        return f"{PREFIX}-{self.run}-{label}"

    def create(self, kind: ResourceKind, label: str, **request: Any) -> Answer:
        """Create a resource of the run; its name is known to the clean-up before it exists."""
        name = self.name(label)
        self.made.append((kind, name))
        return self.calls(_MAKE[kind], **{kind.name: name}, tags=self.tags, **request)

    def make(self, kind: ResourceKind, label: str, **request: Any) -> str:
        """Create a resource, wait until it can be used, and return its ARN.

        Raises:
            NotTriedError: it was refused, or can't be used within a minute.
        """
        answer = self.create(kind, label, **request)
        if answer.code:
            raise NotTriedError(f"{answer.operation} was refused: {answer.code}: {answer.words}")
        arn = str(answer.body[kind.arn])
        self.settle(kind, arn)
        return arn

    def settle(self, kind: ResourceKind, reference: str) -> dict[str, Any]:
        """Wait until a resource is VALID, and return its detail.

        Raises:
            NotTriedError: it is not within a minute.
        """
        try:
            detail = wait_until_settled(lambda: self.batch.find(kind, reference), self.clock, SOON)
        except SjresourceError as error:
            raise NotTriedError(str(error)) from None
        if detail.get("status", "VALID") != "VALID":
            status = detail["status"]
            raise NotTriedError(f"a {kind.noun} is {status}, not VALID, after {SOON:.0f} s")
        return detail

    def environment(self, label: str, *, state: str = DISABLED, unit: str = NUM_INSTANCES) -> str:
        """Make an environment with room for one instance, and return its ARN."""
        return self.make(
            SERVICE_ENVIRONMENT,
            label,
            serviceEnvironmentType=SAGEMAKER_TRAINING,
            capacityLimits=[{"maxCapacity": ROOM, "capacityUnit": unit}],
            state=state,
        )

    def queue(self, label: str, *environments: str, **request: Any) -> str:
        """Make a queue on environments, and return its name."""
        self.make(JOB_QUEUE, label, **queue_request(*environments), **request)
        return self.name(label)

    def disable_queue(self, queue: str) -> None:
        """Disable a queue, and wait until it is."""
        self.calls.required("UpdateJobQueue", jobQueue=queue, state=DISABLED)
        self.settle(JOB_QUEUE, queue)

    def submit(self, queue: str, label: str, **request: Any) -> Answer:
        """Submit a job that can't train, unless `serviceRequestPayload` says otherwise."""
        wanted = {
            "jobName": self.name(label),
            "jobQueue": queue,
            "serviceJobType": SAGEMAKER_TRAINING,
            "serviceRequestPayload": idle_payload(self.role),
            "tags": self.tags,
            **request,
        }
        answer = self.calls("SubmitServiceJob", **wanted)
        if "jobId" in answer.body:
            self.jobs.append(answer.body["jobId"])
        return answer

    def job(self, queue: str, label: str, **request: Any) -> str:
        """Submit a job, and return its id once it can be described.

        Raises:
            NotTriedError: it was refused.
        """
        answer = self.submit(queue, label, **request)
        if answer.code:
            raise NotTriedError(f"SubmitServiceJob was refused: {answer.code}: {answer.words}")
        job_id = str(answer.body["jobId"])
        self.wait(lambda: self.calls("DescribeServiceJob", jobId=job_id), lambda it: not it.code)
        return job_id

    def describe(self, job_id: str) -> dict[str, Any]:
        """Describe a job that must be there."""
        return self.calls.required("DescribeServiceJob", jobId=job_id)

    def end(self, job_id: str, reason: str = "ended by a probe") -> dict[str, Any]:
        """Terminate a job, wait until it has ended, and return its description.

        Raises:
            NotTriedError: it has not ended within a minute.
        """
        self.calls.required("TerminateServiceJob", jobId=job_id, reason=reason)
        job = self.wait_for_end(job_id)
        if job["status"] in LIVE:
            raise NotTriedError(f"a terminated job is still {job['status']} after {SOON:.0f} s")
        return job

    def wait_for_end(self, job_id: str, seconds: float = SOON) -> dict[str, Any]:
        """Return the description of a job once it has ended, or as it is after some seconds."""
        return self.wait(
            lambda: self.describe(job_id), lambda job: job["status"] not in LIVE, seconds
        )

    def wait(
        self,
        find: Callable[[], Result],
        until: Callable[[Result], bool],
        seconds: float = SOON,
    ) -> Result:
        """Call `find` until `until` accepts what it returns, or some seconds are over."""
        return poll(find, until, self.clock.sleep, self.clock.backoff(seconds))

    def trained_with(self) -> Training:
        """Return what paid probes train with.

        Raises:
            NotTriedError: the run has nothing.
        """
        if self.training is None:
            raise NotTriedError("it needs --image, --role and --s3-output")
        return self.training

    # What several probes share.

    def shared(self, name: str, make: Callable[[], Result]) -> Result:
        """Return what is made once for the run, and under its own account of calls."""
        if name not in self._fixtures:
            with self._fixture():
                self._fixtures[name] = make()
        made: Result = self._fixtures[name]
        return made

    @contextlib.contextmanager
    def _fixture(self) -> Iterator[None]:
        before, self.calls.answers = self.calls.answers, []
        try:
            yield
        finally:
            self.fixture_calls += [each.operation for each in self.calls.answers]
            self.calls.answers = before

    @property
    def closed_environment(self) -> str:
        """An environment that is DISABLED: no job starts in it."""
        return self.shared("closed_environment", lambda: self.environment("closed"))

    @property
    def idle_queue(self) -> str:
        """A first-in-first-out queue in which no job starts."""
        return self.shared("idle_queue", lambda: self.queue("idle", self.closed_environment))

    @property
    def fair_queue(self) -> str:
        """A queue with a fair-share policy, in which no job starts."""

        def make() -> str:
            policy = self.make(SCHEDULING_POLICY, "fair", fairsharePolicy={})
            return self.queue("fair", self.closed_environment, schedulingPolicyArn=policy)

        return self.shared("fair_queue", make)

    @property
    def quota_queue(self) -> str:
        """A queue with three quota shares, `a`, `b` and `c`, in which no job starts."""

        def make() -> str:
            environment = self.environment("quota", unit=INSTANCE_TYPE)
            policy = self.make(SCHEDULING_POLICY, "quota", quotaSharePolicy=QUOTA_POLICY)
            queue = self.queue("quota", environment, schedulingPolicyArn=policy)
            for label in "abc":
                self.make(QUOTA_SHARE, label, jobQueue=queue, **share_request())
            return queue

        return self.shared("quota_queue", make)

    @property
    def open_queue(self) -> str:
        """A queue in which jobs start: one instance, for what may train or can't be created."""

        def make() -> str:
            return self.queue("open", self.environment("open", state="ENABLED"))

        return self.shared("open_queue", make)

    @property
    def ended_job(self) -> str:
        """The id of a job that was terminated while it waited."""

        def make() -> str:
            job_id = self.job(self.idle_queue, "ended")
            self.end(job_id)
            return job_id

        return self.shared("ended_job", make)


def queue_request(*environments: str) -> dict[str, Any]:
    """Return what CreateJobQueue takes for a queue on environments, by their ARNs."""
    return {
        "jobQueueType": SAGEMAKER_TRAINING,
        "priority": 1,
        "serviceEnvironmentOrder": [
            {"order": order, "serviceEnvironment": each}
            for order, each in enumerate(environments, start=1)
        ],
    }


def share_request() -> dict[str, Any]:
    """Return what CreateQuotaShare takes for a share of one instance."""
    return {
        "capacityLimits": [{"maxCapacity": ROOM, "capacityUnit": INSTANCE_TYPE}],
        "resourceSharingConfiguration": {"strategy": "LEND_AND_BORROW"},
        "preemptionConfiguration": {"inSharePreemption": "DISABLED"},
    }
