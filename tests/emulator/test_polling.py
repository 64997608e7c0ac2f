"""Which training jobs a tick asks for: those with news, and all when some may have been missed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from emulator_requests import client, make_environment, make_queue, submit

from sjresource.emulator import Clock, Emulator, Script
from sjresource.emulator.executors.interface import TrainingJob
from sjresource.emulator.executors.simulated import SimulatedExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sjresource.emulator.executors.interface import Progress

HOUR = 3600.0


class Watched(SimulatedExecutor):
    """A simulated executor that counts who is asked for, and can fail."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, lambda _: Script(running=HOUR))
        self.asked: list[str] = []
        self.failures = 0

    def start(self, job: TrainingJob) -> None:
        """Begin `job`, or fail as ordered."""
        self._fail()
        super().start(job)

    def poll(self, name: str) -> Progress:
        """Return the status of `name`, or fail as ordered."""
        self.asked.append(name)
        told = super().poll(name)
        self._fail()
        return told

    def _fail(self) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("as ordered")


@pytest.fixture
def clock() -> Clock:
    """Stand still."""
    return Clock(0, start=1_800_000_000.0)


@pytest.fixture
def executor(clock: Clock) -> Watched:
    """Play with nobody else."""
    return Watched(clock)


@pytest.fixture
def emulator(clock: Clock, executor: Watched) -> Iterator[Emulator]:
    """Serve with that executor, and room for ten jobs."""
    with Emulator(clock=clock, executor=lambda *_: executor) as serving:
        make_queue(serving, make_environment(serving, capacity=10))
        yield serving


def status(emulator: Emulator, job: str) -> str:
    """Return a job's status."""
    return str(client(emulator, "batch").describe_service_job(jobId=job)["status"])


def test_jobs_that_run_on_are_not_asked_for(emulator: Emulator, executor: Watched) -> None:
    """However many run: a job that comes costs the asking for itself alone."""
    for number in range(5):
        submit(emulator, jobName=f"runs-{number}")
    emulator.clock.advance(10)
    executor.asked.clear()

    submit(emulator, jobName="comes")
    emulator.clock.advance(10)

    assert executor.asked
    assert all(name.startswith("AWSBatchcomes") for name in executor.asked)


def test_news_lost_in_an_error_are_asked_for_again(emulator: Emulator, executor: Watched) -> None:
    """An end that was told in a tick that failed is written down by the next."""
    job = submit(emulator)
    emulator.clock.advance(10)
    assert status(emulator, job) == "RUNNING"
    executor.failures = 1

    with pytest.raises(RuntimeError, match="as ordered"):
        emulator.clock.advance(HOUR)
    emulator.clock.advance(1)

    assert status(emulator, job) == "SUCCEEDED"


def test_a_job_that_could_not_start_is_seen_as_failed(
    emulator: Emulator, executor: Watched
) -> None:
    """The executor does not know it, and has nothing to tell of it unasked."""
    job = submit(emulator)
    executor.failures = 1

    emulator.clock.advance(10)

    assert status(emulator, job) == "FAILED"


def test_a_timeout_and_a_termination_stop_jobs_without_news(emulator: Emulator) -> None:
    """What is due by Batch's own rules needs no word of the training job."""
    timed = submit(emulator, timeoutConfig={"attemptDurationSeconds": 60})
    ended = submit(emulator, jobName="ended")
    emulator.clock.advance(59)
    assert (status(emulator, timed), status(emulator, ended)) == ("RUNNING", "RUNNING")

    client(emulator, "batch").terminate_service_job(jobId=ended, reason="enough")
    emulator.clock.advance(3)

    assert (status(emulator, timed), status(emulator, ended)) == ("FAILED", "FAILED")


def test_an_executor_tells_a_change_once(clock: Clock) -> None:
    """A job has changed when its script has gone on, or it was told to stop; then it is asked."""
    executor = Watched(clock)
    executor.start(TrainingJob("job", "arn", "us-east-1", {}))
    assert executor.changed() == []
    assert executor.next_change() == clock.now() + 0.1  # from SCHEDULED to STARTING

    clock.advance(1)
    assert executor.next_change() == pytest.approx(clock.now() + 0.001)  # soon: it is late
    assert (executor.changed(), executor.changed()) == (["job"], [])

    executor.poll("job")
    executor.stop("job")
    assert executor.changed() == ["job"]
