from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from bad_requests import BAD_JOBS, BAD_PAYLOADS, BAD_QUEUE_SIDE, Bad

from sjresource.job_queue import JobQueueProvider
from sjresource.quota_share import QuotaShareProvider
from sjresource.scheduling_policy import SchedulingPolicyProvider
from sjresource.service_environment import ServiceEnvironmentProvider
from sjresource.service_job import ServiceJobProvider
from sjresource.settings import Checking

if TYPE_CHECKING:
    from sjresource.provider import BatchProvider

BAD = (*BAD_JOBS, *BAD_PAYLOADS, *BAD_QUEUE_SIDE)
PROVIDERS: dict[str, type[BatchProvider]] = {
    "SubmitServiceJob": ServiceJobProvider,
    "CreateJobQueue": JobQueueProvider,
    "CreateServiceEnvironment": ServiceEnvironmentProvider,
    "CreateSchedulingPolicy": SchedulingPolicyProvider,
    "CreateQuotaShare": QuotaShareProvider,
}


def failures(bad: Bad, **checking: bool) -> list[str]:
    """Check it as the engine does, without asking AWS."""
    provider: Any = PROVIDERS[bad.operation]()
    provider.checking = Checking(preflight=False, **checking)
    given = {name: value for name, value in bad.request.items() if value is not None}
    return [failure.reason for failure in provider.check({}, given).failures]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_a_bad_request_fails_at_its_path_with_the_reason(bad: Bad) -> None:
    """A failed check is where it ends: the engine calls nothing else."""
    told = [reason for reason in failures(bad) if reason.startswith(f"{bad.path} ")]

    assert any(bad.reason in reason for reason in told), failures(bad)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: f"{bad.path}-{bad.reason}"[:70])
def test_one_mistake_is_told_once(bad: Bad) -> None:
    """What follows from a mistake is not told as another one at the same place."""
    paths = [reason.split(" ")[0] for reason in failures(bad)]

    assert len(paths) == len(set(paths)), failures(bad)


def test_there_are_enough_of_them() -> None:
    """Forty at least, written by hand."""
    assert len(BAD) >= 40
