"""Each row of submission's table, each way to lose an answer, and what Batch has then."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from emulated import IDENTITY
from lifecycle import Life

from sjresource.errors import RequestFailed, Unreachable
from sjresource.resources.service_job import ServiceJobProvider
from sjresource.stack.config import CheckSettings
from sjresource.stack.identity import recorded_tag

if TYPE_CHECKING:
    from emulated import EmulatedBatch


@pytest.fixture(params=["same-job", "reject"])
def jobs(request: pytest.FixtureRequest, aws: EmulatedBatch) -> ServiceJobProvider:
    """Return the provider before a Batch that answers a used token with its job, or an error."""
    aws.emulator.behaviour.token_replay = request.param
    return aws.provider(ServiceJobProvider)


@pytest.fixture
def queue(aws: EmulatedBatch) -> str:
    """Return the ARN of a queue with room."""
    return aws.make_queue()


def lose(jobs: ServiceJobProvider, inputs: dict[str, Any]) -> str:
    """Create, and lose the answer as a killed plugin does: the state never hears of the job."""
    return Life(jobs, inputs).id


@pytest.mark.parametrize("times", [1, 3])
def test_a_lost_answer_is_one_job(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, times: int
) -> None:
    """Botocore sends it again under the same token."""
    aws.control.fault("SubmitServiceJob", "drop_after", count=times)

    train = Life(jobs, aws.job(queue))

    assert aws.jobs() == 1
    assert train.refresh().id == train.id
    assert aws.submitted() > 1


def test_an_answer_lost_for_good_is_found_by_the_next_create(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The create fails, the job runs, the next `pulumi up` has it."""
    aws.control.fault("SubmitServiceJob", "drop_after", count=None)
    with suppress(Unreachable):  # a Batch that rejects used tokens tells of the job by that
        Life(jobs, aws.job(queue))
    aws.control.call("DELETE", "faults")

    train = Life(jobs, aws.job(queue))

    assert aws.jobs() == 1
    assert train.refresh().id == train.id


@pytest.mark.parametrize("kind", ["drop_before", "throttle", "error"])
def test_a_request_that_had_no_effect_is_sent_again(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, kind: str
) -> None:
    """A cut connection, a throttle or a 5xx passes."""
    aws.control.fault("SubmitServiceJob", kind)
    Life(jobs, aws.job(queue))

    assert aws.jobs() == 1


def test_nothing_raises_after_the_submission(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """If the job can't be described its id is kept all the same."""
    aws.control.fault(
        "DescribeServiceJob", "error", count=None, status=403, code="AccessDeniedException"
    )

    train = Life(jobs, aws.job(queue))

    assert train.outs["status"] == "SUBMITTED"
    aws.control.call("DELETE", "faults")
    assert train.refresh().id == train.id


def test_a_lost_live_job_is_taken_without_submitting(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Its tags say that it is this very run."""
    lost = lose(jobs, aws.job(queue))

    assert Life(jobs, aws.job(queue)).id == lost
    assert aws.submitted() == 1


def test_a_lost_job_that_has_finished_is_taken(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """It was paid for; its model is there."""
    lost = lose(jobs, aws.job(queue))
    aws.advance(60)

    assert Life(jobs, aws.job(queue)).id == lost
    assert aws.jobs() == 1


@pytest.mark.parametrize("finished", [False, True], ids=["live", "finished"])
@pytest.mark.parametrize("tagging", [True, False], ids=["tags-allowed", "tags-refused"])
def test_destroy_then_up_is_a_new_run(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, *, finished: bool, tagging: bool
) -> None:
    """A deleted job is released, whether or not AWS lets finished jobs be tagged."""
    aws.emulator.behaviour.tag_finished_jobs = tagging
    first = Life(jobs, aws.job(queue))
    aws.advance(60 if finished else 0)
    first.delete()

    second = Life(jobs, aws.job(queue))

    assert second.id != first.id
    assert aws.jobs() == 2


def test_the_same_request_can_be_wanted_many_times(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A→B→A→B edits are four runs, and a crash in the last one is no fifth."""
    ids = []
    for epochs in ("1", "2", "1", "2"):
        job = Life(jobs, aws.job(queue, triggers=[epochs]))
        ids.append(job.id)
        aws.advance(60)
        if len(ids) < 4:
            job.delete()

    assert len(set(ids)) == 4
    assert Life(jobs, aws.job(queue, triggers=["2"])).id == ids[3]


def test_an_edited_request_after_a_crash_names_the_orphan(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """The old job may be worth its money: it is named, and goes on."""
    lost = lose(jobs, aws.job(queue))

    train = Life(jobs, aws.job(queue, scheduling_priority=3.0))

    assert train.id != lost
    assert train.outs["orphans"] == [lost]
    assert aws.jobs() == 2


def test_a_refresh_forgets_orphans_that_were_stopped(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Nobody is asked twice to stop a job."""
    lost = lose(jobs, aws.job(queue))
    train = Life(jobs, aws.job(queue, scheduling_priority=3.0))
    assert (train.refresh().outs or {})["orphans"] == [lost]
    aws.batch.terminate_service_job(jobId=lost, reason="orphaned")

    assert (train.refresh().outs or {})["orphans"] == []


@pytest.mark.parametrize(
    ("name", "stack"), [("other", "prod"), ("train", "dev")], ids=["another-name", "another-stack"]
)
def test_equal_requests_of_two_resources_are_two_jobs(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str, name: str, stack: str
) -> None:
    """Whoever declares a job gets a job."""
    one = Life(jobs, aws.job(queue))
    aws.batch.tag_resource(resourceArn=one.id, tags=recorded_tag())
    identity = IDENTITY.replace("prod", stack) + name
    other = Life(jobs, aws.job(queue, name, identity=identity))

    assert one.id != other.id
    assert other.outs["orphans"] == []


def test_somebody_elses_job_of_the_same_name_is_left_alone(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Names are not unique in Batch, and other tools don't tag as we do."""
    foreign = aws.batch.submit_service_job(
        jobName="train",
        jobQueue=queue,
        serviceJobType="SAGEMAKER_TRAINING",
        serviceRequestPayload="{}",
    )["jobArn"]

    train = Life(jobs, aws.job(queue))

    assert train.id != foreign
    assert train.outs["orphans"] == []


def test_a_users_own_token_is_sent(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Two creates under it are one job, as Batch promises."""
    inputs = aws.job(queue, client_token="mine")
    lost = lose(jobs, inputs)
    aws.advance(60)

    assert Life(jobs, inputs).id == lost
    assert aws.jobs() == 1


def test_a_users_token_of_a_released_run_is_an_error(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """A token of the user's own has no generations: nothing but another one helps."""
    inputs = aws.job(queue, client_token="mine")
    first = Life(jobs, inputs)
    first.delete()
    aws.advance(60)

    with pytest.raises(RequestFailed, match="choose another client_token"):
        Life(jobs, inputs)


def test_a_create_makes_one_list_one_submit_and_one_describe(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """What a job costs in calls."""
    aws.emulator.calls.clear()
    Life(jobs, aws.job(queue))

    assert aws.emulator.calls.counts() == {
        "ListServiceJobs": 1,
        "SubmitServiceJob": 1,
        "DescribeServiceJob": 1,
    }


def test_jobs_of_one_name_are_not_described_for_each_other(aws: EmulatedBatch, queue: str) -> None:
    """A sweep may give all its jobs one name; a lost create among them is found all the same."""
    provider = aws.provider(ServiceJobProvider)
    sweep = [aws.job(queue, f"lr-{number}", job_name="train") for number in range(12)]
    lost = aws.provider(ServiceJobProvider).create(sweep[7])
    aws.emulator.calls.clear()

    made = [provider.create(job) for job in sweep]
    assert [each.id for each in made].index(lost.id) == 7
    assert aws.emulator.calls.counts()["DescribeServiceJob"] <= 2 * len(sweep)
    for each in made:
        aws.batch.tag_resource(resourceArn=each.id, tags=recorded_tag())

    again = aws.provider(ServiceJobProvider)
    for job, each in zip(sweep, made, strict=True):
        assert not again.diff(each.id, each.outs or {}, job).changes
    aws.emulator.calls.clear()
    again.create(aws.job(queue, "lr-12", job_name="train"))
    assert aws.emulator.calls.counts()["DescribeServiceJob"] == 1


def test_a_changed_job_takes_six_calls_to_its_new_run(aws: EmulatedBatch, queue: str) -> None:
    """What is known already is not asked again: neither of the old run nor of the new one.

    Also where the check that the engine makes of a replacement is repeated without old inputs.
    """
    train = Life(aws.provider(ServiceJobProvider), aws.job(queue))
    edited = {**train.inputs, "triggers": ["edited"]}
    next_up = aws.provider(ServiceJobProvider)
    next_up.checking = CheckSettings()  # with preflight
    aws.emulator.calls.clear()

    assert next_up.check(train.inputs, edited).failures == []
    assert next_up.diff(train.id, train.outs, edited).replaces == ["triggers"]
    assert next_up.check({}, edited).failures == []
    next_up.delete(train.id, train.outs)
    created = next_up.create(edited)

    calls = aws.emulator.calls.counts()
    calls.pop("GetCallerIdentity", None)  # once a process, for a config with credentials
    assert calls == {
        "DescribeJobQueues": 1,
        "DescribeServiceJob": 1,
        "TagResource": 1,
        "TerminateServiceJob": 1,
        "ListServiceJobs": 1,
        "SubmitServiceJob": 1,
    }
    assert (created.outs or {})["status"] == "SUBMITTED"
    assert aws.batch.describe_service_job(jobId=train.id)["isTerminated"]
    assert not aws.batch.describe_service_job(jobId=created.id).get("isTerminated")


def test_a_list_that_fails_while_the_old_run_is_ended_is_asked_for_again(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """It is made beside the delete, whose business it is not; a lost run is found all the same."""
    train = Life(jobs, aws.job(queue))
    lost = lose(aws.provider(ServiceJobProvider), aws.job(queue, triggers=["lost"]))
    edited = {**train.inputs, "triggers": ["edited"]}
    next_up = aws.provider(ServiceJobProvider)
    next_up.check(train.inputs, edited)
    next_up.diff(train.id, train.outs, edited)
    aws.control.fault("ListServiceJobs", "error", status=403, code="AccessDeniedException")

    next_up.delete(train.id, train.outs)

    assert (next_up.create(edited).outs or {})["orphans"] == [lost]


def test_a_used_token_without_a_job_is_never_submitted_again(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Perhaps it is ours and only not listed yet: an error is cheaper than a second run."""
    aws.control.fault(
        "SubmitServiceJob",
        "error",
        count=None,
        status=400,
        code="ClientException",
        message="The clientToken was used before",
    )

    with pytest.raises(RequestFailed, match="run `pulumi up` again in a minute"):
        Life(jobs, aws.job(queue))

    assert aws.submitted() == 1


def test_a_users_token_must_change_with_the_request(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Batch would refuse it, and only after the old job was ended: the preview says so before."""
    olds = aws.job(queue, client_token="mine")
    edited = aws.job(queue, client_token="mine", triggers=["again"])
    renewed = aws.job(queue, client_token="other", triggers=["again"])

    assert [
        "must change with the request" in f.reason for f in jobs.check(olds, edited).failures
    ] == [True]
    assert jobs.check(olds, renewed).failures == []
    assert jobs.check(olds, aws.job(queue, client_token="mine", tags={"a": "1"})).failures == []


def test_every_live_orphan_is_named_also_beside_a_job_that_is_taken(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """Two crashes with an edit between them leave two live jobs: one is wanted, one is named."""
    first = lose(jobs, aws.job(queue))
    second = lose(jobs, aws.job(queue, triggers=["edited"]))

    taken = Life(jobs, aws.job(queue, triggers=["edited"]))

    assert taken.id == second
    assert taken.outs["orphans"] == [first]


def test_a_job_that_was_there_and_cannot_be_read_is_not_taken_blindly(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """It may be a run that was given up; nothing new is lost by asking again later."""
    released = Life(jobs, aws.job(queue))
    released.delete()
    aws.advance(60)
    denied = {"status": 403, "code": "AccessDeniedException"}
    aws.control.fault("DescribeServiceJob", "error", count=None, **denied)

    with suppress(
        Unreachable, RequestFailed
    ):  # a Batch that rejects used tokens can't be asked either
        assert Life(jobs, aws.job(queue)).id != released.id
    aws.control.call("DELETE", "faults")

    assert Life(jobs, aws.job(queue)).id != released.id


def test_a_throttled_release_is_not_taken_for_a_refused_one(
    aws: EmulatedBatch, jobs: ServiceJobProvider, queue: str
) -> None:
    """An unmarked job would be taken for the new run: the delete fails, and can be tried again."""
    train = Life(jobs, aws.job(queue))
    passing = {"status": 503, "code": "ServiceUnavailable"}
    aws.control.fault("TagResource", "error", count=None, **passing)

    with pytest.raises(RequestFailed):
        train.delete()
    aws.control.call("DELETE", "faults")
    train.delete()

    assert Life(jobs, aws.job(queue)).id != train.id
