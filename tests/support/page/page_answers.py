"""AWS's answers about a small region, as a page asks for them: plain values that a test changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sjresource.page import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    Answer = dict[str, Any]

T = TypeVar("T")

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"
ENVIRONMENT = "arn:aws:batch:eu-west-1:123456789012:service-environment/gpus"
MINUTE = 60_000
NOON = 1_800_000_000_000


def job_arn(name: str) -> str:
    """Return the ARN of the job with this name."""
    return f"arn:aws:batch:eu-west-1:123456789012:service-job/{name}"


def job(name: str, status: str, **members: Any) -> Answer:
    """Make a job of ListServiceJobs, submitted at noon."""
    return {
        "jobArn": job_arn(name),
        "jobId": name,
        "jobName": name,
        "serviceJobType": "SAGEMAKER_TRAINING",
        "status": status,
        "createdAt": NOON,
        "capacityUsage": [{"capacityUnit": "ml.m5.large", "quantity": 1.0}],
        **members,
    }


def queue(**members: Any) -> Answer:
    """Make a queue of DescribeJobQueues."""
    return {
        "jobQueueName": "training",
        "jobQueueArn": QUEUE,
        "state": "ENABLED",
        "status": "VALID",
        "priority": 1,
        "serviceEnvironmentOrder": [{"order": 1, "serviceEnvironment": ENVIRONMENT}],
        "tags": {"owner": "tag-secret"},
        **members,
    }


def environment(capacity: int = 4, unit: str = "NUM_INSTANCES", **members: Any) -> Answer:
    """Make an environment of DescribeServiceEnvironments."""
    return {
        "serviceEnvironmentName": "gpus",
        "serviceEnvironmentArn": ENVIRONMENT,
        "serviceEnvironmentType": "SAGEMAKER_TRAINING",
        "state": "ENABLED",
        "status": "VALID",
        "capacityLimits": [{"maxCapacity": capacity, "capacityUnit": unit}],
        "tags": {"owner": "tag-secret"},
        **members,
    }


def snapshot(used: float = 0, front: Sequence[str] = (), **members: Any) -> Answer:
    """Make an answer of GetJobQueueSnapshot."""
    usage = [{"capacityUnit": "ml.m5.large", "quantity": used}] if used else []
    return {
        "frontOfQueue": {
            "jobs": [{"jobArn": job_arn(name), "earliestTimeAtPosition": NOON} for name in front]
        },
        "queueUtilization": {"totalCapacityUsage": usage},
        **members,
    }


class Region:
    """Answers for one queue; `refused` names what is not answered, `asked` what was asked for."""

    title = "eu-west-1"
    clock_rate = 1.0
    has_console = True

    def __init__(self, *jobs: Answer) -> None:
        self.jobs = list(jobs)
        self.queue = queue()
        self.environment = environment()
        self.queue_snapshot = snapshot()
        self.shares: list[Answer] = []
        self.trained: Answer = {}
        self.hyperparameters = {"k": "hyper-secret"}
        self.log: list[str] = []
        self.refused: set[str] = set()
        self.asked: list[str] = []
        self.rest = 0.0

    def now(self) -> int:
        """An hour after noon."""
        return NOON + 60 * MINUTE

    def version(self) -> None:
        """Nobody tells whether something has changed."""

    def pause_seconds(self) -> float:
        """As the test wants it."""
        return self.rest

    def job_queues(self) -> list[Answer]:
        """One queue."""
        return self._answered("queues", [self.queue])

    def service_environments(self, arns: Sequence[str]) -> list[Answer]:
        """Its environment."""
        assert list(arns) == [ENVIRONMENT]
        return self._answered("environments", [self.environment])

    def quota_shares(self, job_queue: str) -> list[Answer]:
        """Its shares."""
        return self._answered(f"shares {job_queue}", self.shares)

    def snapshot(self, job_queue: str) -> Answer:
        """Its snapshot."""
        assert job_queue == QUEUE
        return self._answered("snapshot", self.queue_snapshot)

    def service_jobs(self, job_queue: str, status: str) -> tuple[list[Answer], bool]:
        """Its jobs."""
        assert job_queue == QUEUE
        return self._answered(
            status, ([each for each in self.jobs if each["status"] == status], False)
        )

    def service_job(self, arn: str) -> Answer:
        """A job with what nobody may see."""
        (found,) = (each for each in self.jobs if each["jobArn"] == arn)
        secret = {"serviceRequestPayload": '{"k": "payload-secret"}', "tags": {"k": "tag-secret"}}
        return self._answered("job", {**found, "jobQueue": QUEUE, **secret})

    def training_job(self, arn: str) -> Answer:
        """What SageMaker tells, with what nobody may see."""
        assert ":training-job/" in arn
        secret = {"HyperParameters": self.hyperparameters, "Environment": {"k": "env-secret"}}
        return self._answered("training job", {**self.trained, **secret})

    def log_tail(self, training_job_arn: str) -> list[str]:
        """What it wrote."""
        assert ":training-job/" in training_job_arn
        return self._answered("log", self.log)

    def why_waiting(self, arn: str) -> str | None:
        """More than AWS tells."""
        return self._answered("why", f"the scheduler's word on {arn.rpartition('/')[2]}")

    def _answered(self, what: str, answer: T) -> T:
        self.asked.append(what)
        if what in self.refused:
            raise SourceError(f"{what}: not now")
        return answer


def training(name: str) -> Answer:
    """Return the training job of a job, as Batch does."""
    arn = f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{name}"
    return {"latestAttempt": {"serviceResourceId": {"name": "TrainingJobArn", "value": arn}}}
