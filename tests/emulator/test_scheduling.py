"""The pure rules: who gets capacity, who is tried again, and how time passes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from sjresource.emulator import Emulator
from sjresource.emulator.clock import Clock
from sjresource.emulator.lifecycle.transitions import (
    after_failure,
    is_capacity_failure,
    training_job_name,
)
from sjresource.emulator.scheduling.capacity import Environment
from sjresource.emulator.scheduling.plan import make_plan
from sjresource.emulator.scheduling.reasons import TOO_LARGE
from sjresource.emulator.scheduling.state import Queue, RunningJob, State, WaitingJob
from sjresource.emulator.store.records import Resource

REGION = "eu-west-1"
ONE, TWO = {"ml.m5.large": 1}, {"ml.m5.large": 2}


def environment(name: str, capacity: int, unit: str = "NUM_INSTANCES", **more: Any) -> Environment:
    """Make an environment that is open."""
    return Environment(**{"arn": name, "open": True, "limits": {unit: capacity}, **more})


def decide(
    waiting: dict[str, list[WaitingJob]],
    *environments: Environment,
    queues: list[Queue] | None = None,
    used: dict[str, dict[str, int]] | None = None,
) -> Any:
    """Plan for one queue on all environments, unless queues are given."""
    names = [each.arn for each in environments]
    given = queues or [Queue("q", 1, names)]
    state = State(
        queues=given,
        environments={each.arn: each for each in environments},
        waiting={queue: {"": jobs} for queue, jobs in waiting.items()},
        running=[RunningJob(arn, "other", arn, units) for arn, units in (used or {}).items()],
    )
    return make_plan(state, 0.0)


def test_what_fits_is_placed_in_order() -> None:
    """Jobs are placed from the front until one does not fit; the rest waits behind it."""
    jobs = [WaitingJob("a", ONE), WaitingJob("b", TWO), WaitingJob("c", ONE)]

    decided = decide({"q": jobs}, environment("e", 2))

    assert decided.placements == {"a": "e"}
    assert decided.blocked["q", ""].job_id == "b"
    assert decided.blocked["q", ""].why.endswith(
        "running jobs use the capacity: 1 of 2 instances free in e"
    )
    assert decided.blocked["q", ""].status_reason is None


def test_used_capacity_is_not_given_twice() -> None:
    """What running jobs hold counts against the limit."""
    used = {"e": {"ml.m5.large": 1}}

    assert decide({"q": [WaitingJob("a", TWO)]}, environment("e", 2), used=used).placements == {}
    assert decide({"q": [WaitingJob("a", ONE)]}, environment("e", 2), used=used).placements != {}


def test_the_next_environment_is_tried() -> None:
    """A job that the first environment has no room for goes to the second."""
    decided = decide(
        {"q": [WaitingJob("a", TWO)]}, environment("small", 1), environment("large", 2)
    )

    assert decided.placements == {"a": "large"}


def test_a_closed_environment_takes_nothing() -> None:
    """A job waits for an environment that takes no jobs, without a reason that Batch shows."""
    decided = decide({"q": [WaitingJob("a", ONE)]}, environment("e", 1, open=False))

    assert decided.blocked["q", ""].why == "the environments that are large enough take no jobs"


def test_a_job_too_large_for_all_says_so() -> None:
    """Only a job that no environment could ever take has Batch's reason."""
    decided = decide({"q": [WaitingJob("a", TWO)]}, environment("e", 1))

    assert decided.blocked["q", ""].status_reason == TOO_LARGE


def test_a_limit_by_instance_type_counts_that_type() -> None:
    """With a type as its unit an environment takes jobs of that type only."""
    typed = environment("e", 1, "ml.m5.large")

    assert decide({"q": [WaitingJob("a", ONE)]}, typed).placements == {"a": "e"}
    assert decide({"q": [WaitingJob("a", {"ml.p4d.24xlarge": 1})]}, typed).placements == {}


def test_a_job_that_is_held_holds_up_its_queue() -> None:
    """A job that is not ready keeps those behind it waiting, though there is room."""
    decided = decide(
        {"q": [WaitingJob("a", ONE, ready=False), WaitingJob("b", ONE)]}, environment("e", 9)
    )

    assert decided.placements == {}


def test_a_blocked_queue_does_not_hold_up_another() -> None:
    """Queues go by priority, and each has its own front."""
    queues = [Queue("low", 1, ["e"]), Queue("high", 9, ["e"])]
    waiting = {"low": [WaitingJob("a", ONE), WaitingJob("b", ONE)], "high": [WaitingJob("c", TWO)]}

    assert decide(waiting, environment("e", 3), queues=queues).placements == {"c": "e", "a": "e"}
    assert decide(waiting, environment("e", 1), queues=queues).placements == {"a": "e"}


def strategy(attempts: int, *rules: tuple[str, str]) -> dict[str, Any]:
    """Make a retry strategy of (action, pattern) rules."""
    conditions = [{"action": action, "onStatusReason": pattern} for action, pattern in rules]
    return {"attempts": attempts, "evaluateOnExit": conditions}


@pytest.mark.parametrize(
    ("given", "failed", "reason", "decision"),
    [
        (None, 1, "x", "EXIT"),
        ({"attempts": 2}, 1, "x", "RETRY"),
        ({"attempts": 2}, 2, "x", "EXIT"),
        ({"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}, 1, "x", "EXIT"),
        (strategy(2, ("EXIT", "y*")), 1, "x", "RETRY"),
        (strategy(2, ("EXIT", "x")), 1, "xy", "RETRY"),
        (strategy(2, ("EXIT", "x*")), 1, "xy", "EXIT"),
        (strategy(2, ("RETRY", "x*"), ("EXIT", "*")), 1, "x", "RETRY"),
        (strategy(1, ("RETRY", "*")), 1, "x", "EXIT"),
        (strategy(2, ("EXIT", "*y")), 1, "xy", "EXIT"),
        (strategy(2, ("EXIT", "*y")), 1, "xyz", "RETRY"),
        (strategy(2, ("EXIT", "*CapacityError*")), 1, "Received: CapacityError: none", "EXIT"),
        (strategy(2, ("EXIT", "a*c*e")), 1, "abcde", "EXIT"),
        (strategy(2, ("EXIT", "ab*ba")), 1, "aba", "RETRY"),
        (strategy(2, ("EXIT", "**")), 1, "x", "EXIT"),
        (strategy(2, ("EXIT", "x.")), 1, "xy", "RETRY"),
    ],
)
def test_retries_follow_the_strategy(
    given: dict[str, Any] | None, failed: int, reason: str, decision: str
) -> None:
    """Attempts bound the retries; the first pattern that matches decides, none means retry."""
    assert after_failure(given, failed, reason) == decision


def test_capacity_failures_are_told_apart() -> None:
    """Only SageMaker's CapacityError is one."""
    assert is_capacity_failure("CapacityError: none left")
    assert not is_capacity_failure("AlgorithmError: CapacityError")
    assert not is_capacity_failure(None)


@pytest.mark.parametrize("job_name", ["a", "my_job", "x" * 128, "_", "a--b-"])
def test_training_job_names_are_sagemakers(job_name: str) -> None:
    """Whatever the job's name, the training job's has SageMaker's pattern, and differs by start."""
    names = {training_job_name(job_name, "id", start) for start in (1, 2)}

    assert len(names) == 2
    pattern = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"
    assert all(re.fullmatch(pattern, name) for name in names)


class Alarm:
    """Rings at its moments, and notes when it was asked to tick."""

    def __init__(self, clock: Clock, *moments: float) -> None:
        self._clock = clock
        self._moments = list(moments)
        self.rang: list[float] = []

    def next_due(self) -> float | None:
        """Return the first moment that is left."""
        return self._moments[0] if self._moments else None

    def tick(self) -> None:
        """Ring what is due."""
        while self._moments and self._moments[0] <= self._clock.now():
            self._moments.pop(0)
            self.rang.append(self._clock.now())


def test_advancing_stops_at_each_moment() -> None:
    """What falls due on the way happens at its own time, not at the end."""
    clock = Clock(0, start=100)
    alarm = Alarm(clock, 101, 105, 120)
    clock.follow(alarm)
    clock.advance(10)

    assert alarm.rang == [101, 105]
    assert clock.now() == 110


class LateAlarm(Alarm):
    """One that takes two seconds to say when it rings."""

    def __init__(self, clock: Clock, real: list[float], *moments: float) -> None:
        super().__init__(clock, *moments)
        self._real = real

    def next_due(self) -> float | None:
        """Let real time pass."""
        self._real[0] += 2
        return super().next_due()


def test_what_falls_due_while_the_clock_is_asked_holds_up_nothing() -> None:
    """It is done at once, and what comes after it at its own moment."""
    real = [0.0]
    clock = Clock(1, start=100, real=lambda: real[0])
    alarm = LateAlarm(clock, real, 101, 108)
    clock.follow(alarm)
    clock.advance(20)

    assert alarm.rang == [102, 108]


def test_what_falls_due_after_a_tick_is_not_slept_over() -> None:
    """A tick takes time, and a fast clock makes much of it: what is past by then is due now."""
    real = [0.0]
    emulator = Emulator(clock=Clock(1, start=100, real=lambda: real[0]))
    store, lifecycle = emulator._store, emulator._lifecycle  # noqa: SLF001 - the moment can't be met from outside
    detail = {"status": "CREATING", "state": "ENABLED", "capacityLimits": []}
    with store.transaction():
        store.put_resource(Resource("service-environment", "arn", "e", REGION, detail, 100_000))
    lifecycle.tick()
    real[0] = 60

    due = lifecycle.next_due()
    lifecycle.tick()
    left = lifecycle.next_due()
    emulator.stop()

    assert due == pytest.approx(100.1)
    assert left is None


def test_a_scaled_clock_runs_at_its_rate() -> None:
    """At a rate of 60 a real second is a minute, also after the rate has changed."""
    real = [0.0]
    clock = Clock(60, start=0, real=lambda: real[0])
    real[0] = 2
    assert clock.now() == 120
    assert clock.real_seconds_until(180) == 1
    clock.set_rate(0)
    real[0] = 10
    assert clock.now() == 120
    assert clock.real_seconds_until(180) is None
    clock.set_rate(1)
    real[0] = 15

    assert clock.now() == 125


def test_time_does_not_go_backwards() -> None:
    """Negative steps and rates are refused."""
    clock = Clock(0)

    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="0 or more"):
        clock.set_rate(-1)
