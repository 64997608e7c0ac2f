from __future__ import annotations

import json
from typing import Any

import pytest
from good_requests import GOOD_JOBS
from real_requests import REAL_JOBS, REAL_QUEUE_SIDE
from training_requests import JOB

from sjresource.aws.settings import Settings
from sjresource.checks.rules.requests import queue_problems
from sjresource.checks.service_job import check_job
from sjresource.stack.config import CheckSettings

GOOD = {**GOOD_JOBS, **REAL_JOBS}


def failures(job: dict[str, Any]) -> list[str]:
    """Check it offline, in the region that these documents are about."""
    settings = Settings(region="us-west-2")
    checked = check_job(settings, CheckSettings(), job, would_be_submitted=False)
    return [failure.reason for failure in checked.failures]


@pytest.mark.parametrize("name", GOOD)
def test_what_aws_takes_is_let_through(name: str) -> None:
    """The documents' own examples and the SDK's payloads have no problem."""
    assert failures(GOOD[name]) == []


@pytest.mark.parametrize("name", GOOD)
def test_text_or_object_makes_no_difference(name: str) -> None:
    """A payload as JSON text is read like the same payload as a dict."""
    payload = GOOD[name]["service_request_payload"]
    other = json.loads(payload) if isinstance(payload, str) else json.dumps(payload)

    assert failures({**GOOD[name], "service_request_payload": other}) == []


@pytest.mark.parametrize("name", REAL_QUEUE_SIDE)
def test_a_queue_side_that_aws_takes_is_let_through(name: str) -> None:
    """Queues, environments, policies and shares, as the guides and the SDK's tests make them."""
    assert list(queue_problems(*REAL_QUEUE_SIDE[name])) == []


def test_the_bare_minimum_is_enough() -> None:
    """No argument is asked for that AWS does not ask for."""
    assert failures(JOB) == []
