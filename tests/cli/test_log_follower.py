"""A job's story, told from an emulator whose time passes only while the teller sleeps."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, cast

import pytest
from emulator_requests import client, make_environment, make_queue, scripted, submit
from training_log import TrainingLog
from waiting_fakes import started

from sjresource.aws.clients import regional_clients
from sjresource.aws.settings import Settings
from sjresource.cli.logs.events import ErrorEvent, LogLine
from sjresource.cli.logs.follow import LogFollower
from sjresource.cli.logs.training_jobs import training_jobs_of
from sjresource.emulator import Clock, Emulator
from sjresource.errors import Unreachable
from sjresource.status.masking import Mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sjresource.aws.logs import LogsClient
    from sjresource.cli.logs.events import Event


ONE = [{"maxCapacity": 1, "capacityUnit": "ml.m5.large"}]
QUOTA: dict[str, Any] = {"quotaShareName": "team", "schedulingPriority": 1}
ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"


class World:
    """An emulator, a queue, a teller of one job, and what happens while it sleeps."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.batch = client(emulator, "batch")
        self.log = TrainingLog(emulator)
        self.slept: deque[Callable[[], None]] = deque()
        make_queue(emulator, make_environment(emulator, capacity=4))

    def job(self, script: Any, attempts: int = 1, **request: Any) -> str:
        """Submit a job that plays `script`; give its id."""
        return submit(
            self.emulator,
            serviceRequestPayload=scripted(script),
            retryStrategy={"attempts": attempts},
            **({"jobQueue": "queue"} | request),
        )

    def make_quota_queue(self) -> str:
        """Make a queue of one instance, whose one share lets urgent jobs preempt; name it."""
        self.batch.create_service_environment(
            serviceEnvironmentName="quotas",
            serviceEnvironmentType="SAGEMAKER_TRAINING",
            capacityLimits=ONE,
        )
        policy = self.batch.create_scheduling_policy(
            name="quotas", quotaSharePolicy={"idleResourceAssignmentStrategy": "FIFO"}
        )["arn"]
        self.emulator.clock.advance(1)
        make_queue(self.emulator, "quotas", name="quotas", schedulingPolicyArn=policy)
        self.batch.create_quota_share(
            quotaShareName="team",
            jobQueue="quotas",
            capacityLimits=ONE,
            resourceSharingConfiguration={"strategy": "RESERVE"},
            preemptionConfiguration={"inSharePreemption": "ENABLED"},
        )
        self.emulator.clock.advance(1)
        return "quotas"

    def following(self, job: str, *secrets: str, outages: int = 0) -> LogFollower:
        """Return the follower of a job of whose log every other read fails, `outages` times."""
        key = self.emulator.credentials
        settings = Settings(
            region="us-east-1",
            access_key=key.aws_access_key_id,
            secret_key=key.aws_secret_access_key,
            endpoints=tuple(
                (name, self.emulator.url) for name in ("batch", "logs", "sagemaker", "sts")
            ),
        )
        clients = regional_clients(settings)
        failing = deque(each for _ in range(outages) for each in (False, True))
        return LogFollower(
            lambda: clients.batch("").find_service_job(job),
            lambda region: cast("LogsClient", Unsteady(clients.logs(region), failing)),
            Mask(secrets),
            now=self.emulator.clock.now,
            sleep=self.sleep,
        )

    def sleep(self, seconds: float) -> None:
        """Let time pass, and then the next thing happen."""
        self.emulator.clock.advance(seconds)
        if self.slept:
            self.slept.popleft()()

    def until(self, job: str, status: str) -> None:
        """Let time pass until the job has this status."""
        for _ in range(200):
            if self.batch.describe_service_job(jobId=job)["status"] == status:
                return
            self.emulator.clock.advance(0.1)
        raise AssertionError(status)

    def training_job(self, job: str) -> str:
        """Return the job's latest training job."""
        latest = self.batch.describe_service_job(jobId=job)["latestAttempt"]
        return str(latest["serviceResourceId"]["value"].rpartition("/")[2])

    def writes(self, job: str, *lines: str, instance: int = 1) -> None:
        """Let the job print lines now."""
        at = self.emulator.clock.now()
        self.log.write(self.training_job(job), *lines, at=at, instance=instance)


class Unsteady:
    """A client of CloudWatch Logs behind a network that fails as `failing` says."""

    def __init__(self, logs: LogsClient, failing: deque[bool]) -> None:
        self._logs = logs
        self._failing = failing
        self.list_log_streams = logs.list_log_streams
        self.last_log_timestamp = logs.last_log_timestamp

    def read_log_events(
        self, group: str, stream: str, token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Read a page, unless the network fails."""
        if self._failing and self._failing.popleft():
            raise Unreachable("reading", "LogStream", stream, "the network is down")
        return self._logs.read_log_events(group, stream, token)


@pytest.fixture
def world() -> Iterator[World]:
    """Return a world of this test's own."""
    with Emulator(clock=Clock(0)) as emulator:
        yield World(emulator)


def told(events: Iterator[Event]) -> list[str]:
    """Write events as a person would note them down."""
    return [
        event.message if isinstance(event, LogLine) else f"# {event.message}" for event in events
    ]


def test_log_is_followed_over_a_retry(world: World) -> None:
    """Each attempt's lines stand between what happened to the job, the late ones too."""
    job = world.job(
        [{"running": 30, "outcome": "Failed", "failure_reason": "AlgorithmError: no"}, {}], 2
    )
    world.until(job, "RUNNING")
    first = world.training_job(job)
    world.writes(job, "first 1", "first 2")

    def fail() -> None:
        world.emulator.clock.advance(30)
        assert world.training_job(job) != first
        world.writes(job, "second 1")

    late = world.emulator.clock.now() + 29
    world.slept.extend(
        [
            lambda: world.writes(job, "first 3"),
            fail,
            lambda: world.log.write(first, "first, late", at=late),
        ]
    )

    assert told(world.following(job).follow()) == [
        "# RUNNING (attempt 1 of 2)",
        f"# attempt 1 of 2: training job {first}",
        "first 1",
        "first 2",
        "first 3",
        "first, late",
        "# attempt 1 of 2 ended after 30 s: Received status from SageMaker: AlgorithmError: no",
        f"# attempt 2 of 2: training job {world.training_job(job)}",
        "second 1",
        "# SUCCEEDED after 30 s (attempt 2 of 2)",
    ]


def test_what_is_there_is_told_of_all_attempts(world: World) -> None:
    """Without following, the story of a job that goes on ends with where its attempt stands."""
    no = {"running": 10, "outcome": "Failed", "failure_reason": "AlgorithmError: no"}
    job = world.job([no, {"running": 60}], 2)
    world.until(job, "RUNNING")
    first = world.training_job(job)
    world.writes(job, "first")
    world.emulator.clock.advance(10)
    world.until(job, "RUNNING")
    world.writes(job, "second")
    world.emulator.clock.advance(20)

    assert told(world.following(job).read()) == [
        f"# attempt 1 of 2: training job {first}",
        "first",
        "# attempt 1 of 2 ended after 10 s: Received status from SageMaker: AlgorithmError: no",
        f"# attempt 2 of 2: training job {world.training_job(job)}",
        "second",
        "# RUNNING for 20 s (attempt 2 of 2)",
    ]


def test_lines_of_two_instances_are_merged_by_time(world: World) -> None:
    """Each line tells its instance; a stream that comes late is read from its first line."""
    job = world.job({"running": 20})
    world.until(job, "RUNNING")
    name, began = world.training_job(job), world.emulator.clock.now()
    for second in range(4):
        world.log.write(name, f"{second}", at=began + second, instance=1 + second % 2)
    world.slept.extend(
        [
            lambda: world.log.write(name, "4", "5", at=began + 5, instance=3),
            lambda: world.log.write(name, "6", at=began + 6, instance=2),
            lambda: world.emulator.clock.advance(20),
        ]
    )
    lines = [event for event in world.following(job).follow() if isinstance(event, LogLine)]

    assert [(line.instance, line.message) for line in lines] == [
        ("algo-1", "0"),
        ("algo-2", "1"),
        ("algo-1", "2"),
        ("algo-2", "3"),
        ("algo-3", "4"),
        ("algo-3", "5"),
        ("algo-2", "6"),
    ]


def test_many_lines_within_one_millisecond_are_neither_lost_nor_doubled(world: World) -> None:
    """A page ends anywhere, an outage comes at any time, and lines are equal by nature."""
    job = world.job({"running": 20})
    world.until(job, "RUNNING")
    name, at = world.training_job(job), world.emulator.clock.now()
    for instance in (1, 2):
        for batch in range(3):
            many = [f"{batch} {number // 2}" for number in range(5000)]
            world.log.write(name, *many, at=at + batch, instance=instance)
    world.slept.append(lambda: world.emulator.clock.advance(20))
    events = list(world.following(job, outages=2).follow())

    messages = Counter(
        (line.instance, line.message) for line in events if isinstance(line, LogLine)
    )
    assert messages == {
        (f"algo-{instance}", f"{batch} {number}"): 2
        for instance in (1, 2)
        for batch in range(3)
        for number in range(2500)
    }
    errors = [event.message for event in events if isinstance(event, ErrorEvent)]
    assert errors
    assert errors[0].endswith("the network is down; asking again")


def test_waiting_job_says_so_and_goes_on_when_it_starts(world: World) -> None:
    """What holds a job up is told once, and again when it changes."""
    job = world.job({"runnable": 8})
    world.until(job, "RUNNABLE")
    world.emulator.clock.advance(2)
    following = world.following(job)

    waits, *_, ends = told(following.follow())
    assert waits == "# RUNNABLE for 2 s"
    assert ends.startswith("# SUCCEEDED")


def test_a_job_that_waits_again_for_instances_is_asked_after_ever_less_often(world: World) -> None:
    """Batch goes on naming the training job that got none, and that one never logs."""
    job = world.job({"capacity_errors": 1, "scheduled": 9, "runnable": 3600, "running": 1})
    world.until(job, "RUNNABLE")
    world.emulator.clock.advance(3600)
    world.until(job, "SCHEDULED")
    polls = 0

    def counted() -> None:
        nonlocal polls
        polls += 1
        world.slept.append(counted)

    counted()
    story = told(world.following(job).follow())

    assert sum(line.startswith("# attempt 1: training job") for line in story) == 2
    assert story[-1].startswith("# SUCCEEDED")
    assert polls < 300


def test_log_is_followed_over_a_preemption(world: World) -> None:
    """The run that was cut short and the one that follows it are told apart, in one attempt."""
    job = world.job({"running": 100}, jobQueue=world.make_quota_queue(), **QUOTA)
    world.until(job, "RUNNING")
    first = world.training_job(job)
    world.writes(job, "before")

    def preempt() -> None:
        other = {**QUOTA, "schedulingPriority": 9}
        urgent = world.job({"running": 20}, jobQueue="quotas", **other)
        world.until(urgent, "RUNNING")

    def train_again() -> None:
        world.until(job, "RUNNING")
        world.writes(job, "after")
        world.slept.append(lambda: world.emulator.clock.advance(100))

    world.slept.extend([preempt, *[lambda: None] * 8, train_again])
    story = told(world.following(job).follow())

    cut = next(line for line in story if "was preempted" in line)
    assert cut.startswith("# attempt 1 was preempted after")
    assert story.index("before") < story.index(cut) < story.index("after")
    assert f"# attempt 1: training job {first}" in story
    assert f"# attempt 1: training job {world.training_job(job)}" in story
    assert any(line.startswith("# RUNNABLE: In-share preemption") for line in story)
    assert story[-1].startswith("# SUCCEEDED")


def test_a_training_job_that_sagemaker_refuses_is_told_of(world: World) -> None:
    """Without an attempt or a log there is still the reason, and the story ends."""
    job = submit(world.emulator, serviceRequestPayload="{}", retryStrategy={"attempts": 2})

    story = told(world.following(job).follow())

    assert story[-1].startswith("# FAILED")
    assert "ValidationException: Missing required parameters" in story[-1]


def test_preempted_run_is_a_part_of_its_attempt() -> None:
    """It has a log of its own, and uses up no attempt."""
    preempted = {
        "serviceResourceId": {"name": "TrainingJobArn", "value": f"{ARN}first"},
        "startedAt": 2_000, "stoppedAt": 5_000, "statusReason": "Preempted: by a head",
    }  # fmt: skip
    detail = {
        "status": "FAILED",
        "attempts": [
            {
                "serviceResourceId": {"name": "TrainingJobArn", "value": f"{ARN}second"},
                "startedAt": 9_000, "stoppedAt": 11_000, "statusReason": "failed",
            },
            {"statusReason": "SageMaker refused it", "stoppedAt": 12_000},
        ],
        "preemptionSummary": {"recentPreemptedAttempts": [preempted]},
        "latestAttempt": {"serviceResourceId": {"name": "TrainingJobArn", "value": f"{ARN}second"}},
    }  # fmt: skip

    runs = list(training_jobs_of(detail, {}).values())
    assert [(run.arn, run.attempt, run.preempted) for run in runs] == [
        (f"{ARN}first", 1, True),
        (f"{ARN}second", 1, False),
        (None, 2, False),
    ]


def test_run_that_batch_tells_nothing_of_any_more_has_ended() -> None:
    """Batch keeps no record of a run for which SageMaker had no instances."""
    first = training_jobs_of(started("STARTING", "first"), {})
    second = training_jobs_of(started("RUNNING", "second"), first)

    assert [(run.attempt, run.ended) for run in second.values()] == [(1, True), (1, False)]
