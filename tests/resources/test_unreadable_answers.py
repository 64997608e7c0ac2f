"""Answers that come too late, are garbage, or are older than what was done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from lifecycle import Life

from sjresource.aws.batch import BatchClient
from sjresource.aws.clients import caller_account, caller_identity
from sjresource.errors import Unreachable
from sjresource.resources.service_job import ServiceJobProvider

if TYPE_CHECKING:
    from emulated import EmulatedBatch

REPLAYS = pytest.mark.parametrize("token_replay", ["same-job", "reject"])
READ_TIMEOUT_SECONDS = 0.2


class HastyProvider(ServiceJobProvider):
    """Gives up waiting for an answer after a fifth of a second, where the real one takes 30."""

    def client(self, _arn: str = "", _region: str | None = None) -> BatchClient:
        """Return a client that differs from the real one in its time-out alone."""
        return BatchClient(
            boto3.client(
                "batch",
                region_name=self.settings.region,
                endpoint_url=self.settings.endpoint("batch"),
                aws_access_key_id=self.settings.access_key,
                aws_secret_access_key=self.settings.secret_key,
                config=Config(
                    read_timeout=READ_TIMEOUT_SECONDS,
                    retries={"mode": "adaptive", "total_max_attempts": 8},
                ),
            )
        )


@REPLAYS
@pytest.mark.parametrize("kind", ["delay", "delay_after"])
def test_an_answer_that_timed_out_is_one_job(
    aws: EmulatedBatch, token_replay: Any, kind: str
) -> None:
    """The request is sent again, and both have their effect, under one token."""
    aws.emulator.behaviour.token_replay = token_replay
    queue = aws.make_queue()
    aws.control.fault("SubmitServiceJob", kind, seconds=4 * READ_TIMEOUT_SECONDS)

    train = Life(aws.provider(HastyProvider), aws.job(queue))

    assert train.refresh().id == train.id
    assert aws.jobs() == 1


@REPLAYS
def test_a_garbled_answer_to_the_submission_is_one_job(
    aws: EmulatedBatch, token_replay: Any
) -> None:
    """What was submitted can't be told: the create fails, and the next one finds it."""
    aws.emulator.behaviour.token_replay = token_replay
    jobs, inputs = aws.provider(ServiceJobProvider), aws.job(aws.make_queue())
    aws.control.fault("SubmitServiceJob", "malformed")

    with pytest.raises(Unreachable, match="the answer names no job; run `pulumi up` again"):
        Life(jobs, inputs)

    train = Life(jobs, inputs)
    assert train.refresh().id == train.id
    assert aws.jobs() == 1


def test_a_garbled_description_loses_no_id(aws: EmulatedBatch) -> None:
    """Nothing raises once the job is submitted."""
    inputs = aws.job(aws.make_queue())
    aws.control.fault("DescribeServiceJob", "malformed")

    train = Life(aws.provider(ServiceJobProvider), inputs)

    assert train.outs["status"] == "SUBMITTED"
    assert train.refresh().id == train.id


def test_a_garbled_answer_of_sts_tells_no_account(aws: EmulatedBatch) -> None:
    """Its XML can't be read, which botocore tells by an error that is none of its own base."""
    aws.control.fault("GetCallerIdentity", "malformed", count=None)

    with pytest.raises(Unreachable, match=r"reading caller .identity.: the answer can't be read"):
        caller_identity(aws.settings)
    assert caller_account(aws.settings) is None


def test_an_account_is_asked_for_again_after_a_silence_or_a_while(aws: EmulatedBatch) -> None:
    """One lost answer of STS would else count for as long as the process lives."""
    aws.control.fault("GetCallerIdentity", "malformed")
    found = [
        caller_account(aws.settings, within=within, now=partial(float, seconds))
        for seconds, within in ((0, 1e9), (29, 1e9), (31, 1e9), (9000, 1e9), (9000, 60), (9059, 60))
    ]

    assert found == [None, None, *["123456789012"] * 4]
    assert aws.emulator.calls.counts()["GetCallerIdentity"] == 3


@REPLAYS
def test_two_ups_at_once_are_one_job(aws: EmulatedBatch, token_replay: Any) -> None:
    """A stack's lock was broken while its owner was alive: both list nothing, and both submit."""
    aws.emulator.behaviour.token_replay = token_replay
    inputs = aws.job(aws.make_queue())
    both = [aws.provider(ServiceJobProvider) for _ in range(2)]
    aws.control.fault("SubmitServiceJob", "delay", count=2, seconds=0.3)

    with ThreadPoolExecutor() as threads:
        one, other = threads.map(lambda jobs: Life(jobs, inputs).id, both)

    assert one == other
    assert aws.jobs() == 1


class ForgetfulClient(BatchClient):
    """Sees lists that lag behind: they are empty."""

    def list_service_jobs_named(self, *_: str) -> Any:
        """List nothing."""
        return iter([])


class ForgetfulProvider(ServiceJobProvider):
    """Has such a client."""

    def client(self, arn: str = "", region: str | None = None) -> BatchClient:
        """Return the forgetful client."""
        return ForgetfulClient(super().client(arn, region)._batch)  # noqa: SLF001 - all else is the same


def test_a_released_job_is_known_though_it_is_not_listed(aws: EmulatedBatch) -> None:
    """A new run right after the delete is a new job: the old one's description says enough."""
    inputs = aws.job(aws.make_queue())
    first = Life(aws.provider(ServiceJobProvider), inputs)
    first.delete()

    second = Life(aws.provider(ForgetfulProvider), inputs)

    assert second.id != first.id
    assert aws.jobs() == 2


def test_a_job_on_its_way_out_is_no_run_to_go_on_with(aws: EmulatedBatch) -> None:
    """Where no tag can be set, a job that was terminated is given up, as one that has finished."""
    jobs, inputs = aws.provider(ServiceJobProvider), aws.job(aws.make_queue())
    aws.emulator.behaviour.termination_ms = 60_000
    aws.control.fault("TagResource", "error", count=None, status=403, code="AccessDeniedException")
    first = Life(jobs, inputs)
    first.delete()

    second = Life(jobs, inputs)

    assert second.id != first.id
    assert second.outs["orphans"] == []


def test_a_job_that_somebody_else_ended_is_not_run_again_unasked(aws: EmulatedBatch) -> None:
    """Its create was lost, then a person terminated it: that is no wish for another one."""
    jobs, inputs = aws.provider(ServiceJobProvider), aws.job(aws.make_queue())
    aws.emulator.behaviour.termination_ms = 60_000
    lost = Life(jobs, inputs).id
    aws.batch.terminate_service_job(jobId=lost, reason="too dear")

    assert Life(jobs, inputs).id == lost
    assert aws.jobs() == 1


def test_an_answer_lost_twice_with_a_crash_between_is_one_job(aws: EmulatedBatch) -> None:
    """Each create may die anew."""
    jobs, inputs = aws.provider(ServiceJobProvider), aws.job(aws.make_queue())
    for _ in range(2):
        aws.control.fault("SubmitServiceJob", "malformed")
        with suppress(Unreachable):
            Life(jobs, inputs)

    train = Life(jobs, inputs)

    assert train.refresh().id == train.id
    assert aws.jobs() == 1
