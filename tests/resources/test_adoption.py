from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lifecycle import Life

from sjresource.errors import NotFound, RequestFailed
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.identity import IDENTITY_TAG, RELEASED_TAG

if TYPE_CHECKING:
    from emulated import EmulatedBatch


@pytest.fixture
def jobs(aws: EmulatedBatch) -> ServiceJobProvider:
    """Return the provider as the engine configures it."""
    return aws.provider(ServiceJobProvider)


@pytest.fixture
def queue(aws: EmulatedBatch) -> str:
    """Return the ARN of a queue with room."""
    return aws.make_queue()


@pytest.fixture
def foreign(aws: EmulatedBatch, queue: str) -> str:
    """Return the ARN of a job that another tool submitted."""
    arn: str = aws.batch.submit_service_job(
        jobName="train",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload="{}",
    )["jobArn"]
    return arn


@pytest.mark.parametrize("by_arn", [True, False])
def test_an_adopted_job_is_owned_and_nothing_is_submitted(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, foreign: str, *, by_arn: bool
) -> None:
    """It is named by id or ARN, says whose it is, and ends with the resource."""
    submitted = aws.submitted()
    train = Life(jobs, aws.job(queue, adopt_job_id=foreign if by_arn else foreign.split("/")[1]))

    assert train.id == foreign
    assert aws.submitted() == submitted
    tags = aws.batch.describe_service_job(jobId=foreign)["tags"]
    assert tags[IDENTITY_TAG].startswith("acme/vision/prod/train@")
    train.delete()
    aws.advance(60)
    assert aws.batch.describe_service_job(jobId=foreign)["status"] == "FAILED"


@pytest.mark.parametrize("ended", [False, True])
def test_an_adopted_job_gets_the_tags_and_the_priority_that_the_program_gives(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, foreign: str, *, ended: bool
) -> None:
    """The state has them from then on, so no diff would ever set them."""
    if ended:
        aws.batch.terminate_service_job(jobId=foreign, reason="by hand")
        aws.advance(60)
    given: dict[str, Any] = {"tags": {"team": "vision"}, "scheduling_priority": 7.0}

    train = Life(jobs, aws.job(queue, adopt_job_id=foreign, **given))

    found = aws.batch.describe_service_job(jobId=foreign)
    assert found["tags"]["team"] == "vision"
    assert found.get("schedulingPriority") == (None if ended else 7)
    train.refresh()
    assert not train.diff(train.inputs).changes


def test_an_adopted_job_that_is_changed_becomes_a_new_run(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, foreign: str
) -> None:
    """`adopt_job_id` may stay in the program: a job that was given up is not adopted again."""
    inputs = aws.job(queue, adopt_job_id=foreign)
    news = {**inputs, "triggers": ["again"]}
    train = Life(jobs, inputs)
    assert train.diff(news).replaces == ["triggers"]
    train.delete()

    again = Life(jobs, news)

    assert again.id != foreign
    assert not again.diff(news).changes


def test_adopting_is_decided_when_it_is_asked_for(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, foreign: str
) -> None:
    """Naming another job replaces; naming one's own, or no longer any, changes nothing."""
    train = Life(jobs, aws.job(queue, "other"))

    assert train.diff(aws.job(queue, "other", adopt_job_id=foreign)).replaces == ["adopt_job_id"]
    assert not train.diff(aws.job(queue, "other", adopt_job_id=train.id)).changes
    assert not train.diff(aws.job(queue, "other")).changes


def test_another_resources_job_is_not_adopted(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Two stacks that own one job would end it behind each other's back."""
    owned = Life(jobs, aws.job(queue))

    with pytest.raises(RequestFailed, match="it is the resource acme/vision/prod/train of"):
        Life(jobs, aws.job(queue, "other", adopt_job_id=owned.id))


def test_a_job_that_does_not_exist_is_not_adopted(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """And nothing is submitted in its place."""
    with pytest.raises(NotFound):
        Life(jobs, aws.job(queue, adopt_job_id="3f4b1f6e-0000-4000-8000-000000000000"))

    assert aws.submitted() == 0


@pytest.mark.parametrize("ended", [False, True])
def test_an_adopted_job_that_its_replacement_adopts_again_is_left_as_it_is(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, foreign: str, *, ended: bool
) -> None:
    """Where that is made first; one that has ended is not marked as given up, either."""
    if ended:
        aws.batch.terminate_service_job(jobId=foreign, reason="by hand")
        aws.advance(60)
    setattr(jobs, "wall_time", aws.emulator.clock.now)  # noqa: B010 - as emulated.py
    inputs = aws.job(queue, adopt_job_id=foreign)
    first = Life(jobs, inputs)
    aws.advance(0.5)

    second = Life(jobs, inputs)
    first.delete()

    assert first.id == second.id == foreign
    described = aws.batch.describe_service_job(jobId=foreign)
    assert RELEASED_TAG not in described["tags"]
    assert described["isTerminated"] is ended
    second.delete()
    assert RELEASED_TAG in aws.batch.describe_service_job(jobId=foreign)["tags"]
