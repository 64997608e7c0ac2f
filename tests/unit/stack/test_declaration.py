from __future__ import annotations

from typing import Any

import pulumi
import pytest

import sjresource as sj

QUEUE = "arn:aws:batch:eu-west-1:123456789012:job-queue/training"


def job(opts: Any) -> Any:
    """Declare a job."""
    return sj.ServiceJob("train", job_queue=QUEUE, service_request_payload={}, opts=opts)


def policy(opts: Any) -> Any:
    """Declare a policy."""
    return sj.SchedulingPolicy("fair", opts=opts)


def completion(opts: Any) -> Any:
    """Declare a completion."""
    return sj.ServiceJobCompletion("trained", job=f"{QUEUE[:-18]}service-job/a", opts=opts)


@pytest.mark.parametrize("declare", [job, policy, completion])
@pytest.mark.parametrize(
    ("opts", "said"),
    [
        ({"protect": True}, "opts must be a pulumi.ResourceOptions, got a dict"),
        (pulumi.ResourceOptions(import_=QUEUE), "the resource option import_ works for no dynamic"),
    ],
)
def test_options_that_can_t_work_are_refused_where_they_are_given(
    declare: Any, opts: Any, said: str
) -> None:
    """An import would end in Pulumi's `KeyError`."""
    with pytest.raises(pulumi.RunError, match=said) as raised:
        declare(opts)

    adopts = declare is job and "import_" in said
    assert ("; adopt_job_id takes a job over" in str(raised.value)) == adopts
