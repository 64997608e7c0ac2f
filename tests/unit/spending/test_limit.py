from __future__ import annotations

import math

import pytest
from training_requests import JOB, with_payload

from sjresource.errors import RequestFailed
from sjresource.spending.limit import SubmittedHours

HOUR = {"StoppingCondition__MaxRuntimeInSeconds": 3600.0}


def job(name: str, **payload: object) -> dict[str, object]:
    """Return the arguments of a job that may run for an hour on one instance."""
    return {**with_payload(**{**HOUR, **payload}), "identity": f"org/urn:pulumi:s::p::type::{name}"}


def test_an_update_submits_no_more_than_its_limit() -> None:
    """A retried create counts once; what is refused does not count."""
    submitted = SubmittedHours()
    submitted.admit(2.0, job("a"))
    submitted.admit(2.0, job("a"))
    with pytest.raises(RequestFailed) as refused:
        submitted.admit(2.0, job("b", ResourceConfig__InstanceCount=2.0))
    submitted.admit(2.0, job("c"))
    with pytest.raises(RequestFailed):
        submitted.admit(2.0, job("d"))

    assert str(refused.value).startswith(
        "creating ServiceJob (b): with the 1 before it, it may use more instance-hours than "
        "sjresource:maxInstanceHours allows; bound the runs"
    )


def test_seconds_count_however_many_jobs_have_few() -> None:
    """Hours of two decimals would let any number of short jobs through."""
    submitted = SubmittedHours()
    for number in range(36):
        submitted.admit(0.1, job(str(number), StoppingCondition__MaxRuntimeInSeconds=10.0))
    with pytest.raises(RequestFailed):
        submitted.admit(0.1, job("36", StoppingCondition__MaxRuntimeInSeconds=10.0))


def test_without_a_limit_nothing_is_refused_and_with_a_wrong_one_everything() -> None:
    """What can't be known is refused too: it may be any number."""
    SubmittedHours().admit(None, {**JOB, "service_request_payload": {}})
    with pytest.raises(RequestFailed):
        SubmittedHours().admit(math.nan, job("a"))
    with pytest.raises(RequestFailed, match="how many instance-hours it may use is not known"):
        SubmittedHours().admit(2.0, job("a", ResourceConfig={}))
