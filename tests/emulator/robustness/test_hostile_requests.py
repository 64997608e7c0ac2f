"""A job or a control request never stops the others: bounds, damage, and a clock that goes on."""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import time
import urllib.error
from typing import TYPE_CHECKING, Any

import pytest
from emulator_requests import (
    client,
    control,
    make_environment,
    make_queue,
    payload,
    scripted,
    submit,
)

from sjresource.emulator import Clock, Emulator, Fault, Rule, Script
from sjresource.emulator.executors.simulated import SimulatedExecutor

if TYPE_CHECKING:
    from pathlib import Path

HUGE = "1" + "0" * 400
WRONG_SCRIPTS: list[Any] = [
    {"running": 1e10},
    {"running": -1},
    {"submitted": "1"},
    {"stopping": True},
    {"failure_reason": 5},
    {"failure_reason": "x" * 1025},
    {"interruptions": 10**8},
    {"capacity_errors": 1.5},
    {"stuck": 1},
    {"outcome": ["Failed"]},
    {"exit_code": "x"},
    {"metrics": {"loss": "low"}},
    {"metrics": [1]},
    {"colour": 1},
    [],
    [{}] * 101,
    5,
    "running",
]


def refused(emulator: Emulator, route: str, body: str, method: str = "POST") -> str:
    """Return the message with which an order is refused, which has to be a 400."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(emulator.url, emulator.credentials, method, route, raw=body)
    with caught.value:
        assert caught.value.code == 400
        return str(json.load(caught.value)["message"])


def goes_on(emulator: Emulator) -> bool:
    """Return whether a job that is submitted now runs to its end."""
    job = submit(emulator, jobName="goes-on")
    emulator.clock.advance(60)
    told = client(emulator, "batch").describe_service_job(jobId=job)
    return bool(told["status"] == "SUCCEEDED")


@pytest.mark.parametrize("script", WRONG_SCRIPTS)
def test_a_script_out_of_bounds_is_refused_in_a_rule_and_fails_its_own_job(
    emulator: Emulator, batch: Any, script: Any
) -> None:
    """It is never stored, nobody else waits for it, and its job says what is wrong."""
    make_queue(emulator, make_environment(emulator))

    assert "reading Script: " in refused(emulator, "rules", json.dumps({"script": script}))
    job = submit(emulator, serviceRequestPayload=scripted(script))
    assert goes_on(emulator)
    told = batch.describe_service_job(jobId=job)
    assert told["status"] == "FAILED"
    assert "SJRESOURCE_SIMULATE is wrong" in told["statusReason"]


@pytest.mark.parametrize("text", ['{"running": NaN}', '{"running": Infinity}', "{running: 1}", "x"])
def test_a_script_that_is_no_json_fails_its_own_job(
    emulator: Emulator, batch: Any, text: str
) -> None:
    """It is not passed over, as if there were none."""
    make_queue(emulator, make_environment(emulator))
    job = submit(emulator, serviceRequestPayload=payload(Environment={"SJRESOURCE_SIMULATE": text}))

    assert goes_on(emulator)
    told = batch.describe_service_job(jobId=job)
    assert (told["status"], "SJRESOURCE_SIMULATE is wrong" in told["statusReason"]) == (
        "FAILED",
        True,
    )


@pytest.mark.parametrize(
    ("route", "body"),
    [
        *(("clock", f'{{"{name}": {value}}}') for name in ("rate", "advance")
          for value in ("NaN", "Infinity", "-1", "1e300", HUGE, "true", '"1"', "[]", "null")),
        ("rules", '{"count": "x"}'),
        ("rules", '{"count": -1}'),
        ("rules", '{"count": 1.5}'),
        ("rules", '{"job_name": 5}'),
        ("rules", '{"job_name": "' + "*a" * 100 + '"}'),
        ("rules", "[]"),
        ("rules", "{" * 5000),
        ("rules", '"\\ud800"'),
        ("faults", '{"operation": "X", "kind": "delay", "seconds": 1e9}'),
        ("faults", '{"operation": "X", "kind": "delay", "seconds": NaN}'),
        ("faults", '{"operation": "X", "kind": "error", "code": "a\\r\\nb: c"}'),
        ("faults", '{"operation": "X", "kind": "error", "status": "x"}'),
        ("faults", '{"operation": "X", "kind": "error", "status": 99}'),
        ("faults", '{"operation": "X", "kind": "throttle", "per_second": 0}'),
        ("faults", '{"operation": "X", "kind": "throttle", "count": "x"}'),
        ("faults", '{"operation": "X", "kind": "throttle", "match": 5}'),
        ("behaviour", '{"termination_ms": "x"}'),
        ("behaviour", '{"tag_finished_jobs": 1}'),
        ("behaviour", '{"token_replay": ["reject"]}'),
        ("web-identities", '{"seconds": 1e9}'),
        ("jobs/none", "x"),
    ],
)  # fmt: skip
def test_an_order_out_of_bounds_is_refused(emulator: Emulator, route: str, body: str) -> None:
    """With what is wrong, and everything goes on as before."""
    make_queue(emulator, make_environment(emulator))
    if route == "jobs/none":
        route = f"jobs/{submit(emulator)}"

    assert refused(emulator, route, body)
    assert goes_on(emulator)
    assert control(emulator.url, emulator.credentials, "GET", "clock")["rate"] == 0


@pytest.mark.parametrize("seconds", [math.nan, math.inf, -1])
def test_a_clock_in_a_program_has_bounds_too(seconds: float) -> None:
    """What is no time can't be moved by, nor gone at."""
    clock = Clock(0)
    for order in (clock.advance, clock.set_rate, Clock):
        with pytest.raises(ValueError, match="must be 0 or more"):
            order(seconds)


def test_time_ends_with_the_calendar() -> None:
    """Ten thousand years more are the last day of the year 9999, and no overflow."""
    clock = Clock(0)
    clock.advance(1e15)

    assert time.gmtime(clock.now()).tm_year == 9999


def test_a_clock_that_stood_still_goes_on() -> None:
    """From rate 0 to a rate again, what falls due happens without anybody asking."""
    with Emulator(clock=Clock(0)) as emulator:
        make_queue(emulator, make_environment(emulator))
        job = submit(emulator)
        emulator.clock.set_rate(1000)
        deadline = time.monotonic() + 60
        batch = client(emulator, "batch")
        while batch.describe_service_job(jobId=job)["status"] != "SUCCEEDED":
            assert time.monotonic() < deadline
            time.sleep(0.01)


def test_a_long_advance_gives_up_in_time() -> None:
    """What would take hours of real time ends with how much is left, and the clock goes on."""
    real = iter(range(1000))
    clock = Clock(0, start=0, real=lambda: float(next(real)))

    class Busy:
        def next_due(self) -> float:
            return clock.now() + 1

        def tick(self) -> None:
            pass

    clock.follow(Busy())
    with pytest.raises(ValueError, match=r"too much happens in that time; \d+ s of it are left"):
        clock.advance(100_000, within=100)
    assert 0 < clock.now() < 100_000


class Moody(SimulatedExecutor):
    """Can't say anything of jobs that are called so."""

    def poll(self, name: str) -> Any:
        """Fail for those."""
        if "Moody" in name:
            raise RuntimeError("no mood")
        return super().poll(name)


def test_an_executor_that_fails_for_one_job_stops_no_other() -> None:
    """The others are followed in the same tick, which then says what was raised."""
    real = [0.0]
    clock = Clock(1, real=lambda: real[0])
    with Emulator(clock=clock, executor=lambda *_: Moody(clock, lambda _: Script())) as emulator:
        make_queue(emulator, make_environment(emulator))
        submit(emulator, jobName="Moody")
        job = submit(emulator, jobName="well")
        for _ in range(20):
            real[0] += 1
            with contextlib.suppress(RuntimeError):
                clock.set_rate(1)  # which ticks
        told = client(emulator, "batch").describe_service_job(jobId=job)

    assert told["status"] == "SUCCEEDED"


def test_a_record_that_cannot_be_ticked_is_set_aside(tmp_path: Path) -> None:
    """It has failed with its reason, and the others of the same tick go on."""
    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        make_queue(emulator, make_environment(emulator))
        torn, well = submit(emulator), submit(emulator)
    with sqlite3.connect(tmp_path / "batch.sqlite3") as database:
        change = "json_set(record, '$.timeout_config', json('{\"attemptDurationSeconds\": \"x\"}'))"
        database.execute(f"UPDATE service_jobs SET record = {change} WHERE id = ?", (torn,))  # noqa: S608 - a constant
    database.close()

    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        batch = client(emulator, "batch")
        emulator.clock.advance(60)
        told = {
            job: batch.list_service_jobs(jobQueue="queue", jobStatus=status)["jobSummaryList"]
            for job, status in ((torn, "FAILED"), (well, "SUCCEEDED"))
        }

    for job, listed in told.items():
        assert [each["jobId"] for each in listed] == [job]
    assert "can't go on with this job" in told[torn][0]["statusReason"]


def test_a_damaged_record_is_a_failed_job_after_a_restart(tmp_path: Path) -> None:
    """Its columns say which job it was; a damaged queue is left out, and all others are there."""
    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        environment = make_environment(emulator)
        make_queue(emulator, environment)
        make_queue(emulator, environment, name="torn")
        torn, well = submit(emulator, clientToken="t"), submit(emulator)
    database = sqlite3.connect(tmp_path / "batch.sqlite3")
    database.execute("UPDATE service_jobs SET record = '{' WHERE id = ?", (torn,))
    database.execute("UPDATE resources SET record = '[]' WHERE arn LIKE '%torn'")
    database.commit()
    database.close()

    with Emulator(tmp_path, clock=Clock(0)) as emulator:
        batch = client(emulator, "batch")
        emulator.clock.advance(60)
        told = {job: batch.describe_service_job(jobId=job) for job in (torn, well)}
        listed = batch.list_service_jobs(jobQueue="queue", jobStatus="FAILED")["jobSummaryList"]
        queues = [each["jobQueueName"] for each in batch.describe_job_queues()["jobQueues"]]

    assert told[well]["status"] == "SUCCEEDED"
    assert (told[torn]["status"], told[torn]["jobName"]) == ("FAILED", "train")
    assert "record of this job is damaged" in told[torn]["statusReason"]
    assert [each["jobId"] for each in listed] == [torn]
    assert queues == ["queue"]


def test_scripts_in_a_program_have_bounds_too() -> None:
    """A test that means an hour and writes milliseconds is told so where it stands."""
    with pytest.raises(ValueError, match="reading Script: running: expected `float` <= 315360000"):
        Script(running=1e10)


def test_orders_of_a_program_are_decoded_too(emulator: Emulator) -> None:
    """A rule or a fault that makes no sense is refused where it is written."""
    with pytest.raises(ValueError, match=r"reading Rule: count: expected `int \| null`"):
        emulator.rules.add(Rule("x", [Script()], count="x"))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="reading Fault: seconds: expected `float` <= 3600"):
        emulator.faults.add(Fault("X", "delay", seconds=math.inf))


def test_orders_are_bounded_in_number(emulator: Emulator) -> None:
    """Rules and faults can't fill the memory."""
    for _ in range(1000):
        emulator.rules.add(Rule("x", [Script()]))

    assert "clear them first" in refused(emulator, "rules", "{}")


def test_a_payload_out_of_all_bounds_is_its_own_jobs_end(emulator: Emulator, batch: Any) -> None:
    """A number of instances that no float can hold is no capacity, and ends no list."""
    make_queue(emulator, make_environment(emulator))
    config = {"InstanceCount": 10**400, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    job = submit(emulator, serviceRequestPayload=payload(ResourceConfig=config))

    assert goes_on(emulator)
    assert batch.describe_service_job(jobId=job)["status"] == "FAILED"
