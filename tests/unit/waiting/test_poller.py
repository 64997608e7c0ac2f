from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING, Any

import pytest
from waiting_fakes import FakeBatch, arn

from sjresource.errors import NotFound, RequestFailed, SjresourceError, Unreachable
from sjresource.process.threads import in_daemon_thread
from sjresource.waiting.poller import (
    LONGEST_DELAY,
    SHORTEST_DELAY,
    Poller,
    is_near_end,
    next_delay,
)
from sjresource.waiting.watch import (
    FORGOTTEN_AFTER_SECONDS,
    GONE_AFTER_POLLS,
    GONE_AFTER_SECONDS,
    LAG_SECONDS,
    Watch,
    is_gone,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Detail = dict[str, Any]

MISSING = NotFound("reading", "ServiceJob", "job")
NAMED = {"jobName": "train", "jobQueue": "queue"}
SOON = 10.0
"""Seconds after which a test gives up; none waits for so long."""


class Listener:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.statuses: list[str] = []
        self.errors: list[SjresourceError] = []
        self.threads: set[int] = set()

    def on_change(self, watch: Watch) -> None:
        """Note the status."""
        self.threads.add(threading.get_ident())
        self.statuses.append((watch.detail or {})["status"])

    def on_error(self, error: SjresourceError) -> None:
        """Note why."""
        self.errors.append(error)

    def on_idle(self) -> float:
        """Have nothing to say for long."""
        return 3600.0


class Story(FakeBatch):
    """Answers about every job with one thing after the other, and then with the last for ever."""

    def __init__(self, *answers: str | SjresourceError) -> None:
        super().__init__({})
        self.answers = list(answers)

    def find_service_job(self, job: str) -> Detail:
        """Return the next answer, or raise it."""
        self.calls.append("describe")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, SjresourceError):
            raise answer
        return {"status": answer, "jobId": job, "jobArn": arn(job), **NAMED}


class LockedOut:
    """Opens no client for the first times, and then one."""

    def __init__(self, error: SjresourceError, batch: FakeBatch, *, times: int) -> None:
        self.error = error
        self.batch = batch
        self.times = times

    def __call__(self, _region: str) -> Any:
        """Return the client, or raise."""
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return self.batch


class Leaps:
    """A time that leaps a minute whenever it is looked at."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the time."""
        self.seconds += 60.0
        return self.seconds


def poll(batch: FakeBatch, watches: Iterable[Watch]) -> Listener:
    """Begin to poll for these jobs."""
    listener = Listener()
    Poller(batch.client, listener, now=Leaps(), jitter=lambda: 0.5).add(watches)
    return listener


@pytest.mark.parametrize("end", ["SUCCEEDED", "FAILED"])
def test_a_wait_ends_with_the_end_of_the_job(end: str) -> None:
    """What is new on the way is told, the end too, and nothing twice."""
    watch = Watch(arn("job"))
    listener = poll(Story("RUNNABLE", "RUNNING", "RUNNING", end), [watch])

    assert watch.done.result(SOON)["status"] == end
    assert listener.statuses == ["RUNNABLE", "RUNNING", end]


@pytest.mark.parametrize(
    "passing",
    [
        Unreachable("reading", "ServiceJob", "job", "no route"),
        RequestFailed("reading", "ServiceJob", "job", "slow", code="TooManyRequestsException"),
        RequestFailed("reading", "ServiceJob", "job", "old", code="ExpiredTokenException"),
    ],
    ids=["unreachable", "throttled", "expired-token"],
)
def test_what_says_nothing_about_the_job_is_outlived(passing: SjresourceError) -> None:
    """A lost network or a throttle is not a failed job."""
    watch = Watch(arn("job"))
    listener = poll(Story(passing, "RUNNING", passing, passing, "SUCCEEDED"), [watch])

    assert watch.done.result(SOON)["status"] == "SUCCEEDED"
    assert listener.errors == [passing] * 3


@pytest.mark.parametrize(
    "final",
    [
        NotFound("reading", "ServiceJob", "job"),
        RequestFailed("reading", "ServiceJob", "job", "no", code="AccessDeniedException"),
    ],
    ids=["gone", "denied"],
)
def test_a_job_that_cannot_be_asked_for_ends_the_wait(final: SjresourceError) -> None:
    """Asking again would never help."""
    watch = Watch(arn("job"))
    poll(Story("RUNNING", final), [watch])

    with pytest.raises(type(final)):
        watch.done.result(SOON)


NO_CLIENT = Unreachable("opening", "client", "batch", "there is no such profile", "see it")


def test_a_wait_that_can_t_ask_at_all_ends_and_says_why() -> None:
    """A profile or a region that is missing does not come by waiting; other waits go on."""
    watch, other = Watch(arn("job")), Watch(arn("other"))
    story = Story("RUNNING", "SUCCEEDED")
    poller = Poller(LockedOut(NO_CLIENT, story, times=1), Listener(), now=Leaps())
    poller.add([watch])

    with pytest.raises(RequestFailed, match=r"opening client \(batch\): there is no such profile"):
        watch.done.result(SOON)
    poller.add([other])
    assert other.done.result(SOON)["status"] == "SUCCEEDED"


def test_a_wait_that_has_asked_outlives_a_profile_that_is_away_for_some_time() -> None:
    """Files of credentials are renewed in the hours of a wait."""
    watch, listener = Watch(arn("job")), Listener()
    watch.update({"status": "RUNNING", "jobId": "job", "jobArn": arn("job"), **NAMED})
    locked_out = LockedOut(NO_CLIENT, Story("SUCCEEDED"), times=3)
    Poller(locked_out, listener, now=Leaps(), jitter=lambda: 0.5).add([watch])

    assert watch.done.result(SOON)["status"] == "SUCCEEDED"
    assert listener.errors == [NO_CLIENT] * 3


@pytest.mark.parametrize("seen", [[], ["RUNNING"]], ids=["new", "running"])
def test_a_job_that_is_not_shown_for_some_looks_is_waited_for(seen: list[str]) -> None:
    """A false not-found is no end: advice to run it again would pay twice."""
    watch = Watch(arn("job"), is_new=not seen)
    misses = [MISSING] * (GONE_AFTER_POLLS - 1)
    listener = poll(Story(*seen, *misses, "RUNNING", *misses, "SUCCEEDED"), [watch])

    assert watch.done.result(SOON)["status"] == "SUCCEEDED"
    assert listener.errors == []


def test_a_job_that_a_list_still_shows_is_waited_for_as_long_as_it_does() -> None:
    """What Describe alone does not show is there."""

    class Listed(Story):
        """Lists the job as it should stand; after ten lists as ended."""

        def list_service_jobs_named(self, queue: str, name: str) -> Iterator[Detail]:
            assert (queue, name) == ("queue", "train")
            self.calls.append("list name")
            ended = self.calls.count("list name") > 10
            yield {"jobId": "job", "status": "SUCCEEDED" if ended else "RUNNING", "stoppedAt": 7}

    watch = Watch(arn("job"))
    poll(Listed("RUNNING", MISSING), [watch])

    assert watch.done.result(SOON) == {
        "jobId": "job",
        "jobArn": arn("job"),
        "status": "SUCCEEDED",
        "stoppedAt": 7,
        **NAMED,
    }


@pytest.mark.parametrize(
    ("listing", "who"),
    [
        (None, "neither DescribeServiceJob nor ListServiceJobs shows it"),
        (
            RequestFailed("listing", "ServiceJob", "train", "no"),
            "DescribeServiceJob does not show it",
        ),
    ],
    ids=["not-listed", "no-lists"],
)
def test_what_was_seen_of_a_job_that_is_gone_is_said(
    listing: SjresourceError | None, who: str
) -> None:
    """When it was there last, who has not shown it since, how often and for how long."""
    watch = Watch(arn("job"))
    batch = Story("RUNNING", MISSING)
    batch.listing, batch.listed = listing, []
    poll(batch, [watch])

    with pytest.raises(NotFound) as gone:
        watch.done.result(SOON)
    before, _, since = gone.value.seen.partition(" ago; ")
    assert before.startswith("it was RUNNING ")
    assert since.startswith(f"{who}, in {GONE_AFTER_POLLS} polls over ")


def test_a_job_is_not_gone_because_the_credentials_are_anothers() -> None:
    """In another account nothing is found: that is said, and no advice to run it again."""

    def confirm(job: str) -> None:
        raise RequestFailed("reading", "ServiceJob", job, "it is in account 9")

    watch = Watch(arn("job"))
    batch = Story(MISSING)
    poller = Poller(batch.client, Listener(), Leaps(), lambda: 0.5, confirm_gone=confirm)
    poller.add([watch])

    with pytest.raises(RequestFailed, match="it is in account 9"):
        watch.done.result(SOON)


@pytest.mark.parametrize(
    ("was_seen", "is_new", "seconds"),
    [
        (True, False, GONE_AFTER_SECONDS),
        (True, True, GONE_AFTER_SECONDS),
        (False, True, LAG_SECONDS),
        (False, False, FORGOTTEN_AFTER_SECONDS),
    ],
)
def test_absence_counts_after_several_looks_over_a_while(
    *, was_seen: bool, is_new: bool, seconds: float
) -> None:
    """Neither many looks at once nor two that are far apart prove anything."""

    def gone(looks: int, over: float) -> bool:
        return is_gone(looks, over, was_seen=was_seen, is_new=is_new)

    assert gone(GONE_AFTER_POLLS, seconds)
    assert not gone(GONE_AFTER_POLLS - 1, seconds * 10)
    assert not gone(GONE_AFTER_POLLS * 10, seconds - 1)


def test_a_surprise_is_told_and_outlived() -> None:
    """A poller that died of one malformed answer would leave every wait hanging."""

    class Surprising(Story):
        def find_service_job(self, job: str) -> Detail:
            if len(self.answers) == 2:
                self.answers.pop(0)
                raise KeyError("status")
            return super().find_service_job(job)

    watch = Watch(arn("job"))
    listener = poll(Surprising("RUNNING", "SUCCEEDED"), [watch])

    assert watch.done.result(SOON)["status"] == "SUCCEEDED"
    assert "KeyError" in str(listener.errors[0])


def test_a_surprise_in_a_report_is_told_and_outlived() -> None:
    """What a line says is optional, and AWS may leave out what it is made of."""

    class Surprised(Listener):
        def on_idle(self) -> float:
            raise KeyError("capacityUnit")

    batch, watch, listener = Story("RUNNING", "SUCCEEDED"), Watch(arn("job")), Surprised()
    Poller(batch.client, listener, now=Leaps(), jitter=lambda: 0.5).add([watch])

    assert watch.done.result(SOON)["status"] == "SUCCEEDED"
    assert "capacityUnit" in str(listener.errors[0])


def test_many_jobs_are_waited_for_in_one_thread() -> None:
    """Five hundred waits are no five hundred threads; two of one job are told both."""
    jobs = {f"job{i}": {"status": "SUCCEEDED"} for i in range(50)}
    watches = [Watch(arn(job), "queue") for job in [*jobs, "job0"]]
    listener = poll(FakeBatch(jobs), watches)

    assert {watch.done.result(SOON)["status"] for watch in watches} == {"SUCCEEDED"}
    assert len(listener.threads) == 1
    assert threading.get_ident() not in listener.threads


def test_arns_alone_cost_no_describe_each() -> None:
    """A few tell the queue, the pages of the queue tell the rest; a wrong guess is put right."""
    queues = {"here": "a", "there": "b"}
    jobs = {
        f"{where}{i}": {"status": "SUCCEEDED", "jobQueue": queue}
        for where, queue in queues.items()
        for i in range(200)
    }
    batch = FakeBatch(jobs)
    watches = [Watch(arn(job)) for job in jobs]
    poll(batch, watches)

    assert {watch.done.result(SOON)["status"] for watch in watches} == {"SUCCEEDED"}
    assert len(batch.calls) < 30


def test_a_cancelled_watch_is_asked_for_no_more() -> None:
    """The thread ends when nobody waits."""
    watch = Watch(arn("job"))

    class Impatient(Listener):
        def on_change(self, watch: Watch) -> None:
            watch.done.cancel()

    poller = Poller(Story("RUNNING").client, Impatient(), now=Leaps(), jitter=lambda: 0.5)
    poller.add([watch])
    thread = poller.thread
    if thread is not None:
        thread.join(SOON)

    assert poller.thread is None
    with pytest.raises(CancelledError):
        watch.done.result()


def test_looks_follow_a_change_soon_and_come_ever_later_after_none() -> None:
    """The end of a short job is seen fast, and a long wait costs little."""
    delays = [next_delay(quiet, 1, jitter=1.0) for quiet in (0, 10, 60, 300, 3600)]

    assert delays == [SHORTEST_DELAY, 1.0, 6.0, LONGEST_DELAY, LONGEST_DELAY]


def test_looks_that_take_many_calls_come_less_often() -> None:
    """Five hundred Describes are not made twice a second."""
    assert next_delay(0, 20, jitter=1.0) == 5.0
    assert next_delay(0, 500, jitter=1.0) == LONGEST_DELAY


@pytest.mark.parametrize(
    ("ages", "typical", "near"),
    [
        ([60.0], None, False),
        ([10.0, 60.0], 60.0, True),
        ([10.0, 200.0], 60.0, False),
        ([3600.0], 3600.0, False),
    ],
)
def test_short_jobs_are_looked_at_often_when_they_should_end(
    ages: list[float], typical: float | None, *, near: bool
) -> None:
    """Jobs of one sweep take alike; for long ones it would cost thousands of calls."""
    assert is_near_end(ages, typical) is near


def test_looks_spread_out_and_never_beyond_the_longest() -> None:
    """Many programs that began together don't ask together for ever."""
    assert next_delay(100.0, 1, jitter=0.0) < next_delay(100.0, 1, jitter=1.0) <= LONGEST_DELAY


def test_a_blocking_call_is_awaited_with_its_result_or_error() -> None:
    """It runs outside the loop, and outside the program's own executor."""

    def fail() -> None:
        raise NotFound("reading", "TrainingJob", "x")

    async def program() -> int:
        with pytest.raises(NotFound):
            await in_daemon_thread(fail)
        return await in_daemon_thread(threading.get_ident)

    assert asyncio.run(program()) != threading.get_ident()
