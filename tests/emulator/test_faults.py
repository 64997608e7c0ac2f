"""Faults, calls and other orders, over HTTP under `/_emulator/`."""

from __future__ import annotations

import urllib.error
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from emulator_requests import client, control, make_environment, make_queue, submit

from sjresource.emulator.controls.faults import Fault, Faults
from sjresource.emulator.protocol.errors import AWSError
from sjresource.emulator.protocol.http_messages import json_response

if TYPE_CHECKING:
    from sjresource.emulator import Emulator


@pytest.fixture(autouse=True)
def _queue(emulator: Emulator) -> None:
    make_queue(emulator, make_environment(emulator))


def order(emulator: Emulator, **fault: Any) -> None:
    """Order a fault over HTTP."""
    control(emulator.url, emulator.credentials, "POST", "faults", fault)


def submitted(emulator: Emulator, batch: Any) -> list[str]:
    """Return the names of all jobs that there are."""
    emulator.clock.advance(60)
    jobs = batch.list_service_jobs(jobQueue="queue", jobStatus="SUCCEEDED")["jobSummaryList"]
    return [job["jobName"] for job in jobs]


def test_an_ordered_error_comes_once(emulator: Emulator, batch: Any) -> None:
    """An error fault gives its code and status to one call, and the next call succeeds."""
    order(emulator, operation="SubmitServiceJob", kind="error", code="ServerException", status=503)

    with pytest.raises(ClientError) as caught:
        submit(emulator)

    assert caught.value.response["Error"]["Code"] == "ServerException"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    submit(emulator)
    assert submitted(emulator, batch) == ["train"]


def test_throttling_looks_like_awss(emulator: Emulator) -> None:
    """A throttle fault is a 429 TooManyRequestsException, as often as its count says."""
    order(emulator, operation="SubmitServiceJob", kind="throttle", count=2)

    for _ in range(2):
        with pytest.raises(ClientError) as caught:
            submit(emulator)
        assert caught.value.response["Error"]["Code"] == "TooManyRequestsException"
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 429
    submit(emulator)


def test_a_rate_lets_so_many_calls_pass() -> None:
    """A bucket holds a second's calls, and is refilled as time goes on."""
    moment = [0.0]
    faults = Faults(lambda _: None, lambda: moment[0])
    faults.add(Fault("SubmitServiceJob", "throttle", count=None, per_second=2))

    def passes() -> bool:
        with suppress(AWSError):
            return faults.apply("SubmitServiceJob", {}, lambda: json_response({})).status == 200
        return False

    assert [passes() for _ in range(3)] == [True, True, False]
    moment[0] += 0.5
    assert [passes() for _ in range(2)] == [True, False]
    moment[0] += 60
    assert [passes() for _ in range(3)] == [True, True, False]


def test_a_throttled_rate_is_ordered_over_http(emulator: Emulator) -> None:
    """Two calls at once are more than one in a quarter of an hour."""
    order(emulator, operation="SubmitServiceJob", kind="throttle", count=None, per_second=0.001)

    submit(emulator)
    with pytest.raises(ClientError, match="TooManyRequestsException"):
        submit(emulator)


def test_a_drop_before_has_no_effect(emulator: Emulator, batch: Any) -> None:
    """With drop_before the connection is cut and no job was submitted."""
    order(emulator, operation="SubmitServiceJob", kind="drop_before")

    with pytest.raises(ConnectionClosedError):
        submit(emulator)

    assert submitted(emulator, batch) == []


def test_a_drop_after_has_its_effect(emulator: Emulator, batch: Any) -> None:
    """With drop_after the connection is cut although the job was submitted."""
    order(emulator, operation="SubmitServiceJob", kind="drop_after")

    with pytest.raises(ConnectionClosedError):
        submit(emulator)

    assert submitted(emulator, batch) == ["train"]


def test_a_malformed_answer_has_its_effect(emulator: Emulator, batch: Any) -> None:
    """A malformed fault breaks the answer's JSON after the job was submitted.

    boto3 takes such an answer for an empty one.
    """
    order(emulator, operation="SubmitServiceJob", kind="malformed")

    with pytest.raises(KeyError, match="jobId"):
        submit(emulator)

    assert submitted(emulator, batch) == ["train"]


def test_a_delay_is_slept(emulator: Emulator) -> None:
    """A delay fault sleeps its seconds before the call, which then succeeds."""
    slept: list[float] = []
    emulator.faults.sleep = slept.append
    order(emulator, operation="SubmitServiceJob", kind="delay", seconds=7.5)

    submit(emulator)

    assert slept == [7.5]


def test_a_delay_after_holds_back_the_answer_alone(emulator: Emulator, batch: Any) -> None:
    """While a delay_after fault sleeps the job is there already."""
    seen: list[int] = []
    emulator.faults.sleep = lambda _: seen.append(len(submitted(emulator, batch)))
    order(emulator, operation="SubmitServiceJob", kind="delay_after", seconds=7.5)

    submit(emulator)

    assert seen == [1]


def test_a_fault_hits_only_what_it_matches(emulator: Emulator, batch: Any) -> None:
    """A fault with a match leaves other calls of its operation alone."""
    order(emulator, operation="SubmitServiceJob", kind="throttle", match={"jobName": "b"})

    submit(emulator, jobName="a")
    with pytest.raises(ClientError):
        submit(emulator, jobName="b")

    assert submitted(emulator, batch) == ["a"]


def test_faults_can_be_taken_back(emulator: Emulator) -> None:
    """DELETE takes back a fault without an end."""
    order(emulator, operation="SubmitServiceJob", kind="throttle", count=None)
    control(emulator.url, emulator.credentials, "DELETE", "faults")

    submit(emulator)


def test_one_fault_of_several_can_be_taken_back(emulator: Emulator) -> None:
    """By the number that GET tells; one that is gone already is no mistake."""
    for kind in ("throttle", "error"):
        order(emulator, operation="SubmitServiceJob", kind=kind, count=None)
    asked = (emulator.url, emulator.credentials)
    first, second = control(*asked, "GET", "faults")["faults"]
    control(*asked, "DELETE", "faults", {"number": first["number"]})
    control(*asked, "DELETE", "faults", {"number": first["number"]})

    assert control(*asked, "GET", "faults")["faults"] == [second]


def test_faults_strike_other_services_too(emulator: Emulator) -> None:
    """A fault of an STS action is an error in STS's own protocol."""
    order(emulator, operation="GetCallerIdentity", kind="error", code="Throttling", status=400)

    with pytest.raises(ClientError, match="Throttling"):
        client(emulator, "sts").get_caller_identity()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"kind": "drop_before"}, "operation"),
        (
            {"operation": "SubmitServiceJob", "kind": "explode"},
            "kind: expected one of delay,",
        ),
        ({"operation": "SubmitServiceJob", "kind": "delay", "sleep": 1}, "unknown field `sleep`"),
        (["SubmitServiceJob"], "expected `object`, got `array`"),
    ],
)
def test_a_wrong_order_is_refused(emulator: Emulator, fault: Any, said: str) -> None:
    """An order that makes no sense is a 400 that says why."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(emulator.url, emulator.credentials, "POST", "faults", fault)

    with caught.value as answer:
        assert answer.code == 400
        assert said in answer.read().decode()


def test_calls_are_counted_without_payloads(emulator: Emulator) -> None:
    """The list of calls tells operations, names and statuses, and nothing that could be secret."""
    submit(emulator, tags={"owner": "hidden-in-a-tag"})

    told = control(emulator.url, emulator.credentials, "GET", "calls")

    assert told["counts"]["SubmitServiceJob"] == 1
    assert told["calls"][-1]["operation"] == "SubmitServiceJob"
    assert told["calls"][-1]["names"] == {"jobName": "train", "jobQueue": "queue"}
    assert told["calls"][-1]["status"] == 200
    assert "hidden-in-a-tag" not in str(told)
    assert "RoleArn" not in str(told)


def test_the_clock_moves_over_http(emulator: Emulator, batch: Any) -> None:
    """Advancing the clock over HTTP makes jobs go on."""
    job = submit(emulator)
    before = control(emulator.url, emulator.credentials, "GET", "clock")
    after = control(emulator.url, emulator.credentials, "POST", "clock", {"advance": 60})

    assert after["now"] == before["now"] + 60
    assert batch.describe_service_job(jobId=job)["status"] == "SUCCEEDED"


def test_rules_script_jobs_by_name(emulator: Emulator, batch: Any) -> None:
    """A rule gives the jobs that it matches their outcome, as often as it says."""
    rule = {"job_name": "tr*", "script": {"outcome": "Failed"}, "count": 1}
    control(emulator.url, emulator.credentials, "POST", "rules", rule)
    jobs = [submit(emulator), submit(emulator)]
    emulator.clock.advance(60)

    statuses = [batch.describe_service_job(jobId=job)["status"] for job in jobs]
    assert statuses == ["FAILED", "SUCCEEDED"]


def test_a_stuck_job_stays_runnable(emulator: Emulator, batch: Any) -> None:
    """A script can keep a job RUNNABLE, in the way of the next one."""
    rule = {"job_name": "stuck", "script": {"stuck": True}}
    control(emulator.url, emulator.credentials, "POST", "rules", rule)
    jobs = [submit(emulator, jobName="stuck"), submit(emulator)]
    emulator.clock.advance(3600)

    statuses = [batch.describe_service_job(jobId=job)["status"] for job in jobs]
    assert statuses == ["RUNNABLE", "RUNNABLE"]


def test_an_expired_job_is_unknown(emulator: Emulator, batch: Any) -> None:
    """After expire an ended job is described and listed no more."""
    job = submit(emulator)
    emulator.clock.advance(60)
    control(emulator.url, emulator.credentials, "POST", f"jobs/{job}", {"action": "expire"})

    with pytest.raises(ClientError, match="does not exist"):
        batch.describe_service_job(jobId=job)
    assert submitted(emulator, batch) == []


def test_a_vanished_job_is_gone_while_it_ran(emulator: Emulator, batch: Any) -> None:
    """After vanish a live job is unknown, and its capacity is free."""
    job = submit(emulator)
    with pytest.raises(urllib.error.HTTPError) as caught:
        control(emulator.url, emulator.credentials, "POST", f"jobs/{job}", {"action": "expire"})
    caught.value.close()
    control(emulator.url, emulator.credentials, "POST", f"jobs/{job}", {"action": "vanish"})

    with pytest.raises(ClientError, match="does not exist"):
        batch.describe_service_job(jobId=job)


def test_tagging_finished_jobs_can_be_refused(emulator: Emulator, batch: Any) -> None:
    """Return whether a finished job's tags can be changed is a switch."""
    arn = f"arn:aws:batch:us-east-1:123456789012:service-job/{submit(emulator)}"
    emulator.clock.advance(60)
    batch.tag_resource(resourceArn=arn, tags={"a": "1"})
    behaviour = {"tag_finished_jobs": False}
    control(emulator.url, emulator.credentials, "POST", "behaviour", behaviour)

    with pytest.raises(ClientError, match="SUCCEEDED"):
        batch.tag_resource(resourceArn=arn, tags={"a": "2"})
    assert batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1"}
