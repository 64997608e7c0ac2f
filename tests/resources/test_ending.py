"""How a job ends: what a delete does of which it does not see the effect, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lifecycle import Life

from sjresource.errors import RequestFailed, SjresourceError, WaitTimeout
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import RELEASED_TAG

if TYPE_CHECKING:
    from emulated import EmulatedBatch

UNKNOWN = {"status": 400, "code": "ClientException", "message": "ServiceJob does not exist"}
DENIED = {"status": 403, "code": "AccessDeniedException"}


@pytest.fixture(params=["same-job", "reject"])
def jobs(request: pytest.FixtureRequest, aws: EmulatedBatch) -> ServiceJobProvider:
    """Return the provider before a Batch that answers a used token with its job, or an error."""
    aws.emulator.behaviour.token_replay = request.param
    return aws.provider(ServiceJobProvider)


@pytest.fixture
def queue(aws: EmulatedBatch) -> str:
    """Return the ARN of a queue with room, whose jobs run for an hour."""
    aws.control.call("POST", "rules", script={"running": 3600.0})
    return aws.make_queue()


def described(aws: EmulatedBatch, job: Life) -> dict[str, Any]:
    """Ask as somebody would who knows nothing of sjresource."""
    detail: dict[str, Any] = aws.batch.describe_service_job(jobId=job.id)
    return detail


@pytest.mark.parametrize("taking_back", [True, False], ids=["unmarked", "mark-stays"])
def test_a_job_that_could_not_be_ended_is_not_given_up(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, taking_back: bool
) -> None:
    """It goes on, so the delete fails, and the same run is no second job even if it is lost."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("TerminateServiceJob", "error", count=None, **DENIED)
    if not taking_back:
        aws.control.fault("UntagResource", "error", count=None, **DENIED)

    with pytest.raises(SjresourceError, match="terminating ServiceJob"):
        train.delete()

    assert (RELEASED_TAG in described(aws, train)["tags"]) is not taking_back
    aws.control.call("DELETE", "faults")
    again = Life(jobs, aws.job(queue))
    assert again.id == train.id
    assert aws.jobs() == 1
    again.delete()
    aws.advance(1)  # until Batch shows it
    assert described(aws, train)["isTerminated"]
    assert Life(jobs, aws.job(queue)).id != train.id


@pytest.mark.parametrize("stopping", [True, False], ids=["still-stopping", "stopped"])
def test_a_delete_that_died_after_the_termination_has_given_up_the_job(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, stopping: bool
) -> None:
    """The same request is a new run, also where the state was lost as well."""
    aws.emulator.behaviour.termination_ms = 60_000
    train = Life(jobs, aws.job(queue))
    # What a delete does, until it dies.
    aws.batch.tag_resource(resourceArn=train.id, tags={RELEASED_TAG: "true"})
    aws.batch.terminate_service_job(jobId=train.id, reason="deleted")
    aws.advance(0 if stopping else 120)

    assert Life(jobs, aws.job(queue)).id != train.id


def test_a_mark_on_a_job_that_goes_on_is_not_believed(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A delete that died between mark and termination has ended nothing: the job is its run's."""
    train = Life(jobs, aws.job(queue))
    aws.batch.tag_resource(resourceArn=train.id, tags={RELEASED_TAG: "true"})

    assert Life(jobs, aws.job(queue)).id == train.id
    edited = Life(jobs, aws.job(queue, triggers=["edited"]))
    assert edited.outs["orphans"] == [train.id]


@pytest.mark.parametrize("looks", [1, 3])
def test_a_job_that_is_not_described_yet_is_ended(
    aws: EmulatedBatch,
    jobs: ServiceJobProvider,
    queue: str,
    capsys: pytest.CaptureFixture[str],
    looks: int,
) -> None:
    """What Batch shows lags behind a submission; a termination needs only the id."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("DescribeServiceJob", "error", count=looks, **UNKNOWN)
    aws.control.fault("ListServiceJobs", "error", count=looks, **DENIED)

    train.delete()

    assert described(aws, train)["isTerminated"]
    assert RELEASED_TAG in described(aws, train)["tags"]
    assert capsys.readouterr().err == ""


def test_a_job_that_only_a_list_shows_is_ended_and_seen_to_end(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One call's word is not all of Batch's."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("DescribeServiceJob", "error", count=None, **UNKNOWN)

    train.delete()

    aws.control.call("DELETE", "faults")
    assert described(aws, train)["isTerminated"]
    assert capsys.readouterr().err == ""


def test_a_job_that_is_shown_nowhere_and_takes_tags_stays_in_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """It was asked to end, and is there: whether it ended must not be forgotten."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("DescribeServiceJob", "error", count=None, **UNKNOWN)
    aws.control.fault("ListServiceJobs", "error", count=None, **DENIED)

    with pytest.raises(WaitTimeout, match="asked to end it, and it takes its tags, but shows it n"):
        train.delete()

    aws.control.call("DELETE", "faults")
    assert described(aws, train)["isTerminated"]
    train.delete()
    assert Life(jobs, aws.job(queue)).id != train.id


@pytest.mark.parametrize("action", ["vanish", "expire"])
def test_a_job_that_nothing_knows_is_named_and_deleted(
    aws: EmulatedBatch,
    jobs: ServiceJobProvider,
    queue: str,
    capsys: pytest.CaptureFixture[str],
    action: str,
) -> None:
    """A stack must be able to go; what was not seen to end is said, with what would stop it."""
    train = Life(jobs, aws.job(queue))
    aws.advance(7200 if action == "expire" else 0)
    aws.control.forget(train.name, action)

    train.delete()

    said = capsys.readouterr().err
    assert said.startswith(f"warning: deleting ServiceJob ({train.id}): Batch does not know it")
    assert f"terminate-service-job --job-id {train.name}" in said


def test_a_job_that_may_not_be_ended_unseen_stays_in_the_state(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Neither seen nor ended: nothing is known, so nothing is forgotten."""
    train = Life(jobs, aws.job(queue))
    aws.control.fault("DescribeServiceJob", "error", count=None, **UNKNOWN)
    aws.control.fault("ListServiceJobs", "error", count=None, **DENIED)
    aws.control.fault("TerminateServiceJob", "error", count=None, **DENIED)

    with pytest.raises(RequestFailed, match="terminating ServiceJob"):
        train.delete()


@pytest.mark.parametrize("garbled", [False, True])
def test_a_delete_looks_at_its_job_once_more_only_if_a_proxy_may_have_answered(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, garbled: bool
) -> None:
    """A proxy's page reads as the empty answer by which Batch accepts a termination."""
    train = Life(jobs, aws.job(queue))
    if garbled:
        aws.control.fault("TerminateServiceJob", "malformed")
    aws.emulator.calls.clear()

    train.delete()

    calls = aws.emulator.calls.counts()
    assert calls == {
        "DescribeServiceJob": 2 if garbled else 1,
        "TagResource": 1,
        "TerminateServiceJob": 1,
    }
    assert described(aws, train)["isTerminated"]
